//! What a bundle says of itself on macOS.
//!
//! The bundler writes an identifier and a version of its own. macOS tells bundles apart by the
//! identifier, so two plugins with one identifier may be taken for each other.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::say::note;

/// Puts Tagline's identifier and version into a bundle, and signs it again.
///
/// # Errors
/// [`Error::File`].
pub fn correct(bundle: &Path) -> Result<(), Error> {
    let path = bundle.join("Contents").join("Info.plist");
    let failed = |what| {
        let path = path.clone();
        move |source| Error::File { what, path, source }
    };
    let text = std::fs::read_to_string(&path).map_err(failed("read"))?;
    let format = bundle
        .extension()
        .map(|extension| extension.to_string_lossy().into_owned())
        .unwrap_or_default();
    let text = corrected(&text, &format, env!("CARGO_PKG_VERSION"));
    std::fs::write(&path, text).map_err(failed("write"))?;
    // The signature covers the text just changed. An unsigned bundle may still load on Intel.
    if !process::succeeds(Command::new("codesign").args(["-f", "-s", "-"]).arg(bundle)) {
        note!("warning: could not sign {}", bundle.display());
    }
    Ok(())
}

fn corrected(text: &str, format: &str, version: &str) -> String {
    let identifier = format!("audio.tagline.tagline.{format}");
    let text = with_value(text, "CFBundleIdentifier", &identifier);
    let text = with_value(&text, "CFBundleShortVersionString", version);
    with_value(&text, "CFBundleVersion", version)
}

/// `text` with another string after `<key>key</key>`, unchanged if there is no such key.
fn with_value(text: &str, key: &str, value: &str) -> String {
    const OPEN: &str = "<string>";
    let Some((before, rest)) = text.split_once(&format!("<key>{key}</key>")) else {
        return text.to_owned();
    };
    let (Some(start), Some(end)) = (rest.find(OPEN), rest.find("</string>")) else {
        return text.to_owned();
    };
    format!(
        "{before}<key>{key}</key>{}{value}{}",
        &rest[..start + OPEN.len()],
        &rest[end..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLIST: &str = "<dict>
    <key>CFBundleIdentifier</key>
    <string>com.nice-plug.tagline</string>
    <key>CFBundleName</key>
    <string>Tagline</string>
    <key>CFBundleVersion</key>
    <string>1.0.0</string>
</dict>";

    #[test]
    fn the_identifier_and_the_version_are_taglines_own() {
        let text = corrected(PLIST, "vst3", "0.1.0");
        assert!(text.contains("<string>audio.tagline.tagline.vst3</string>"));
        assert!(text.contains("<key>CFBundleVersion</key>\n    <string>0.1.0</string>\n</dict>"));
        assert!(text.contains("<string>Tagline</string>"));
        assert!(!text.contains("nice-plug"));
    }

    #[test]
    fn a_list_without_the_key_stays_as_it_is() {
        assert_eq!(with_value("<dict/>", "CFBundleVersion", "1"), "<dict/>");
    }
}
