//! NumPy's `.npy` files: numbers, truth values and texts, read without executing anything.

/// An array of a `.npy` file, over the file's bytes.
#[derive(Clone, Debug)]
pub struct Npy<'a> {
    kind: Kind,
    /// Length of each dimension, outermost first.
    shape: Vec<usize>,
    column_major: bool,
    data: &'a [u8],
}

/// Why a file is not an array that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// The file does not begin as `.npy` files do.
    #[error("not a .npy file")]
    NotNpy,
    /// The header cannot be understood.
    #[error("a .npy file with a strange header: {header}")]
    Header {
        /// The header.
        header: String,
    },
    /// The values are of a type that is not read.
    #[error(
        "a .npy file of values of type {descr}, where {expected} are needed{}",
        if descr.starts_with('>') { ", little-endian" } else { "" }
    )]
    Type {
        /// The type, as NumPy writes it.
        descr: String,
        /// What is needed.
        expected: &'static str,
    },
    /// The file is shorter or longer than its shape says.
    #[error("a .npy file of shape {shape:?} with {found} bytes of data, where it needs {expected}")]
    Length {
        /// The shape.
        shape: Vec<usize>,
        /// Bytes of data.
        found: usize,
        /// Bytes that the shape needs.
        expected: usize,
    },
}

/// Types of values. All are little-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    F64,
    F32,
    F16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
    /// This many UTF-32 characters, padded with zeros.
    Text(usize),
    /// This many bytes, padded with zeros.
    Bytes(usize),
    Other(String),
}

impl Kind {
    fn new(descr: &str) -> Self {
        let length = |prefix| {
            let digits = descr.strip_prefix(prefix)?;
            digits.parse::<usize>().ok().filter(|n| *n < 1 << 20)
        };
        match descr {
            "<f8" => Self::F64,
            "<f4" => Self::F32,
            "<f2" => Self::F16,
            "<i8" => Self::I64,
            "<i4" => Self::I32,
            "<i2" => Self::I16,
            "|i1" => Self::I8,
            "|u1" => Self::U8,
            "|b1" => Self::Bool,
            _ => match (length("<U"), length("|S")) {
                (Some(characters), _) => Self::Text(characters),
                (_, Some(bytes)) => Self::Bytes(bytes),
                _ => Self::Other(descr.to_owned()),
            },
        }
    }

    fn descr(&self) -> String {
        let name = match self {
            Self::F64 => "<f8",
            Self::F32 => "<f4",
            Self::F16 => "<f2",
            Self::I64 => "<i8",
            Self::I32 => "<i4",
            Self::I16 => "<i2",
            Self::I8 => "|i1",
            Self::U8 => "|u1",
            Self::Bool => "|b1",
            Self::Text(characters) => return format!("<U{characters}"),
            Self::Bytes(bytes) => return format!("|S{bytes}"),
            Self::Other(descr) => descr,
        };
        name.to_owned()
    }

    /// Bytes of a value, where they are known.
    fn bytes(&self) -> Option<usize> {
        match self {
            Self::F64 | Self::I64 => Some(8),
            Self::F32 | Self::I32 => Some(4),
            Self::F16 | Self::I16 => Some(2),
            Self::I8 | Self::U8 | Self::Bool => Some(1),
            Self::Text(characters) => Some(4 * characters),
            Self::Bytes(bytes) => Some(*bytes),
            Self::Other(_) => None,
        }
    }
}

