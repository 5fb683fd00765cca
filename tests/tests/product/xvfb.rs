//! A virtual X server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A virtual X server; it ends with this value.
pub struct Xvfb {
    server: Child,
    /// What to set `DISPLAY` to.
    pub display: String,
}

impl Xvfb {
    /// Starts a server on the first free display; `None` where there is no Xvfb or it gives up.
    pub fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1700x1400x24"])
            // It would restart, and refuse connections meanwhile, whenever the last client goes.
            .args(["-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        if let Some(pipe) = server.stdout.take() {
            let _ = BufReader::new(pipe).read_line(&mut number);
        }
        let server = Self {
            server,
            display: format!(":{}", number.trim()),
        };
        (!number.trim().is_empty()).then_some(server)
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
