//! Texts of the interfaces: UTF-16 or bytes, ended by a zero, in places of a fixed size.

use vst3::Steinberg::Vst::TChar;
use vst3::Steinberg::char8;

/// Writes as much of `text` as fits, in whole characters, and zeros behind it.
pub(super) fn put_wide(text: &str, place: &mut [TChar]) {
    let most = place.len().saturating_sub(1);
    let mut at = 0;
    for letter in text.chars() {
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units);
        if letter == '\0' || at + units.len() > most {
            break;
        }
        for unit in units {
            place[at] = *unit as TChar;
            at += 1;
        }
    }
    place[at..].fill(0);
}

/// Writes as much of `text` as fits, in whole characters, and zeros behind it.
pub(super) fn put_narrow(text: &str, place: &mut [char8]) {
    let most = place.len().saturating_sub(1);
    let mut at = 0;
    for letter in text.chars() {
        let mut bytes = [0; 4];
        let bytes = letter.encode_utf8(&mut bytes).as_bytes();
        if letter == '\0' || at + bytes.len() > most {
            break;
        }
        for byte in bytes {
            place[at] = *byte as char8;
            at += 1;
        }
    }
    place[at..].fill(0);
}

/// Longest text that is read of a host, in UTF-16 units: what its own texts have.
const LONGEST: usize = 128;

/// The host's text up to its zero, or to the length that texts of the interfaces have; `None` for a
/// null pointer.
///
/// # Safety
/// `text` is null, or readable up to its first zero or for [`LONGEST`] units.
pub(super) unsafe fn read_wide(text: *const TChar) -> Option<String> {
    if text.is_null() {
        return None;
    }
    let mut units = Vec::with_capacity(LONGEST);
    for at in 0..LONGEST {
        // SAFETY: all before it was no zero, so it is readable, as the caller promises.
        let unit = unsafe { *text.add(at) } as u16;
        if unit == 0 {
            break;
        }
        units.push(unit);
    }
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(place: &[TChar]) -> String {
        // SAFETY: it ends with a zero.
        unsafe { read_wide(place.as_ptr()) }.expect("a text")
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters_and_ended() {
        let mut place = [0x7f; 4];
        put_wide("a𝄞b", &mut place);
        assert_eq!(wide(&place), "a𝄞");
        put_wide("ab𝄞", &mut place);
        assert_eq!(wide(&place), "ab");
        let mut place = [0x7f; 4];
        put_narrow("aé€", &mut place);
        assert_eq!(place.map(|byte| byte as u8), [b'a', 0xc3, 0xa9, 0]);
        put_wide("nowhere", &mut []);
        put_narrow("nowhere", &mut []);
    }

    #[test]
    fn nothing_of_an_earlier_text_stays_behind_a_shorter_one() {
        let mut place = [0; 8];
        put_wide("longer", &mut place);
        put_wide("x", &mut place);
        assert_eq!(place, [b'x' as TChar, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_hosts_text_is_read_no_further_than_texts_reach() {
        let endless = [b'a' as TChar; 4 * LONGEST];
        // SAFETY: it is longer than any text.
        let text = unsafe { read_wide(endless.as_ptr()) };
        assert_eq!(text.map(|text| text.len()), Some(LONGEST));
        // SAFETY: null is allowed.
        assert_eq!(unsafe { read_wide(std::ptr::null()) }, None);
    }
}
