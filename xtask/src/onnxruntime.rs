//! The ONNX Runtime library that the tests run networks on.

use std::path::PathBuf;

use crate::error::Error;
use crate::wheel::Wheel;
use crate::workspace::Workspace;

const WHEEL: Wheel = Wheel {
    what: "ONNX Runtime",
    project: "onnxruntime",
    version: "1.32.0",
    sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
    tags: ["cp", "cp311", "manylinux_2_28_x86_64"],
    file: ("onnxruntime/capi/libonnxruntime.so", "libonnxruntime.so"),
};

/// The library's file in the build folder, fetched the first time.
///
/// # Errors
/// Those of [`Wheel::file_in`].
pub fn library(workspace: &Workspace) -> Result<PathBuf, Error> {
    WHEEL.file_in(&workspace.target.join("onnxruntime"))
}
