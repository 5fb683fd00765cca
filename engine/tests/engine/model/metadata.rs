//! A model's metadata, in the file or beside it.

use tagline_engine::{Calibration, Model, ModelError, OutputKind};

use super::{assert_matches, metadata_refusal, open, sidecar, tiny, without_metadata};

#[test]
fn a_model_without_metadata_needs_a_sidecar() {
    let error = open(&without_metadata()).unwrap_err();
    assert_matches!(&error, ModelError::MissingMetadata);
    assert!(error.to_string().contains(".json"));
}

#[test]
fn a_sidecar_beside_the_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.onnx");
    std::fs::write(&path, without_metadata().bytes()).unwrap();
    std::fs::write(path.with_extension("json"), sidecar().to_string()).unwrap();
    let model = Model::open(&path).unwrap();
    assert_eq!(model.info().name, "Beside");
    assert_eq!(model.info().output, OutputKind::Logits);
    assert_eq!(
        (&model.info().groups, &model.info().calibration),
        (&None, &None)
    );
    let mut more = sidecar();
    more["groups"] = serde_json::json!(["pitch", "pitch", "mood"]);
    more["notes"] =
        serde_json::json!([{"means": "Low."}, {"means": ""}, {"means": "", "weak": "rare"}]);
    more["calibration"] = serde_json::json!(vec![Calibration::NONE; 3]);
    std::fs::write(path.with_extension("json"), more.to_string()).unwrap();
    let model = Model::open(&path).unwrap();
    assert_eq!(model.info().groups.as_ref().unwrap()[2], "mood");
    let notes = model.info().notes.as_ref().unwrap();
    assert_eq!((notes[0].means.as_str(), &notes[0].weak), ("Low.", &None));
    assert_eq!(notes[2].weak.as_deref(), Some("rare"));
    assert_eq!(model.info().calibration, Some(vec![Calibration::NONE; 3]));
}

