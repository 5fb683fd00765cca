//! A session manager of the kind that Qtractor reports to (NSM, over OSC): whoever answers its
//! announcement hears from then on when its session is modified.

use std::net::UdpSocket;
use std::time::Duration;

use rosc::{OscMessage, OscPacket, OscType, decoder, encoder};

/// The manager's end.
pub struct SessionManager {
    socket: UdpSocket,
    is_modified: bool,
}

impl SessionManager {
    pub fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let timeout = Some(Duration::from_millis(1));
        socket.set_read_timeout(timeout).expect("a timeout");
        Self {
            socket,
            is_modified: false,
        }
    }

    /// The value of `NSM_URL` for the host.
    pub fn url(&self) -> String {
        let address = self.socket.local_addr().expect("an address");
        format!("osc.udp://127.0.0.1:{}/", address.port())
    }

    /// Answers what the host has sent. Returns whether it has announced itself.
    pub fn answer(&mut self) -> bool {
        let mut is_announced = false;
        let mut bytes = [0; 65_536];
        while let Ok((length, from)) = self.socket.recv_from(&mut bytes) {
            let Ok((_, OscPacket::Message(message))) = decoder::decode_udp(&bytes[..length]) else {
                continue;
            };
            match message.addr.as_str() {
                "/nsm/server/announce" => {
                    let words = ["/nsm/server/announce", "welcome", "Tagline's test", ""];
                    let reply = OscPacket::Message(OscMessage {
                        addr: "/reply".to_owned(),
                        args: words.map(|word| OscType::String(word.to_owned())).to_vec(),
                    });
                    let reply = encoder::encode(&reply).expect("a message");
                    self.socket.send_to(&reply, from).expect("a reply");
                    is_announced = true;
                }
                "/nsm/client/is_dirty" => self.is_modified = true,
                _ => {}
            }
        }
        is_announced
    }

    /// Whether the host's session is modified.
    pub fn is_modified(&mut self) -> bool {
        self.answer();
        self.is_modified
    }
}
