//! The manual's OSC recipes, against a receiver that reads datagrams as the programs do.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use rosc::{OscPacket, OscType};
use serde_json::{Value, json};
use tagline::core::osc::OscSettings;

use crate::common::models::{Models, RATE};
use crate::common::{Host, Told};

const MANUAL: &str = include_str!("../../../docs/manual.md");

const TAGS: [&str; 6] = ["rock", "hip hop", "jazz", "voice", "calm", "loud"];

/// The manual's recipes.
fn recipes() -> &'static str {
    let (_, rest) = MANUAL.split_once("These recipes").expect("the recipes");
    rest.split_once("\n## ").expect("the next section").0
}

/// The recipe for a program.
fn recipe(program: &str) -> &'static str {
    let (_, rest) = recipes()
        .split_once(&format!("- **{program}**"))
        .unwrap_or_else(|| panic!("no recipe for {program}"));
    rest.split("\n- **").next().expect("a text")
}

/// Code of a text that begins so.
fn code<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let odd = text.split('`').skip(1).step_by(2);
    odd.filter(move |code| code.starts_with(start))
}

/// The arguments of each address in a bundle of the plugin, with the prefix that it has at first.
fn received() -> BTreeMap<String, Vec<OscType>> {
    let models = Models::new();
    let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a port");
    let patience = Some(Duration::from_secs(60));
    socket.set_read_timeout(patience).expect("a time");
    let port = socket.local_addr().expect("an address").port();
    let state = models.state(&TAGS, &json!({}));
    let mut state: Value = serde_json::from_str(&state).expect("a state is JSON");
    state["macros"] = json!({"1": {"source": {"kind": "loudness"}}});
    state["osc"] = json!({"on": true, "port": port});
    let mut host = Host::new();
    host.load(&state.to_string());
    host.activate(RATE, 4_096);
    host.play_until_updates(1);
    loop {
        let mut bytes = [0; 8_192];
        let length = socket.recv(&mut bytes).expect("a datagram");
        let (_, packet) = rosc::decoder::decode_udp(&bytes[..length]).expect("OSC");
        let OscPacket::Bundle(bundle) = packet else {
            panic!("each datagram is a bundle");
        };
        let messages = bundle.content.into_iter().map(|packet| match packet {
            OscPacket::Message(message) => (message.addr, message.args),
            OscPacket::Bundle(_) => panic!("a bundle within a bundle"),
        });
        let messages: BTreeMap<_, _> = messages.collect();
        if messages["/tagline/1/macro/1"] != [OscType::Float(0.0)] {
            return messages;
        }
        host.play(480, 240);
    }
}

/// A float from 0 to 1, and nothing else.
fn number(arguments: &[OscType]) -> Option<f32> {
    match arguments {
        [OscType::Float(value)] if (0.0..=1.0).contains(value) => Some(*value),
        _ => None,
    }
}

/// CRC-16 as Qt's `qChecksum` computes it (ISO 3309), of which QLC+ makes channel numbers.
fn checksum(bytes: &[u8]) -> u16 {
    let step = |crc: u16, _| {
        let carry = if crc & 1 == 1 { 0x8408 } else { 0 };
        (crc >> 1) ^ carry
    };
    !bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), step)
    })
}

#[test]
fn the_recipes_addresses_ports_and_types_are_what_a_receiver_gets() {
    let received = received();
    let fresh = OscSettings::default();
    assert_eq!(fresh.prefix, "/tagline/1", "the recipes have this prefix");

    // TouchDesigner: the CHOP takes the numbers, each as a channel without the first slash.
    let text = recipe("TouchDesigner");
    assert!(text.contains(&format!("on port {}", fresh.port)), "{text}");
    for channel in code(text, "tagline/") {
        let arguments = &received[&format!("/{channel}")];
        assert!(number(arguments).is_some(), "{channel}: {arguments:?}");
    }
    let others: Vec<&String> = received
        .iter()
        .filter(|(_, arguments)| number(arguments).is_none())
        .map(|(address, _)| address)
        .collect();
    assert_eq!(others, ["/tagline/1/top"], "the only one to be kept out");

    // Max: the objects' arguments are the port and whole addresses.
    let text = recipe("Max");
    assert!(
        text.contains(&format!("[udpreceive {}]", fresh.port)),
        "{text}"
    );
    let route = code(text, "[route ").next().expect("a route");
    let addresses: Vec<&str> = route.trim_end_matches(']').split(' ').skip(1).collect();
    let [value, top] = addresses[..] else {
        panic!("two addresses: {route}");
    };
    assert!(number(&received[value]).is_some());
    let names = received[top].iter();
    let names: Vec<&String> = names
        .map(|argument| match argument {
            OscType::String(name) => name,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names.len(), 5);
    assert!(names.iter().all(|name| TAGS.contains(&name.as_str())));

    // QLC+: a channel number of each address.
    assert_eq!(checksum(b"123456789"), 0x906e);
    let rows: Vec<Vec<&str>> = recipe("QLC+")
        .lines()
        .filter(|line| line.contains("| macro "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let (address, channel) = (row[2].trim_matches('`'), row[3]);
        assert!(number(&received[address]).is_some(), "{address}");
        let expected = checksum(address.as_bytes()).to_string();
        assert_eq!(channel, expected, "{address}");
    }

    // Every address that the recipes name is there.
    for address in code(recipes(), "/tagline/") {
        assert!(received.contains_key(address), "{address}");
    }
}

#[test]
fn a_macro_reaches_resolume_as_a_midi_controller() {
    assert!(recipe("Resolume").contains("MIDI controller"));
    let models = Models::new();
    let state = models.state(&TAGS, &json!({}));
    let mut state: Value = serde_json::from_str(&state).expect("a state is JSON");
    state["macros"] = json!({"1": {
        "source": {"kind": "loudness"}, "midi_cc": {"channel": 1, "number": 20},
    }});
    let mut host = Host::new();
    host.load(&state.to_string());
    host.activate(RATE, 4_096);
    host.play(RATE as usize, 512);
    let level = host.value(56);
    let controllers: Vec<u8> = host
        .heard
        .iter()
        .filter_map(|(_, told)| match told {
            Told::Midi([0xb0, 20, value]) => Some(*value),
            _ => None,
        })
        .collect();
    assert_eq!(controllers.last(), Some(&((level * 1.27).round() as u8)));
}
