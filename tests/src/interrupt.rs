//! Programs that Ctrl-C ends.

use std::process::{Child, Output};
use std::time::Duration;

/// Sends SIGINT to a program as soon as `begun` says so, or at once if it has ended, and waits for its
/// end.
///
/// # Panics
/// If the program cannot be waited for, or the signal cannot be sent.
pub fn interrupt_once(begun: impl Fn() -> bool, mut child: Child) -> Output {
    let ended = |child: &mut Child| child.try_wait().expect("its state is known").is_some();
    while !begun() && !ended(&mut child) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.expect("kill runs").success());
    child.wait_with_output().expect("its output can be read")
}