impl<'a> Npy<'a> {
    /// Reads the header, and checks that the data are as long as it says.
    ///
    /// # Errors
    /// [`NpyError`] if the bytes are no sound `.npy` file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NpyError> {
        let (header, data) = split_header(bytes).ok_or(NpyError::NotNpy)?;
        let strange = || NpyError::Header {
            header: header.to_owned(),
        };
        let kind = field(header, "descr").ok_or_else(strange)?;
        let kind = Kind::new(kind.trim().trim_matches('\''));
        let shape = parse_shape(header).ok_or_else(strange)?;
        let count = shape
            .iter()
            .try_fold(1, |n: usize, &axis| n.checked_mul(axis));
        let count = count.ok_or_else(strange)?;
        if let Some(bytes) = kind.bytes() {
            let expected = count.checked_mul(bytes).ok_or_else(strange)?;
            if data.len() != expected {
                return Err(NpyError::Length {
                    shape,
                    found: data.len(),
                    expected,
                });
            }
        }
        let column_major = field(header, "fortran_order").is_some_and(|v| v.trim() == "True");
        if column_major && shape.len() > 2 {
            return Err(strange());
        }
        Ok(Self {
            kind,
            shape,
            column_major,
            data,
        })
    }

    /// Length of each dimension, outermost first.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers, row-major whatever the order in the file; truth values are 0 and 1. All but
    /// large 64-bit integers are exact.
    ///
    /// # Errors
    /// [`NpyError::Type`] if the file holds something else.
    pub fn numbers(&self) -> Result<impl Iterator<Item = f64> + '_, NpyError> {
        let number: fn(&[u8]) -> f64 = match self.kind {
            Kind::F64 => |b| f64::from_le_bytes(array(b)),
            Kind::F32 => |b| f64::from(f32::from_le_bytes(array(b))),
            Kind::F16 => |b| f64_from_f16(u16::from_le_bytes(array(b))),
            Kind::I64 => |b| i64::from_le_bytes(array(b)) as f64,
            Kind::I32 => |b| f64::from(i32::from_le_bytes(array(b))),
            Kind::I16 => |b| f64::from(i16::from_le_bytes(array(b))),
            Kind::I8 => |b| f64::from(i8::from_le_bytes(array(b))),
            Kind::U8 => |b| f64::from(b[0]),
            Kind::Bool => |b| f64::from(u8::from(b[0] != 0)),
            _ => return Err(self.wrong_type("numbers")),
        };
        Ok(self.cells().map(number))
    }

    /// The texts, row-major.
    ///
    /// # Errors
    /// [`NpyError::Type`] if the file holds something else.
    pub fn texts(&self) -> Result<Vec<String>, NpyError> {
        let text: fn(&[u8]) -> String = match self.kind {
            Kind::Text(0) | Kind::Bytes(0) => {
                return Ok(vec![String::new(); self.shape.iter().product()]);
            }
            Kind::Text(_) => utf32,
            Kind::Bytes(_) => |bytes| {
                let text = String::from_utf8_lossy(bytes);
                text.trim_end_matches('\0').to_owned()
            },
            _ => return Err(self.wrong_type("texts")),
        };
        Ok(self.cells().map(text).collect())
    }

    /// The pickle of the array, if it is one of objects.
    #[must_use]
    pub fn objects(&self) -> Option<&'a [u8]> {
        let is_objects = matches!(&self.kind, Kind::Other(descr) if descr == "|O");
        is_objects.then_some(self.data)
    }

    /// The bytes of each value, row-major; the type has a length above 0.
    fn cells(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let bytes = self.kind.bytes().unwrap_or(1).max(1);
        let (rows, columns) = match self.shape[..] {
            [rows, columns] if self.column_major => (rows, columns),
            _ => (1, 1),
        };
        (0..self.data.len() / bytes).map(move |i| {
            let at = if (rows, columns) == (1, 1) {
                i
            } else {
                i % columns * rows + i / columns
            };
            &self.data[at * bytes..][..bytes]
        })
    }

    fn wrong_type(&self, expected: &'static str) -> NpyError {
        NpyError::Type {
            descr: self.kind.descr(),
            expected,
        }
    }
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

/// The bytes of one value, whose length its type tells.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

