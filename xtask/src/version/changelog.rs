//! The changelog: what is under "Unreleased" becomes a section with a version and a date.

use super::{Date, Version};
use crate::error::Error;

const UNRELEASED: &str = "## Unreleased\n";

/// The changelog with what was unreleased under `version` and `date`, and an empty "Unreleased" above.
///
/// # Errors
/// [`Error::Version`] if there is nothing to release, or a section of that version already.
pub fn released(text: &str, version: Version, date: Date) -> Result<String, Error> {
    if sections(text).any(|section| section == version) {
        return Err(Error::Version(format!(
            "CHANGELOG.md has a section {version} already"
        )));
    }
    if is_without_news(text) {
        return Err(Error::Version(
            "CHANGELOG.md has nothing under \"## Unreleased\"; write what a user notices".into(),
        ));
    }
    Ok(text.replacen(
        UNRELEASED,
        &format!("{UNRELEASED}\n## {version} - {date}\n"),
        1,
    ))
}

/// The version of the newest section that has one.
#[cfg(test)]
#[must_use]
pub fn newest(text: &str) -> Option<Version> {
    sections(text).next()
}

/// Whether nothing stands under "Unreleased".
#[must_use]
pub fn is_without_news(text: &str) -> bool {
    let Some((_, after)) = text.split_once(UNRELEASED) else {
        return true;
    };
    let section = after.split("\n## ").next().unwrap_or_default();
    section.trim().is_empty() || section.starts_with("## ")
}

fn sections(text: &str) -> impl Iterator<Item = Version> {
    text.lines().filter_map(|line| {
        let heading = line.strip_prefix("## ")?;
        heading.split(" - ").next()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str =
        "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2026-01-02\n\n- First.\n";

    fn release(text: &str, version: &str) -> Result<String, Error> {
        let date = "2026-11-30".parse().expect("a date");
        released(text, version.parse().expect("a version"), date)
    }

    #[test]
    fn what_was_unreleased_gets_version_and_date_and_makes_room() {
        let text = release(LOG, "0.2.0").expect("released");
        assert_eq!(
            text,
            "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-30\n\n- New.\n\n\
             ## 0.1.0 - 2026-01-02\n\n- First.\n"
        );
        assert_eq!(
            newest(&text).map(|v| v.to_string()).as_deref(),
            Some("0.2.0")
        );
        assert!(is_without_news(&text));
    }

    #[test]
    fn nothing_is_released_twice_or_empty() {
        let error = release(LOG, "0.1.0").expect_err("there already");
        assert!(error.to_string().contains("0.1.0 already"), "{error}");
        let empty = release(LOG, "0.2.0").expect("released");
        let error = release(&empty, "0.3.0").expect_err("nothing new");
        assert!(error.to_string().contains("nothing under"), "{error}");
        assert!(release("# Changelog\n", "0.3.0").is_err());
    }
}
