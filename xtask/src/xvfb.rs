//! A virtual X server for the tests that open the editor.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running virtual X server; it ends with this value.
pub struct Xvfb {
    server: Child,
    /// What to set `DISPLAY` to.
    pub display: String,
}

impl Xvfb {
    /// Starts a server on the first free display; `None` if there is no Xvfb or it gives up.
    pub fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // It writes the number once it takes connections, and closes the pipe if it never does.
        let mut number = String::new();
        let answered = server
            .stdout
            .take()
            .is_some_and(|pipe| BufReader::new(pipe).read_line(&mut number).is_ok());
        let number = number.trim();
        if !answered || number.is_empty() {
            let _ = server.kill();
            let _ = server.wait();
            return None;
        }
        Some(Self {
            display: format!(":{number}"),
            server,
        })
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
