//! Python's `onnx` package, whose checker looks at the models that the trainer writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::wheel;
use crate::workspace::{Workspace, create_folder, remove};

/// The package and all that it imports, for Python 3.11 to 3.13 on Linux on x86-64. pip refuses
/// any other file.
const REQUIREMENTS: &str = "\
onnx==1.23.2 \
  --hash=sha256:c03ecf6b835d136108eeaeeafbd0026fc7b3cf98661409fbc6b63d5a29361348 \
  --hash=sha256:7abf381d278f31ac62487fddedc9dd42da842dce94d5d43536836ee3efdf4a2b
ml-dtypes==0.6.0 \
  --hash=sha256:6c8e39b53e90afda8ce52859c93de4dba3e02b76d85dcf091cc469f9184c6dae \
  --hash=sha256:3b4a480aa8fd54a1805b8ac10f3f91763926a74f73c0c364c10f9231854f4170 \
  --hash=sha256:26b1f1fa4f0435a2946859823f6e2bf06796f1e9f10f5a05b08a5e3c8f46ff69
numpy==2.4.6 \
  --hash=sha256:89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93 \
  --hash=sha256:90f9849678c75fe7afa2d348ac842c168b0a4d3d61919687216dfc547976d853 \
  --hash=sha256:a7830bab239b79cda9c08c2da014761cafb48da6150e1da17ac06283f43b6089
protobuf==7.36.2 \
  --hash=sha256:89f23aa53c24553a2416fd4fd1ec06f74fa42b14b546d8883128813f775bbfd2
typing-extensions==4.16.0 \
  --hash=sha256:481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8
";

/// The folder from which this machine's Python imports the package. It is filled the first time, and
/// again if another Python has been installed since.
///
/// # Errors
/// [`Error::Platform`] elsewhere than on Linux on x86-64; pip's errors, such as no network.
pub fn packages(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("onnx-checker");
    if process::succeeds(&mut import(&folder)) {
        return Ok(folder);
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Error::Platform {
            what: "onnx.checker",
        });
    }
    remove(&folder)?;
    create_folder(&folder)?;
    wheel::install(REQUIREMENTS, &folder)?;
    process::run_to_stderr(&mut import(&folder))?;
    Ok(folder)
}

fn import(folder: &Path) -> Command {
    let mut python = Command::new("python3");
    python
        .args(["-c", "import onnx.checker"])
        .env("PYTHONPATH", folder);
    python
}