#[test]
fn groups_that_do_not_fit_the_tags_or_a_hosts_tree_are_named_errors() {
    for (groups, reason) in [
        (r#"["a", "b"]"#, "2 entries for 3 tags"),
        (r#"["a", "b", " "]"#, "the group of `high` is empty"),
        (r#"["a", "b/c", "d"]"#, "the group of `middle` holds"),
        (r#"["a\n", "b", "d"]"#, "the group of `low` holds"),
        ("[1, 2, 3]", "invalid type"),
        ("genre", "expected"),
    ] {
        let error = metadata_refusal("tagline.groups", groups).to_string();
        assert!(error.contains("`tagline.groups`"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn notes_that_cannot_be_shown_are_named_errors() {
    let good = r#"{"means":"Low."}"#;
    for (bad, reason) in [
        (r#"{"weak":"no"}"#.to_owned(), "missing field `means`"),
        (
            r#"{"means":"a\nb"}"#.to_owned(),
            "the note of `middle` holds",
        ),
        (
            format!(r#"{{"means":"a","weak":"{}"}}"#, "x".repeat(1001)),
            "the note of `middle` holds",
        ),
        (r#"{"means":"a","strong":"b"}"#.to_owned(), "unknown field"),
    ] {
        let error =
            metadata_refusal("tagline.notes", &format!("[{good},{bad},{good}]")).to_string();
        assert!(error.contains("`tagline.notes`"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    let error = metadata_refusal("tagline.notes", &format!("[{good}]")).to_string();
    assert!(error.contains("1 entries for 3 tags"), "{error}");
}

#[test]
fn a_calibration_that_would_not_keep_the_order_is_a_named_error() {
    let good = r#"{"slope":1,"offset":0,"threshold":0.5}"#;
    let with = |bad: &str| {
        let json = format!("[{good},{bad},{good}]");
        metadata_refusal("tagline.calibration", &json).to_string()
    };
    for (bad, reason) in [
        (r#"{"slope":0,"offset":0,"threshold":0.5}"#, "`slope` is 0"),
        (
            r#"{"slope":-1,"offset":0,"threshold":0.5}"#,
            "`slope` is -1",
        ),
        (
            r#"{"slope":1,"offset":0,"threshold":1.5}"#,
            "`threshold` is 1.5",
        ),
        (
            r#"{"slope":1e999,"offset":0,"threshold":0.5}"#,
            "out of range",
        ),
        (
            r#"{"slope":1,"offset":"x","threshold":0.5}"#,
            "invalid type",
        ),
        (r#"{"slope":1,"offset":0}"#, "threshold"),
        (r#"{"slope":1,"offset":0,"threshold":0.5,"bias":1}"#, "bias"),
    ] {
        let error = with(bad);
        assert!(error.contains("`tagline.calibration`"), "{error}");
        assert!(error.contains(reason), "{error}");
    }
    let short = metadata_refusal("tagline.calibration", &format!("[{good}]")).to_string();
    assert!(short.contains("1 entries for 3 tags"), "{short}");
    let mut beside = sidecar();
    beside["calibration"] = serde_json::json!([{"slope": 1, "offset": 0, "threshold": 2}]);
    let error = Model::from_bytes(without_metadata().bytes(), Some(&beside.to_string()));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`calibration` in the sidecar"), "{error}");
}

#[test]
fn the_files_own_metadata_wins_over_a_sidecar() {
    let model = Model::from_bytes(tiny().bytes(), Some(&sidecar().to_string())).unwrap();
    assert_eq!(model.info().name, "Tiny");
    // This holds even if it is incomplete: two halves of a description are not mixed.
    let incomplete = tiny().with("tagline.tags", None).bytes();
    assert_matches!(
        Model::from_bytes(incomplete, Some(&sidecar().to_string())).unwrap_err(),
        ModelError::MissingKey { key, .. } if key == "tagline.tags"
    );
}

#[test]
fn every_property_is_needed() {
    for (key, _) in tiny().metadata {
        assert_matches!(
            open(&tiny().with(&key, None)).unwrap_err(),
            ModelError::MissingKey { key: missing, .. } if missing == key
        );
    }
}

#[test]
fn a_property_that_is_given_twice_is_a_named_error() {
    let mut tiny = tiny();
    tiny.metadata
        .push(("tagline.name".to_owned(), "Other".to_owned()));
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Metadata { key, .. } if key == "tagline.name");
}

#[test]
fn an_unknown_format_version_is_a_named_error() {
    assert_matches!(
        metadata_refusal("tagline.format", "2"),
        ModelError::FormatVersion { found, .. } if found == "2"
    );
    let mut sidecar = sidecar();
    sidecar["format"] = "7".into();
    assert_matches!(
        Model::from_bytes(without_metadata().bytes(), Some(&sidecar.to_string())).unwrap_err(),
        ModelError::FormatVersion { found, .. } if found == "7"
    );
}

#[test]
fn bad_json_in_the_metadata_is_a_named_error() {
    for (key, value) in [
        ("tagline.tags", "[\"a\", "),
        ("tagline.tags", "{}"),
        ("tagline.tags", "[1, 2, 3]"),
        ("tagline.front_end", "12000"),
        ("tagline.front_end", "{}"),
        ("tagline.output", "maybe"),
    ] {
        assert_matches!(metadata_refusal(key, value), ModelError::Metadata { key: k, .. } if k == key);
    }
    let deep = "[".repeat(100_000);
    assert_matches!(
        metadata_refusal("tagline.tags", &deep),
        ModelError::Metadata { .. }
    );
}

#[test]
fn a_bad_sidecar_is_a_named_error() {
    let open = |text: &str| Model::from_bytes(without_metadata().bytes(), Some(text)).unwrap_err();
    for text in ["", "[]x", "{\"format\": \"1\"}", "\u{0}"] {
        assert_matches!(open(text), ModelError::Metadata { .. });
    }
    assert_matches!(open("{}"), ModelError::MissingKey { key, .. } if key == "format");
    let mut unknown = sidecar();
    unknown["colour"] = "red".into();
    let error = open(&unknown.to_string());
    assert!(error.to_string().contains("colour"), "{error}");
}

#[test]
fn empty_duplicate_and_unprintable_tags_are_named_errors() {
    let tags = |tags: &str| metadata_refusal("tagline.tags", tags);
    assert_matches!(tags("[]"), ModelError::NumberOfTags { tags: 0, .. });
    assert_matches!(tags(r#"["a", " ", "c"]"#), ModelError::Tag { index: 1, .. });
    assert_matches!(
        tags(r#"["a", "b", "a\nb"]"#),
        ModelError::Tag { index: 2, .. }
    );
    let long = format!("[\"a\", \"b\", \"{}\"]", "x".repeat(300));
    assert_matches!(tags(&long), ModelError::Tag { index: 2, .. });
    assert_matches!(
        tags(r#"["a", "b", "a"]"#),
        ModelError::DuplicateTag {
            first: 0,
            second: 2,
            ..
        }
    );
}

#[test]
fn a_tag_count_unlike_the_output_is_a_named_error() {
    for tags in [r#"["a", "b"]"#, r#"["a", "b", "c", "d"]"#] {
        assert_matches!(
            metadata_refusal("tagline.tags", tags),
            ModelError::TagCount { outputs: 3, .. }
        );
    }
}
