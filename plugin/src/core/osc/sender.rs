//! The thread that sends OSC. It looks at the values so many times a second and sends a bundle when
//! they have changed.
//!
//! Only this thread resolves names and uses the network. Datagrams are sent without waiting, so a
//! receiver that is not there costs nothing but a message.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::packet::{Values, packet};
use super::settings::OscSettings;

/// After this time a receiver that could not be reached is looked for again.
const RETRY: Duration = Duration::from_secs(5);

/// After so many bundles in a row the receiver is there. The system reports only every other
/// datagram to a port at which nothing listens.
const STEADY: u32 = 4;

/// What the thread needs of the plugin. It is called on the thread of the sender alone.
pub trait Feed: Send {
    /// Fills in the values, and gives the tags' names.
    fn values(&mut self, values: &mut Values) -> Arc<[String]>;

    /// Says what is wrong and what to do, or that all is well.
    fn tell(&mut self, message: Option<String>);
}

/// The sending thread. It ends, without being waited for, when this is dropped.
pub struct Sender {
    settings: mpsc::Sender<OscSettings>,
    thread: JoinHandle<()>,
}

impl Sender {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn start(settings: OscSettings, feed: impl Feed + 'static) -> std::io::Result<Self> {
        let (orders, taken) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("tagline-osc".into())
            .spawn(move || run(settings, feed, &taken))?;
        Ok(Self {
            settings: orders,
            thread,
        })
    }

    /// Sends by other settings from now on.
    pub fn set(&self, settings: OscSettings) {
        // A thread that has ended takes none.
        let _ = self.settings.send(settings);
    }

    /// Lets the thread end. Whoever may unload the library waits for the handle.
    pub fn end(self) -> JoinHandle<()> {
        self.thread
    }
}

/// Where datagrams go.
enum Line {
    Open(UdpSocket),
    /// It could not be opened; to be tried again then.
    Closed(Instant),
}

