//! Python's `onnx.checker`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skipped;

/// The reference checker of ONNX files, run by `python3`.
pub struct OnnxChecker {
    packages: PathBuf,
}

/// The checker of the `onnx` package in the folder that `TAGLINE_ONNX_CHECKER` names, or in
/// `target/onnx-checker` of the checkout, where `cargo xtask` puts it, or that Python has itself.
/// Without one, prints that the test was skipped and returns `None`.
#[must_use]
pub fn onnx_checker(test: &str) -> Option<OnnxChecker> {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/onnx-checker");
    let named = std::env::var_os("TAGLINE_ONNX_CHECKER").map(PathBuf::from);
    let packages = named.unwrap_or(unpacked);
    let checker = OnnxChecker { packages };
    let imported = checker.python("import onnx.checker").output();
    if imported.is_ok_and(|output| output.status.success()) {
        return Some(checker);
    }
    let packages = checker.packages.display();
    skipped(
        test,
        format_args!("python3 has no `onnx` (TAGLINE_ONNX_CHECKER, or {packages})"),
    );
    None
}

impl OnnxChecker {
    /// Checks the model file `path` in full, shapes and types included.
    ///
    /// # Errors
    /// What is wrong with it, in the checker's words.
    pub fn check(&self, path: &Path) -> Result<(), String> {
        let program = "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)";
        let output = self.python(program).arg(path).output();
        let output = output.map_err(|error| format!("python3: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn python(&self, program: &str) -> Command {
        let mut python = Command::new("python3");
        python
            .args(["-c", program])
            .env("PYTHONPATH", &self.packages);
        python
    }
}
