//! Tags of a song by way of an installed plugin.

use std::collections::BTreeMap;
use std::process::Command;

use crate::error::Error;
use crate::process;

/// How far tags may lie apart on two systems: their mathematical functions differ in the last bits.
const TOLERANCE: f64 = 1e-5;

/// The tags of the last window, by name.
pub type Tags = BTreeMap<String, f64>;

/// The tags that `host`, a run of `tagline-host demo --json`, prints.
///
/// # Errors
/// [`Error::Start`]; [`Error::Package`] if it fails, or prints something else.
pub fn of(host: &mut Command) -> Result<Tags, Error> {
    let output = host.output().map_err(|source| Error::Start {
        program: host.get_program().to_string_lossy().into_owned(),
        source,
    })?;
    if !output.status.success() {
        return Err(Error::Package(format!(
            "`{}` failed ({}): {}",
            process::shown(host),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    read(&output.stdout)
}

fn read(json: &[u8]) -> Result<Tags, Error> {
    let report: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
    let tags = report["tags"].as_object().into_iter().flatten();
    let tags: Tags = tags
        .filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
        .collect();
    if tags.is_empty() {
        return Err(Error::Package(format!(
            "the host gives no tags: {}",
            String::from_utf8_lossy(json).trim()
        )));
    }
    Ok(tags)
}

/// The largest difference between the tags of two systems.
///
/// # Errors
/// [`Error::Package`] if it is too large, or if they have not the same tags.
pub fn compare(here: &Tags, there: &Tags) -> Result<f64, Error> {
    if !here.keys().eq(there.keys()) {
        return Err(Error::Package(
            "the installed plugin has other tags than this one".into(),
        ));
    }
    let pairs = here.iter().zip(there.values());
    let (difference, tag) = pairs
        .map(|((tag, a), b)| ((a - b).abs(), tag.as_str()))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or_default();
    if difference > TOLERANCE {
        return Err(Error::Package(format!(
            "the tag {tag} is {difference:e} off; at most {TOLERANCE:e} is allowed"
        )));
    }
    Ok(difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(value: f64) -> Tags {
        Tags::from([("jazz".to_owned(), value), ("piano".to_owned(), 0.5)])
    }

    #[test]
    fn tags_that_differ_by_more_than_rounding_are_found() {
        let difference = compare(&tags(0.9), &tags(0.900_001)).expect("near");
        assert!((difference - 1e-6).abs() < 1e-9);
        let error = compare(&tags(0.9), &tags(0.91)).expect_err("far");
        assert!(error.to_string().contains("jazz"), "{error}");
        assert!(compare(&tags(0.9), &Tags::new()).is_err());
    }

    #[test]
    fn an_answer_without_tags_is_an_error() {
        assert!(read(b"").is_err());
        assert!(read(b"{\"tags\":{}}").is_err());
        assert_eq!(
            read(b"{\"tags\":{\"jazz\":0.9,\"piano\":0.5}}").expect("tags"),
            tags(0.9)
        );
    }
}
