//! Which windows the network hears, and that leaving out the others changes nothing.

use std::path::Path;

use tagline_engine::Model;
use tagline_tests::TinyModel;
use trainer::tag::{At, TaggedFile, Tagger, Tagging, Windows};

use crate::common::networks::TRACT;
use crate::common::sounds::tones;

/// Tags of a file on a window of 6 s, every 2 s.
fn tagged(file: &Path, windows: Windows, focus_seconds: f64) -> TaggedFile {
    let model = TinyModel::new(&["low", "high"], 282).bytes();
    let tagging = Tagging {
        model: Model::from_bytes(model, None).unwrap(),
        backend: TRACT,
        library_dirs: Vec::new(),
        update_seconds: 2.0,
        focus_seconds,
        windows,
        raw: false,
        write_tags: None,
    };
    Tagger::new(&tagging).unwrap().tag(file, |_| ()).unwrap()
}

#[test]
fn the_full_windows_alone_give_the_tags_of_all_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (low, high, silence) = (200.0, 5_000.0, 0.0);
    let whole = f64::INFINITY;
    for (name, sounds, focus_seconds, heard, all) in [
        ("long.wav", &[(low, 8.0), (high, 7.0)][..], whole, 5, 7),
        ("short.wav", &[(low, 3.0), (high, 2.5)], whole, 1, 2),
        ("focus.wav", &[(low, 5.0), (high, 4.5)], 3.0, 4, 4),
        ("fade.wav", &[(low, 4.5), (silence, 8.0)], whole, 1, 3),
        (
            "pause.wav",
            &[(low, 9.0), (silence, 9.0), (high, 3.5)],
            whole,
            5,
            7,
        ),
        ("silent.wav", &[(silence, 9.0)], whole, 0, 0),
    ] {
        let file = folder.path().join(name);
        tones(&file, sounds);
        let full = tagged(&file, Windows::Full, focus_seconds);
        let every = tagged(&file, Windows::Every, focus_seconds);
        let counts = (full.updates.len(), every.updates.len());
        assert_eq!(counts, (heard, all), "{name}");
        for at in ["mean", "max", "1", "3"] {
            let at: At = at.parse().unwrap();
            assert_eq!(at.windows(), Windows::Full);
            let (full, every) = (at.of(full.clone()), at.of(every.clone()));
            assert_eq!(full.last, every.last, "{name}, {at}");
            if at.is_windows() {
                assert_eq!(full.updates, every.updates, "{name}, {at}");
            }
        }
        let last = tagged(&file, At::End.windows(), focus_seconds);
        assert_eq!(last.last, every.last, "{name}");
        assert!(last.updates.is_empty());
    }
}
