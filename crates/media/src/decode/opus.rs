//! Opus (RFC 6716), with the header that containers carry for it (RFC 7845).

use opus_pure::OpusMSDecoder;

/// Opus always decodes to this rate.
pub(super) const RATE_HZ: u32 = 48_000;
/// Samples of each channel in the longest packet, 120 ms.
const MOST_SAMPLES: usize = 5_760;
/// Bytes of the header before the table of channels.
const HEADER: usize = 19;

/// A decoder for the packets of one track.
pub(super) struct Opus {
    decoder: OpusMSDecoder,
    channels: usize,
    /// Samples of each channel at the start that do not belong to the song.
    pub pre_skip: usize,
    gain: f32,
    interleaved: Vec<f32>,
}

impl Opus {
    /// A decoder for a track with this header or, without a header, with this many channels.
    pub fn new(header: Option<&[u8]>, channels: usize) -> Result<Self, String> {
        let head = header.and_then(Head::parse).unwrap_or(Head {
            channels,
            ..Head::default()
        });
        let decoder = OpusMSDecoder::new(RATE_HZ as i32, head.channels, head.mapping_family);
        Ok(Self {
            decoder: decoder.map_err(|error| error.to_string())?,
            channels: head.channels,
            pre_skip: head.pre_skip,
            gain: 10f32.powf(head.gain_db / 20.0),
            interleaved: vec![0.0; MOST_SAMPLES * head.channels],
        })
    }

    /// Decodes a packet to `planes: [channel][sample]`.
    pub fn decode(&mut self, packet: &[u8], planes: &mut Vec<Vec<f32>>) -> Result<(), String> {
        let samples = self
            .decoder
            .decode(packet, MOST_SAMPLES, &mut self.interleaved)
            .map_err(|error| error.to_string())?;
        planes.resize(self.channels, Vec::new());
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.clear();
            let frames = self.interleaved[..samples * self.channels].chunks_exact(self.channels);
            plane.extend(frames.map(|frame| frame[channel] * self.gain));
        }
        Ok(())
    }
}

/// What the header says.
#[derive(Default)]
struct Head {
    channels: usize,
    pre_skip: usize,
    gain_db: f32,
    /// 0: mono and stereo; 1: surround.
    mapping_family: u8,
}

impl Head {
    fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(b"OpusHead") || bytes.len() < HEADER {
            return None;
        }
        Some(Self {
            channels: bytes[9].into(),
            pre_skip: u16::from_le_bytes([bytes[10], bytes[11]]).into(),
            gain_db: f32::from(i16::from_le_bytes([bytes[16], bytes[17]])) / 256.0,
            mapping_family: bytes[18],
        })
    }
}
