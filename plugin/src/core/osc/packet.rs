//! What is said of one moment, as an OSC bundle.

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

use super::settings::address_part;

/// How many of the strongest tags are named.
const TOP: usize = 5;

/// The time tag that stands for "at once".
const AT_ONCE: OscTime = OscTime {
    seconds: 0,
    fractional: 1,
};

/// Values of one moment, 0 to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Value of each tag.
    pub tags: Vec<f32>,
    /// Value of each macro.
    pub macros: Vec<f32>,
}

/// The bundle of one moment: `PREFIX/tag/NAME` with a float for each tag, `PREFIX/macro/N` with a
/// float for each macro, from 1, and `PREFIX/top` with the names of the strongest tags, strongest
/// first. `names` are the tags' names.
///
/// # Errors
/// rosc's error if the bundle cannot be written, which no values bring about.
pub fn packet(prefix: &str, names: &[String], values: &Values) -> Result<Vec<u8>, rosc::OscError> {
    let number = |address: String, value: f32| message(address, vec![OscType::Float(value)]);
    let tags = names.iter().zip(&values.tags);
    let tags =
        tags.map(|(name, &value)| number(format!("{prefix}/tag/{}", address_part(name)), value));
    let macros = values.macros.iter().enumerate();
    let macros =
        macros.map(|(index, &value)| number(format!("{prefix}/macro/{}", index + 1), value));
    let top = strongest(names, &values.tags);
    let top = top.map(|name| OscType::String(name.clone())).collect();
    let top = message(format!("{prefix}/top"), top);
    rosc::encoder::encode(&OscPacket::Bundle(OscBundle {
        timetag: AT_ONCE,
        content: tags.chain(macros).chain([top]).collect(),
    }))
}

fn message(addr: String, args: Vec<OscType>) -> OscPacket {
    OscPacket::Message(OscMessage { addr, args })
}

/// Names of the strongest tags, strongest first; of equal ones the first comes first.
fn strongest<'a>(names: &'a [String], values: &[f32]) -> impl Iterator<Item = &'a String> {
    let mut order: Vec<usize> = (0..names.len().min(values.len())).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.into_iter().take(TOP).map(|index| &names[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_has_a_float_for_each_tag_and_macro_and_the_strongest_names() {
        let names: Vec<String> = ["rock", "hip hop", "jazz", "a", "b", "c"]
            .map(str::to_owned)
            .into();
        let values = Values {
            tags: vec![0.25, 0.75, 0.5, 0.0, 0.0, 0.0],
            macros: vec![1.0, 0.5],
        };
        let bytes = packet("/tagline/1", &names, &values).expect("a bundle");
        let (rest, read) = rosc::decoder::decode_udp(&bytes).expect("OSC");
        assert!(rest.is_empty());
        let OscPacket::Bundle(bundle) = read else {
            panic!("not a bundle");
        };
        assert_eq!(bundle.timetag, AT_ONCE);
        let messages: Vec<OscMessage> = bundle
            .content
            .into_iter()
            .map(|packet| match packet {
                OscPacket::Message(message) => message,
                OscPacket::Bundle(_) => panic!("a bundle within a bundle"),
            })
            .collect();
        let addresses: Vec<&str> = messages
            .iter()
            .map(|message| message.addr.as_str())
            .collect();
        assert_eq!(
            addresses,
            [
                "/tagline/1/tag/rock",
                "/tagline/1/tag/hip_hop",
                "/tagline/1/tag/jazz",
                "/tagline/1/tag/a",
                "/tagline/1/tag/b",
                "/tagline/1/tag/c",
                "/tagline/1/macro/1",
                "/tagline/1/macro/2",
                "/tagline/1/top",
            ]
        );
        assert_eq!(messages[1].args, [OscType::Float(0.75)]);
        assert_eq!(messages[7].args, [OscType::Float(0.5)]);
        let top = ["hip hop", "jazz", "rock", "a", "b"];
        assert_eq!(
            messages[8].args,
            top.map(|name| OscType::String(name.to_owned()))
        );
    }
}
