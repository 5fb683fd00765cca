//! Files that are refused, each by name.

use super::*;

#[test]
fn up_to_64_channels_are_read_and_more_are_refused() {
    let of = |channels: u16| {
        let frames = samples();
        let bytes: Vec<u8> = frames
            .iter()
            .flat_map(|sample| sample.to_le_bytes().repeat(channels.into()))
            .collect();
        let fmt = chunk(b"fmt ", &format(1, channels, 2));
        riff(b"RIFF", &[fmt, chunk(b"data", &bytes)])
    };
    for channels in [1, 2, 6, 27, 32, 64] {
        let decoded = assert_whole("many", &of(channels), None);
        assert_eq!(decoded.channels.len(), usize::from(channels));
    }
    let error = read_bytes(&of(65)).unwrap_err();
    assert!(
        matches!(error, DecodeError::Channels { channels: 65, .. }),
        "{error}"
    );
}

#[test]
fn a_file_without_samples_or_without_a_format_says_so() {
    let empty = riff(b"RIFF", &[fmt(), chunk(b"data", b"")]);
    let error = read_bytes(&empty).unwrap_err();
    assert!(matches!(error, DecodeError::Nothing { .. }), "{error}");
    let followed = riff(
        b"RIFF",
        &[fmt(), chunk(b"data", b""), chunk(b"LIST", b"INFO")],
    );
    let error = read_bytes(&followed).unwrap_err();
    assert!(matches!(error, DecodeError::Nothing { .. }), "{error}");
    for (file, reason) in [
        (riff(b"RIFF", &[fmt()]), "no samples"),
        (riff(b"RIFF", &[data()]), "without a format"),
        (whole_aiff(b"")[..30].to_vec(), "says nothing of its format"),
        (au(b".snd", 9, b"")[..20].to_vec(), "header is cut"),
    ] {
        let error = read_bytes(&file).unwrap_err();
        assert!(matches!(error, DecodeError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_codec_that_is_not_read_is_named_with_the_command_that_converts_it() {
    let gsm = riff(b"RIFF", &[chunk(b"fmt ", &format(0x31, 1, 2)), data()]);
    let error = read_bytes(&gsm).unwrap_err().to_string();
    assert!(error.contains("its audio is GSM 6.10"), "{error}");
    assert!(error.contains("ffmpeg -i "), "{error}");
    let mut mace = aiff(b"AIFC", 9, 9, b"", b"");
    let at = mace.windows(4).position(|name| name == b"sowt").unwrap();
    mace[at..at + 4].copy_from_slice(b"MAC3");
    let error = read_bytes(&mace).unwrap_err().to_string();
    assert!(error.contains("its audio is `MAC3`"), "{error}");
}

#[test]
fn known_formats_that_are_not_read_are_named_with_the_command_that_converts_them() {
    let noise: Vec<u8> = (0..200_000u32)
        .map(|k| (k.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for (magic, name) in [
        (&b"wvpk"[..], "WavPack"),
        (b"MAC \x96\x0f", "Monkey's Audio"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
        (b"MPCKSH", "Musepack"),
        (b"DSD ", "DSD"),
        (b"#!AMR\n", "AMR"),
        (b"\x0b\x77", "AC-3"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    ] {
        let error = read_bytes(&[magic, &noise].concat()).unwrap_err();
        assert!(
            matches!(error, DecodeError::UnsupportedFormat { .. }),
            "{name}: {error}"
        );
        let error = error.to_string();
        assert!(
            error.contains(name) && error.contains("ffmpeg -i "),
            "{error}"
        );
    }
    for (magic, what) in [
        (&b"MThd\0\0\0\x06"[..], "MIDI"),
        (b"\0\x05\x16\x07\0\x02", "macOS"),
        (b"<!DOCTYPE html>", "web page"),
        (b"PK\x03\x04", "zip"),
    ] {
        let error = read_bytes(&[magic, &noise].concat()).unwrap_err();
        assert!(
            matches!(error, DecodeError::NotAudio { .. }),
            "{what}: {error}"
        );
        assert!(error.to_string().contains(what), "{error}");
    }
}
