//! Looks at a file's protobuf structure before anything is decoded: is it an ONNX model, is it whole,
//! and is decoding it affordable?
//!
//! A decoder turns two bytes into a struct of some hundred, so a file of moderate size could ask for
//! more memory than there is. Weights cost what they take up in the file. This file counts all the
//! rest and limits it.

use super::error::ModelError;
use super::limits::{MAX_DEPTH, MAX_PARTS, MAX_STRUCTURE_BYTES};

/// A message of ONNX that holds further messages worth counting.
#[derive(Clone, Copy, PartialEq)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
}

impl Message {
    /// The kind of message in field `number`, if that holds one worth counting.
    fn child(self, number: u64) -> Option<Self> {
        match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => Some(Self::Graph),
            (Self::Graph, 1) => Some(Self::Node),
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) => Some(Self::Tensor),
            (Self::Node, 5) => Some(Self::Attribute),
            _ => None,
        }
    }

    /// Whether field `number` holds floating-point weights, which are decoded byte for byte.
    fn is_weights(self, number: u64) -> bool {
        self == Self::Tensor && matches!(number, 4 | 9 | 10)
    }
}

/// The file, and what was counted so far.
struct Walk<'a> {
    file: &'a [u8],
    parts: usize,
    structure_bytes: usize,
}

/// One field: its number, wire type, and where its content lies.
struct Field {
    number: u64,
    wire_type: u64,
    start: usize,
    /// May lie beyond the end.
    end: u64,
}

/// Checks the structure of `file`.
pub(super) fn check(file: &[u8]) -> Result<(), ModelError> {
    let mut walk = Walk {
        file,
        parts: 0,
        structure_bytes: 0,
    };
    if file.is_empty() {
        return Err(not_onnx("it is empty"));
    }
    let mut at = 0;
    let mut known_fields = 0;
    while at < file.len() {
        let field = match walk.field(at, file.len()) {
            Some(field) => field,
            None if known_fields > 0 && file.len() - at < 20 => {
                return Err(ModelError::Truncated { missing: 1 });
            }
            None => return Err(not_onnx("it does not begin like one")),
        };
        if !is_model_field(&field) {
            return Err(not_onnx("it has fields that no ONNX model has"));
        }
        known_fields += 1;
        if field.end > file.len() as u64 {
            return Err(ModelError::Truncated {
                missing: field.end - file.len() as u64,
            });
        }
        walk.visit(Message::Model, &field, 0)?;
        at = field.end as usize;
    }
    Ok(())
}

/// Whether `field` is one of `ModelProto`'s, with the wire type that belongs to it.
fn is_model_field(field: &Field) -> bool {
    match field.number {
        1 | 5 => field.wire_type == 0,
        2..=4 | 6..=8 | 14 | 20 | 25 => field.wire_type == 2,
        _ => false,
    }
}

impl Walk<'_> {
    /// Counts what `field` of a message of kind `parent` holds.
    fn visit(&mut self, parent: Message, field: &Field, depth: usize) -> Result<(), ModelError> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(ModelError::TooManyParts {
                what: "parts",
                limit: MAX_PARTS,
            });
        }
        if depth > MAX_DEPTH {
            return Err(ModelError::TooManyParts {
                what: "levels",
                limit: MAX_DEPTH,
            });
        }
        let end = field.end as usize;
        let child = parent.child(field.number).filter(|_| field.wire_type == 2);
        let Some(message) = child else {
            if !parent.is_weights(field.number) {
                self.structure_bytes += end - field.start;
            } else if field.wire_type != 2 {
                // This weight is not packed with the others, so it is not counted as a part.
                self.parts -= 1;
            }
            if self.structure_bytes > MAX_STRUCTURE_BYTES {
                return Err(ModelError::TooManyParts {
                    what: "bytes beside the weights",
                    limit: MAX_STRUCTURE_BYTES,
                });
            }
            return Ok(());
        };
        let mut at = field.start;
        while at < end {
            let inner = self
                .field(at, end)
                .filter(|inner| inner.end <= end as u64)
                .ok_or_else(|| not_onnx("a part of it is damaged"))?;
            self.visit(message, &inner, depth + 1)?;
            at = inner.end as usize;
        }
        Ok(())
    }

    /// The field that begins at `at`. `None` if its head is incomplete or invalid.
    fn field(&self, at: usize, end: usize) -> Option<Field> {
        let (key, start) = self.varint(at, end)?;
        let (number, wire_type) = (key >> 3, key & 7);
        let (start, end) = match wire_type {
            0 => (start, self.varint(start, end)?.1 as u64),
            1 => (start, start as u64 + 8),
            2 => {
                let (length, start) = self.varint(start, end)?;
                (start, (start as u64).checked_add(length)?)
            }
            5 => (start, start as u64 + 4),
            _ => return None,
        };
        (number > 0).then_some(Field {
            number,
            wire_type,
            start,
            end,
        })
    }

    /// The variable-length number at `at`, and where it ends.
    fn varint(&self, at: usize, end: usize) -> Option<(u64, usize)> {
        let bytes = self.file.get(at..end)?;
        let mut value = 0u64;
        for (i, &byte) in bytes.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f).checked_shl(7 * i as u32)?;
            if byte < 0x80 {
                return Some((value, at + i + 1));
            }
        }
        None
    }
}

fn not_onnx(reason: &str) -> ModelError {
    ModelError::NotOnnx {
        reason: reason.to_owned(),
    }
}
