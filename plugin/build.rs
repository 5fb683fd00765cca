//! Gives the plugin's library on Windows its icon and its version, which Windows shows of it.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=windows/tagline.ico");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    let icon = Path::new(&variable("CARGO_MANIFEST_DIR")).join("windows/tagline.ico");
    let text = resource(&icon, &variable("CARGO_PKG_VERSION"));
    let script = PathBuf::from(variable("OUT_DIR")).join("tagline.rc");
    let written = std::fs::write(&script, text).map_err(|error| error.to_string());
    let outcome = written.and_then(|()| {
        embed_resource::compile_for_cdylib(&script, embed_resource::NONE)
            .manifest_required()
            .map_err(|error| error.to_string())
    });
    // Without it the plugin works, and a machine that only checks the code may have no compiler for it.
    if let Err(error) = outcome {
        println!("cargo:warning=the library has no icon and no version: {error}");
    }
}

/// The script of a resource compiler. baseview looks for the icon 1.
fn resource(icon: &Path, version: &str) -> String {
    let icon = icon.display().to_string().replace('\\', "/");
    let mut numbers: Vec<u16> = version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.resize(4, 0);
    let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
    let numbers = numbers.join(",");
    let strings: String = [
        ("CompanyName", "Tagline"),
        (
            "FileDescription",
            "Tagline: music tags as parameters (CLAP, VST3)",
        ),
        ("FileVersion", version),
        ("InternalName", "tagline"),
        ("LegalCopyright", "The Tagline authors. MIT or Apache-2.0."),
        ("OriginalFilename", "tagline.dll"),
        ("ProductName", "Tagline"),
        ("ProductVersion", version),
    ]
    .iter()
    .map(|(name, value)| format!("      VALUE \"{name}\", \"{value}\"\n"))
    .collect();
    format!(
        "1 ICON \"{icon}\"\n\
         1 VERSIONINFO\n\
         FILEVERSION {numbers}\n\
         PRODUCTVERSION {numbers}\n\
         FILEOS 0x40004\n\
         FILETYPE 0x2\n\
         BEGIN\n\
         \x20 BLOCK \"StringFileInfo\"\n\
         \x20 BEGIN\n\
         \x20   BLOCK \"040904b0\"\n\
         \x20   BEGIN\n\
         {strings}\
         \x20   END\n\
         \x20 END\n\
         \x20 BLOCK \"VarFileInfo\"\n\
         \x20 BEGIN\n\
         \x20   VALUE \"Translation\", 0x409, 1200\n\
         \x20 END\n\
         END\n"
    )
}