fn run(mut settings: OscSettings, mut feed: impl Feed, orders: &Receiver<OscSettings>) {
    let mut line = open(&settings, &mut feed);
    let mut values = Values::default();
    let mut sent: Option<(Arc<[String]>, Values)> = None;
    let mut arrived = 0;
    loop {
        let wait = Duration::from_secs_f64(1.0 / f64::from(settings.rate_hz.max(1)));
        match orders.recv_timeout(wait) {
            Ok(newer) => {
                settings = newer;
                // Of several in a row only the last counts.
                while let Ok(newer) = orders.try_recv() {
                    settings = newer;
                }
                line = open(&settings, &mut feed);
                sent = None;
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let names = feed.values(&mut values);
        if let Line::Closed(again) = line {
            if Instant::now() < again {
                continue;
            }
            line = open(&settings, &mut feed);
        }
        let is_known = |(then, before): &(Arc<[String]>, Values)| {
            *before == values && (Arc::ptr_eq(then, &names) || *then == names)
        };
        if sent.as_ref().is_some_and(is_known) {
            continue;
        }
        if let Line::Open(socket) = &line {
            match send(socket, &settings, &names, &values) {
                Ok(()) if arrived == STEADY => {}
                Ok(()) => {
                    arrived += 1;
                    if arrived == STEADY {
                        feed.tell(None);
                    }
                }
                Err(message) => {
                    arrived = 0;
                    feed.tell(Some(message));
                }
            }
            sent = Some((names, values.clone()));
        }
    }
}

fn send(
    socket: &UdpSocket,
    settings: &OscSettings,
    names: &[String],
    values: &Values,
) -> Result<(), String> {
    let bytes = packet(&settings.prefix, names, values).map_err(|error| error.to_string())?;
    match socket.send(&bytes) {
        // A full buffer loses this bundle; the next one has newer values anyway.
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Err(format!(
            "OSC: nothing listens at {} port {}; start the receiver, or correct the port",
            settings.host, settings.port
        )),
        Err(error) => Err(format!(
            "OSC: {} port {} cannot be reached ({error}); check the network and the address",
            settings.host, settings.port
        )),
    }
}

fn open(settings: &OscSettings, feed: &mut impl Feed) -> Line {
    match connect(settings) {
        Ok(socket) => {
            feed.tell(None);
            Line::Open(socket)
        }
        Err(message) => {
            feed.tell(Some(message));
            Line::Closed(Instant::now() + RETRY)
        }
    }
}

fn connect(settings: &OscSettings) -> Result<UdpSocket, String> {
    settings.check().map_err(|error| error.to_string())?;
    let host = settings.host.trim();
    let unknown = |error: &dyn std::fmt::Display| {
        format!("OSC: the name {host} is not known ({error}); correct it, or enter an address")
    };
    let mut addresses = (host, settings.port)
        .to_socket_addrs()
        .map_err(|error| unknown(&error))?;
    let address = addresses
        .next()
        .ok_or_else(|| unknown(&"it has no address"))?;
    let here: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let opened = UdpSocket::bind(here).and_then(|socket| {
        // So that a whole network can be addressed, as light consoles are.
        socket.set_broadcast(address.is_ipv4())?;
        socket.set_nonblocking(true)?;
        socket.connect(address)?;
        Ok(socket)
    });
    opened.map_err(|error| {
        format!("OSC: {host} cannot be reached ({error}); check the network and the address")
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use rosc::{OscPacket, OscType};

    use super::*;

    /// What a test lets the thread see, and what the thread said.
    #[derive(Clone, Default)]
    struct Told {
        value: Arc<Mutex<f32>>,
        messages: Arc<Mutex<Vec<Option<String>>>>,
    }

    impl Feed for Told {
        fn values(&mut self, values: &mut Values) -> Arc<[String]> {
            values.tags = vec![*self.value.lock().expect("not poisoned")];
            values.macros = vec![0.5];
            ["jazz".to_owned()].into()
        }

        fn tell(&mut self, message: Option<String>) {
            self.messages.lock().expect("not poisoned").push(message);
        }
    }

    impl Told {
        fn wait_for(&self, wanted: impl Fn(&Option<String>) -> bool) {
            let patience = Instant::now();
            loop {
                let messages = self.messages.lock().expect("not poisoned");
                if messages.last().is_some_and(&wanted) {
                    return;
                }
                assert!(patience.elapsed() < Duration::from_secs(20), "{messages:?}");
                drop(messages);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    fn receiver() -> (UdpSocket, OscSettings) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let patience = Some(Duration::from_secs(20));
        socket.set_read_timeout(patience).expect("a time");
        let settings = OscSettings {
            on: true,
            port: socket.local_addr().expect("an address").port(),
            rate_hz: 100,
            ..OscSettings::default()
        };
        (socket, settings)
    }

    fn jazz(socket: &UdpSocket) -> f32 {
        let mut bytes = [0; 4_096];
        let length = socket.recv(&mut bytes).expect("a datagram");
        let (_, packet) = rosc::decoder::decode_udp(&bytes[..length]).expect("OSC");
        let OscPacket::Bundle(bundle) = packet else {
            panic!("not a bundle");
        };
        let values = bundle.content.into_iter().find_map(|packet| match packet {
            OscPacket::Message(message) if message.addr == "/tagline/1/tag/jazz" => {
                Some(message.args)
            }
            _ => None,
        });
        match values.as_deref() {
            Some([OscType::Float(value)]) => *value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_receiver_hears_a_bundle_with_each_change_and_none_without() {
        let (socket, settings) = receiver();
        let told = Told::default();
        let sender = Sender::start(settings, told.clone()).expect("a thread");
        assert_eq!(jazz(&socket), 0.0);
        *told.value.lock().expect("not poisoned") = 0.75;
        assert_eq!(jazz(&socket), 0.75);
        let short = Some(Duration::from_millis(200));
        socket.set_read_timeout(short).expect("a time");
        assert!(socket.recv(&mut [0; 16]).is_err(), "nothing has changed");
        sender.end().join().expect("the thread ends");
    }

    #[test]
    fn a_dead_peer_and_an_unknown_name_are_messages_and_sending_goes_on_elsewhere() {
        let (socket, settings) = receiver();
        let nobody = OscSettings {
            // The port of a receiver that has gone.
            port: receiver().1.port,
            ..settings.clone()
        };
        let told = Told::default();
        let sender = Sender::start(nobody, told.clone()).expect("a thread");
        for value in 1..=50 {
            *told.value.lock().expect("not poisoned") = value as f32 / 50.0;
            std::thread::sleep(Duration::from_millis(5));
        }
        let heard = told.messages.lock().expect("not poisoned").clone();
        let refused = |message: &Option<String>| {
            message
                .as_ref()
                .is_some_and(|text| text.contains("nothing listens at 127.0.0.1"))
        };
        assert!(
            heard.iter().any(refused) || !cfg!(target_os = "linux"),
            "{heard:?}"
        );
        sender.set(OscSettings {
            host: "no.such.host.invalid".to_owned(),
            ..settings.clone()
        });
        told.wait_for(|message| {
            message
                .as_ref()
                .is_some_and(|text| text.contains("no.such.host.invalid"))
        });
        sender.set(settings);
        told.wait_for(Option::is_none);
        jazz(&socket);
        sender.end().join().expect("the thread ends");
    }
}
