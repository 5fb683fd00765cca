//! Files that were once read wrongly, if the reference data are there.

use std::path::PathBuf;

use crate::common::read;
use tagline_media::DecodeError;

fn cases(test: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/cases"
    ));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED {test}: no files in {}", folder.display());
    None
}

#[test]
fn files_that_once_went_wrong_are_read_whole() {
    let Some(folder) = cases("files_that_once_went_wrong_are_read_whole") else {
        return;
    };
    for (name, seconds, remark) in [
        ("vbr_without_xing_90s_read_as_65s.mp3", 90.04, ""),
        ("two_songs_joined_second_lost.mp3", 6.07, ""),
        ("xing_frames_10.mp3", 40.0, "its header promises 0.26 s"),
        ("cover_1030KiB.mp3", 3.0, ""),
        ("rf64.wav", 2.0, ""),
        ("crashed_recorder_sizes_0.wav", 2.0, "never filled in"),
        ("koala_riff_size_8_short.wav", 2.0, ""),
        ("streaming_sizes_ff_false_warning.wav", 2.0, ""),
    ] {
        let decoded = read(&folder.join(name)).unwrap_or_else(|error| panic!("{error}"));
        let off = (decoded.seconds() - seconds).abs();
        assert!(off < 0.03, "{name}: {} s", decoded.seconds());
        assert!(
            decoded.remark.contains(remark),
            "{name}: {}",
            decoded.remark
        );
        assert_eq!(
            decoded.remark.is_empty(),
            remark.is_empty(),
            "{name}: {}",
            decoded.remark
        );
    }
}

#[test]
fn wavpack_is_refused_by_its_name() {
    let Some(folder) = cases("wavpack_is_refused_by_its_name") else {
        return;
    };
    let error = read(&folder.join("wavpack_tagged_as_noise_rc0.wv")).unwrap_err();
    let named = matches!(
        &error,
        DecodeError::UnsupportedFormat {
            format: "WavPack",
            ..
        }
    );
    assert!(named, "{error}");
}
