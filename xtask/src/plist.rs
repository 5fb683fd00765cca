//! What a bundle says of itself on macOS.
//!
//! macOS tells bundles apart by the identifier, so two plugins with one identifier may be taken for each
//! other.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::say::note;

/// The oldest macOS that the plugin is built for. Rust's own for Apple's processors is the same.
pub const OLDEST_SYSTEM: &str = "11.0";

/// Writes `Info.plist` and `PkgInfo` into a bundle, and signs it for this machine.
///
/// # Errors
/// [`Error::File`].
pub fn write(bundle: &Path) -> Result<(), Error> {
    let format = bundle
        .extension()
        .map(|extension| extension.to_string_lossy().into_owned())
        .unwrap_or_default();
    for (name, text) in [
        ("Info.plist", info(&format, env!("CARGO_PKG_VERSION"))),
        ("PkgInfo", "BNDL????".to_owned()),
    ] {
        let path = bundle.join("Contents").join(name);
        std::fs::write(&path, text).map_err(|source| Error::File {
            what: "write",
            path,
            source,
        })?;
    }
    // An unsigned bundle may still load on Intel.
    if !process::succeeds(Command::new("codesign").args(["-f", "-s", "-"]).arg(bundle)) {
        note!("warning: could not sign {}", bundle.display());
    }
    Ok(())
}

fn info(format: &str, version: &str) -> String {
    let strings = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleDisplayName", "Tagline"),
        ("CFBundleExecutable", "Tagline"),
        (
            "CFBundleIdentifier",
            &format!("audio.tagline.tagline.{format}"),
        ),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", "Tagline"),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", version),
        ("CFBundleSignature", "????"),
        ("CFBundleVersion", version),
        ("LSMinimumSystemVersion", OLDEST_SYSTEM),
    ];
    let strings: String = strings
        .iter()
        .map(|(key, value)| format!("    <key>{key}</key>\n    <string>{value}</string>\n"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{strings}{}    <key>NSHighResolutionCapable</key>\n    \
         <true/>\n</dict>\n</plist>\n",
        if format == "component" {
            audio_component(version)
        } else {
            String::new()
        }
    )
}

/// What macOS registers an Audio Unit by. The codes never change: sessions find it by them.
fn audio_component(version: &str) -> String {
    let mut number = 0_u32;
    for part in version.split('.') {
        number = number << 8 | part.parse::<u32>().unwrap_or_default();
    }
    // `aufx`: an effect.
    let strings = [
        ("description", "Tags music while it plays"),
        ("factoryFunction", "GetPluginFactoryAUV2"),
        ("manufacturer", "Tgln"),
        ("name", "Tagline: Tagline"),
        ("subtype", "Tagl"),
        ("type", "aufx"),
    ];
    let strings: String = strings
        .iter()
        .map(|(key, value)| {
            format!("            <key>{key}</key>\n            <string>{value}</string>\n")
        })
        .collect();
    format!(
        "    <key>AudioComponents</key>\n    <array>\n        <dict>\n{strings}            \
         <key>version</key>\n            <integer>{number}</integer>\n        </dict>\n    </array>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_and_the_version_are_the_bundles_own() {
        let text = info("vst3", "0.1.0");
        for part in [
            "<key>CFBundleIdentifier</key>\n    <string>audio.tagline.tagline.vst3</string>",
            "<key>CFBundleVersion</key>\n    <string>0.1.0</string>",
            "<key>CFBundleExecutable</key>\n    <string>Tagline</string>",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(text.matches("<key>").count(), 12);
    }

    #[test]
    fn an_audio_unit_says_by_which_codes_and_function_it_is_found() {
        let text = info("component", "1.2.3");
        for part in [
            "<key>CFBundleIdentifier</key>\n    <string>audio.tagline.tagline.component</string>",
            "<key>factoryFunction</key>\n            <string>GetPluginFactoryAUV2</string>",
            "<integer>66051</integer>",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let opened = text.matches("<dict>").count();
        assert_eq!((opened, text.matches("</dict>").count()), (2, 2));
    }
}
