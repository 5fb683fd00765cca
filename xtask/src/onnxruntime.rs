//! ONNX Runtime, in the builds that are published for each system: the tests run networks on it, and it
//! can be put beside the bundles.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::target::{System, Target};
use crate::wheel::Wheel;
use crate::workspace::Workspace;

/// Its licence and those of its parts, which go wherever its library goes.
const LICENCES: [(&str, &str); 2] = [
    ("onnxruntime/LICENSE", "onnxruntime-LICENSE.txt"),
    (
        "onnxruntime/ThirdPartyNotices.txt",
        "onnxruntime-ThirdPartyNotices.txt",
    ),
];

const LINUX: Wheel = Wheel {
    what: "ONNX Runtime",
    project: "onnxruntime",
    version: "1.32.0",
    sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
    tags: ["cp", "cp311", "manylinux_2_28_x86_64"],
    files: &[
        ("onnxruntime/capi/libonnxruntime.so", "libonnxruntime.so"),
        LICENCES[0],
        LICENCES[1],
    ],
};

/// The newest with DirectML, which Microsoft publishes apart. It needs the runtime of Visual C++ 2015 to
/// 2022, as other programs bring it.
const WINDOWS: Wheel = Wheel {
    what: "ONNX Runtime",
    project: "onnxruntime-directml",
    version: "1.24.4",
    sha256: "96642a787e5a6f33bf043521c0f06eb1eb663f6b830e5862a2026d03f9c90543",
    tags: ["cp", "cp311", "win_amd64"],
    files: &[
        ("onnxruntime/capi/onnxruntime.dll", "onnxruntime.dll"),
        ("onnxruntime/capi/DirectML.dll", "DirectML.dll"),
        LICENCES[0],
        LICENCES[1],
    ],
};

/// The library's file in the build folder, fetched the first time.
///
/// # Errors
/// [`Error::Platform`] where none is published in a wheel of this kind; those of [`Wheel::file_in`].
pub fn library(workspace: &Workspace, target: &Target) -> Result<PathBuf, Error> {
    wheel(target)?.file_in(&cache(workspace, target))
}

/// Puts the library, what belongs to it, and their licences into `folder`.
///
/// # Errors
/// As [`library`]; [`Error::File`].
pub fn put_into(workspace: &Workspace, target: &Target, folder: &Path) -> Result<(), Error> {
    let wheel = wheel(target)?;
    let library = wheel.file_in(&cache(workspace, target))?;
    let from = library.parent().unwrap_or(&library);
    for (_, name) in wheel.files {
        let to = folder.join(name);
        std::fs::copy(from.join(name), &to).map_err(|source| Error::File {
            what: "write",
            path: to,
            source,
        })?;
    }
    Ok(())
}

fn cache(workspace: &Workspace, target: &Target) -> PathBuf {
    target.folder(&workspace.target).join("onnxruntime")
}

fn wheel(target: &Target) -> Result<&'static Wheel, Error> {
    match (target.system, target.architecture.as_str()) {
        (System::Linux, "x86_64") => Ok(&LINUX),
        (System::Windows, "x86_64") => Ok(&WINDOWS),
        _ => Err(Error::Platform { what: LINUX.what }),
    }
}