fn utf32(bytes: &[u8]) -> String {
    let (characters, _) = bytes.as_chunks::<4>();
    let characters = characters.iter().map(|bytes| u32::from_le_bytes(*bytes));
    let text: String = characters
        .map(|character| char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.trim_end_matches('\0').to_owned()
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

    fn file(descr: &str, column_major: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {column_major}, 'shape': {shape}, }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn numbers(descr: &str, column_major: &str, shape: &str, data: &[u8]) -> Vec<f64> {
        let bytes = file(descr, column_major, shape, data);
        let npy = Npy::parse(&bytes).unwrap();
        npy.numbers().unwrap().collect()
    }

    #[test]
    fn every_number_type_is_exact() {
        let halves: Vec<u8> = [0x3c00u16, 0xc000, 0x0001, 0x7c00, 0x3555]
            .iter()
            .flat_map(|b| b.to_le_bytes())
            .collect();
        let third = 1365.0 / 4096.0;
        assert_eq!(
            numbers("<f2", "False", "(5,)", &halves),
            [1.0, -2.0, 2f64.powi(-24), f64::INFINITY, third]
        );
        let shorts = [0x00, 0x80, 0xff, 0x7f];
        assert_eq!(
            numbers("<i2", "False", "(2,)", &shorts),
            [-32768.0, 32767.0]
        );
        assert_eq!(numbers("|b1", "False", "(3,)", &[0, 1, 2]), [0.0, 1.0, 1.0]);
        assert_eq!(numbers("|i1", "False", "(1,)", &[0xff]), [-1.0]);
        assert_eq!(numbers("|u1", "False", "(1,)", &[0xff]), [255.0]);
        assert_eq!(numbers("<i4", "False", "()", &7i32.to_le_bytes()), [7.0]);
        assert_eq!(
            numbers("<i8", "False", "()", &(-7i64).to_le_bytes()),
            [-7.0]
        );
        assert_eq!(numbers("<f8", "False", "(0, 3)", &[]), [0.0; 0]);
    }

    #[test]
    fn column_major_files_are_turned() {
        let data: Vec<u8> = [1f32, 4.0, 2.0, 5.0, 3.0, 6.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let turned = numbers("<f4", "True", "(2, 3)", &data);
        assert_eq!(turned, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn texts_lose_their_padding_alone() {
        let data: Vec<u8> = ["0\ta/ü", " b"]
            .iter()
            .flat_map(|text| text.chars().chain(std::iter::repeat('\0')).take(6))
            .flat_map(|character| (character as u32).to_le_bytes())
            .collect();
        let bytes = file("<U6", "False", "(2,)", &data);
        assert_eq!(
            Npy::parse(&bytes).unwrap().texts().unwrap(),
            ["0\ta/ü", " b"]
        );
        let bytes = file("|S3", "False", "(2,)", b"ab\0cde");
        assert_eq!(Npy::parse(&bytes).unwrap().texts().unwrap(), ["ab", "cde"]);
        let bytes = file("<U0", "False", "(2,)", b"");
        assert_eq!(Npy::parse(&bytes).unwrap().texts().unwrap(), ["", ""]);
    }

    #[test]
    fn a_file_of_another_length_or_type_is_refused() {
        let refused = |descr, shape, data: &[u8]| {
            let bytes = file(descr, "False", shape, data);
            let refused = Npy::parse(&bytes).and_then(|npy| npy.numbers().map(drop));
            refused.unwrap_err().to_string()
        };
        assert!(refused("<f8", "(2,)", &[0; 8]).contains("needs 16"));
        assert!(refused("<f8", "(2,)", &[0; 17]).contains("needs 16"));
        assert!(refused(">f8", "(1,)", &[0; 8]).contains("type >f8"));
        assert!(refused("|O", "(1,)", &[0; 8]).contains("type |O"));
        assert!(refused("<U2", "(1,)", &[0; 8]).contains("type <U2"));
        let huge = "(9223372036854775807, 9)";
        assert!(refused("<f8", huge, &[0; 8]).contains("strange header"));
        assert_eq!(Npy::parse(b"RIFF").unwrap_err(), NpyError::NotNpy);
        assert!(Npy::parse(b"\x93NUMPY\x01\x00\xff\xff{").is_err());
    }
}
