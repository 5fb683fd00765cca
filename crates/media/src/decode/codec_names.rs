//! Names of codecs that containers may hold and that are not decoded.

use symphonia::core::codecs::audio::{AudioCodecId, well_known as id};

/// A name people know, or else the container's own code.
pub(crate) fn codec_name(codec: AudioCodecId) -> String {
    let name = match codec {
        id::CODEC_ID_OPUS => "Opus",
        id::CODEC_ID_SPEEX => "Speex",
        id::CODEC_ID_MUSEPACK => "Musepack",
        id::CODEC_ID_MP1 => "MPEG layer 1",
        id::CODEC_ID_MP2 => "MPEG layer 2",
        id::CODEC_ID_MP3 => "MP3",
        id::CODEC_ID_AAC => "AAC (other than AAC-LC)",
        id::CODEC_ID_VORBIS => "Vorbis",
        id::CODEC_ID_FLAC => "FLAC",
        id::CODEC_ID_ALAC => "Apple Lossless",
        id::CODEC_ID_AC3 => "Dolby Digital (AC-3)",
        id::CODEC_ID_EAC3 => "Dolby Digital Plus (E-AC-3)",
        id::CODEC_ID_AC4 => "Dolby AC-4",
        id::CODEC_ID_TRUEHD => "Dolby TrueHD",
        id::CODEC_ID_DCA => "DTS",
        id::CODEC_ID_WMA => "Windows Media Audio",
        id::CODEC_ID_WAVPACK => "WavPack",
        id::CODEC_ID_MONKEYS_AUDIO => "Monkey's Audio",
        id::CODEC_ID_TTA => "True Audio",
        id::CODEC_ID_PCM_ALAW => "A-law PCM",
        id::CODEC_ID_PCM_MULAW => "µ-law PCM",
        id::CODEC_ID_ADPCM_G722 => "G.722",
        id::CODEC_ID_ADPCM_G726 | id::CODEC_ID_ADPCM_G726LE => "G.726",
        other => return format!("an unknown codec ({other})"),
    };
    name.to_owned()
}
