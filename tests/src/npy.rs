//! Reads NumPy's `.npy` files of the reference data.

use std::path::Path;

/// An array of a `.npy` file.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each dimension, outermost first.
    pub shape: Vec<usize>,
    /// The values, row-major whatever the order in the file. f16, f32 and i16 are exact in f64.
    pub data: Vec<f64>,
}

impl Array {
    /// The values as f32: exact for files of f16, f32 and i16.
    #[must_use]
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.iter().map(|&value| value as f32).collect()
    }
}

/// Reads a `.npy` file of little-endian f64, f32, f16 or i16 numbers with up to two dimensions.
///
/// # Panics
/// With the file's name, if it cannot be read or holds something else: a test cannot go on then.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> Array {
    let path = path.as_ref();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse(bytes: &[u8]) -> Result<Array, String> {
    let (header, data) = split_header(bytes).ok_or("not a .npy file")?;
    let shape = parse_shape(header).ok_or_else(|| format!("no shape in {header}"))?;
    let kind = field(header, "descr").ok_or_else(|| format!("no type in {header}"))?;
    let mut data = match kind.trim().trim_matches('\'') {
        "<f8" => values(data, f64::from_le_bytes),
        "<f4" => values(data, |b| f64::from(f32::from_le_bytes(b))),
        "<f2" => values(data, |b| f64_from_f16(u16::from_le_bytes(b))),
        "<i2" => values(data, |b| f64::from(i16::from_le_bytes(b))),
        other => return Err(format!("numbers of type {other}")),
    };
    if data.len() != shape.iter().product::<usize>() {
        return Err(format!("{} values for shape {shape:?}", data.len()));
    }
    let column_major = field(header, "fortran_order").is_some_and(|value| value.trim() == "True");
    match shape[..] {
        [rows, columns] if column_major => {
            data = (0..rows * columns)
                .map(|i| data[i % columns * rows + i / columns])
                .collect();
        }
        [] | [_] | [_, _] => {}
        _ if column_major => return Err(format!("column-major {shape:?}")),
        _ => {}
    }
    Ok(Array { shape, data })
}

fn split_header(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (length, rest) = match rest {
        [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => {
            let length = u32::from_le_bytes([*a, *b, *c, *d]);
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The text between `'name':` and the comma or brace after it.
fn field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{name}':"))?;
    rest.split([',', '}']).next()
}

fn parse_shape(header: &str) -> Option<Vec<usize>> {
    let (_, rest) = header.split_once("'shape':")?;
    let (numbers, _) = rest.split_once('(')?.1.split_once(')')?;
    let numbers = numbers.split(',').map(str::trim).filter(|n| !n.is_empty());
    numbers.map(|n| n.parse().ok()).collect()
}

fn values<const N: usize>(data: &[u8], convert: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let (values, _) = data.as_chunks::<N>();
    values.iter().map(|&bytes| convert(bytes)).collect()
}

fn f64_from_f16(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn every_number_type_is_exact() {
        let halves: Vec<u8> = [0x3c00u16, 0xc000, 0x0001, 0x7c00, 0x3555]
            .iter()
            .flat_map(|b| b.to_le_bytes())
            .collect();
        let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (5,), }";
        let array = parse(&file(header, &halves)).unwrap();
        assert_eq!(array.shape, [5]);
        let third = 1365.0 / 4096.0;
        assert_eq!(
            array.data,
            [1.0, -2.0, 2f64.powi(-24), f64::INFINITY, third]
        );

        let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }";
        let array = parse(&file(header, &[0x00, 0x80, 0xff, 0x7f])).unwrap();
        assert_eq!(array.data, [-32768.0, 32767.0]);
    }

    #[test]
    fn column_major_files_are_turned() {
        let data: Vec<u8> = [1f32, 4.0, 2.0, 5.0, 3.0, 6.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
        let array = parse(&file(header, &data)).unwrap();
        assert_eq!(array.data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(array.to_f32(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn a_file_of_another_length_or_type_is_refused() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
        assert!(parse(&file(header, &[0; 8])).is_err());
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }";
        assert!(parse(&file(header, &[0; 8])).is_err());
        assert!(parse(b"RIFF").is_err());
    }
}
