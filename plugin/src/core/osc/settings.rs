//! Where OSC messages go, and how often.

use serde::{Deserialize, Serialize};

/// Most bundles a second.
pub const MAX_RATE_HZ: u32 = 100;

/// Longest host name and prefix, in bytes.
const MAX_BYTES: usize = 255;

/// Characters that an OSC address may not hold, beside control characters and what is not ASCII.
const RESERVED: [char; 9] = [' ', '#', '*', ',', '?', '[', ']', '{', '}'];

/// A setting that OSC cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the OSC {field} is {value:?}, but it must be {expected}")]
pub struct OscError {
    /// Which setting.
    pub field: &'static str,
    /// What it is.
    pub value: String,
    /// What it may be.
    pub expected: &'static str,
}

/// Where OSC messages go, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OscSettings {
    /// Name or numeric address of the receiver.
    pub host: String,
    /// Whether anything is sent.
    pub on: bool,
    /// UDP port of the receiver, 1 to 65535.
    pub port: u16,
    /// Beginning of every address, such as `/tagline/1`.
    pub prefix: String,
    /// Most bundles a second, 1 to [`MAX_RATE_HZ`].
    pub rate_hz: u32,
}

impl Default for OscSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            on: false,
            port: 9000,
            prefix: "/tagline/1".to_owned(),
            rate_hz: 30,
        }
    }
}

fn check(
    good: bool,
    field: &'static str,
    value: impl ToString,
    expected: &'static str,
) -> Result<(), OscError> {
    if good {
        return Ok(());
    }
    Err(OscError {
        field,
        value: value.to_string(),
        expected,
    })
}

impl OscSettings {
    /// Whether OSC can have these settings.
    ///
    /// # Errors
    /// The first setting that it cannot have.
    pub fn check(&self) -> Result<(), OscError> {
        let host = self.host.trim();
        let good = !host.is_empty() && host.len() <= MAX_BYTES && !host.contains(['\0', ' ']);
        check(good, "host", host, "the name or the address of a computer")?;
        check(self.port > 0, "port", self.port, "1 to 65535")?;
        let good_rate = (1..=MAX_RATE_HZ).contains(&self.rate_hz);
        check(good_rate, "rate", self.rate_hz, "1 to 100 a second")?;
        let prefix = &self.prefix;
        let good = prefix.starts_with('/')
            && prefix.len() <= MAX_BYTES
            && !prefix.ends_with('/')
            && !prefix.contains("//")
            && prefix.chars().all(is_plain);
        let expected = "a path such as /tagline/1, without spaces or any of # * , ? [ ] { }";
        check(good, "prefix", prefix, expected)
    }
}

/// Whether an OSC address may hold this character.
fn is_plain(c: char) -> bool {
    c.is_ascii_graphic() && !RESERVED.contains(&c)
}

/// A name as one part of an OSC address: whatever an address may not hold becomes `_`.
pub fn address_part(name: &str) -> String {
    let plain = |c: char| if is_plain(c) && c != '/' { c } else { '_' };
    name.trim().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_osc_cannot_have_is_named() {
        let fresh = OscSettings::default();
        assert_eq!(fresh.check(), Ok(()));
        let with = |change: fn(&mut OscSettings)| {
            let mut settings = fresh.clone();
            change(&mut settings);
            settings
                .check()
                .expect_err("a setting that cannot be")
                .field
        };
        assert_eq!(with(|osc| osc.host = " ".into()), "host");
        assert_eq!(with(|osc| osc.port = 0), "port");
        assert_eq!(with(|osc| osc.rate_hz = 101), "rate");
        for prefix in ["", "tagline", "/", "/a/", "/a//b", "/a b", "/a*", "/é"] {
            let osc = OscSettings {
                prefix: prefix.to_owned(),
                ..fresh.clone()
            };
            assert_eq!(osc.check().expect_err(prefix).field, "prefix");
        }
    }

    #[test]
    fn a_tags_name_becomes_one_part_of_an_address() {
        assert_eq!(address_part("female vocal"), "female_vocal");
        assert_eq!(address_part("r&b/soul [live]"), "r&b_soul__live_");
        assert_eq!(address_part("für"), "f_r");
    }
}
