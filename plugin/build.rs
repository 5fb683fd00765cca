//! Gives the plugin's library on Windows its icon and its version, which Windows shows of it.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=windows/tagline.ico");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    let icon = Path::new(&variable("CARGO_MANIFEST_DIR")).join("windows/tagline.ico");
    let script = PathBuf::from(variable("OUT_DIR")).join("tagline.rc");
    let compiled = script.with_extension(if variable("CARGO_CFG_TARGET_ENV") == "msvc" {
        "res"
    } else {
        "o"
    });
    let text = resource(&icon, &variable("CARGO_PKG_VERSION"));
    let outcome = std::fs::write(&script, text)
        .and_then(|()| compiler(&script, &compiled, &variable("CARGO_CFG_TARGET_ARCH")).status());
    match outcome {
        Ok(status) if status.success() => {
            println!("cargo:rustc-link-arg-cdylib={}", compiled.display());
        }
        // Without it the plugin works, and a machine that only checks the code may have no compiler for it.
        Ok(status) => println!("cargo:warning=no icon and no version: {status}"),
        Err(error) => {
            println!("cargo:warning=no icon and no version, for want of a compiler: {error}");
        }
    }
}

/// The resource compiler of MinGW, or Microsoft's, whose files a linker takes as they are.
fn compiler(script: &Path, compiled: &Path, architecture: &str) -> Command {
    if compiled.extension().is_some_and(|ending| ending == "res") {
        let mut command = Command::new("rc");
        command.arg("/nologo").arg("/fo").arg(compiled).arg(script);
        return command;
    }
    let mut command = Command::new(if cfg!(windows) {
        "windres".to_owned()
    } else {
        format!("{architecture}-w64-mingw32-windres")
    });
    command.arg(script).arg(compiled);
    command
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
