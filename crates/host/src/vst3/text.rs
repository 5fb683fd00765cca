//! Strings of the interfaces: UTF-16 and bytes, both ended by a zero.

use vst3::Steinberg::Vst::TChar;
use vst3::Steinberg::char8;

/// The text before the first zero.
pub(super) fn wide(units: &[TChar]) -> String {
    let units = units.iter().take_while(|unit| **unit != 0);
    let units: Vec<u16> = units.map(|unit| *unit as u16).collect();
    String::from_utf16_lossy(&units)
}

/// The text before the first zero.
pub(super) fn narrow(bytes: &[char8]) -> String {
    let bytes = bytes.iter().take_while(|byte| **byte != 0);
    let bytes: Vec<u8> = bytes.map(|byte| *byte as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `text` with a zero behind it.
pub(super) fn zero_ended(text: &str) -> Vec<TChar> {
    let units = text.encode_utf16().chain(std::iter::once(0));
    units.map(|unit| unit as TChar).collect()
}

/// Puts as much of `text` as fits into `units`, with a zero behind it.
pub(super) fn put_wide(text: &str, units: &mut [TChar]) {
    let most = units.len().saturating_sub(1);
    let mut written = 0;
    for (to, from) in units[..most].iter_mut().zip(text.encode_utf16()) {
        *to = from as TChar;
        written += 1;
    }
    if let Some(end) = units.get_mut(written) {
        *end = 0;
    }
}
