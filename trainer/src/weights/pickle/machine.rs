//! The instructions of a pickle.

use super::{Arena, Global, Pickle, Value, is_harmless};
use crate::weights::WeightsError;

/// The stack machine of a pickle.
pub(super) struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    base: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
    arena: Arena,
    /// Where the first unknown name was asked for.
    first_foreign: Option<usize>,
}

impl<'a> Machine<'a> {
    /// A machine for the pickle at the start of `bytes`, which lies at `base` of its file.
    pub(super) fn new(bytes: &'a [u8], base: usize) -> Self {
        Self {
            bytes,
            at: 0,
            base,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            arena: Arena::default(),
            first_foreign: None,
        }
    }

    /// Runs all instructions of the pickle. Its value must not be an object of an unknown class: the file then
    /// holds a model's class instead of its weights.
    pub(super) fn run(mut self) -> Result<Pickle, WeightsError> {
        let value = self.run_to_end()?;
        if let (Value::Foreign(name), Some(offset)) = (value, self.first_foreign) {
            let global = self.arena.texts.swap_remove(name);
            return Err(WeightsError::Global { global, offset });
        }
        Ok(self.pickle(value))
    }

    /// The same, whatever its value is.
    pub(super) fn run_any(mut self) -> Result<Pickle, WeightsError> {
        let value = self.run_to_end()?;
        Ok(self.pickle(value))
    }

    fn pickle(self, value: Value) -> Pickle {
        Pickle {
            value,
            length: self.at,
            arena: self.arena,
        }
    }

    fn run_to_end(&mut self) -> Result<Value, WeightsError> {
        loop {
            let offset = self.base + self.at;
            let opcode = self.byte()?;
            if opcode == b'.' {
                return self.pop();
            }
            if !(self.make(opcode)? || self.collect(opcode)? || self.call(opcode, offset)?) {
                return Err(WeightsError::Opcode { opcode, offset });
            }
        }
    }

    /// Instructions that push a plain value, and those about the memo and the protocol.
    fn make(&mut self, opcode: u8) -> Result<bool, WeightsError> {
        match opcode {
            // PROTO and FRAME hold nothing that is needed.
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            // NONE, NEWTRUE, NEWFALSE, BINFLOAT
            b'N' => self.stack.push(Value::Other),
            0x88 | 0x89 => self.stack.push(Value::Bool(opcode == 0x88)),
            b'G' => {
                self.take(8)?;
                self.stack.push(Value::Other);
            }
            // BININT, BININT1, BININT2, LONG1
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(number.into()));
            }
            b'K' => {
                let number = self.byte()?;
                self.stack.push(Value::Int(number.into()));
            }
            b'M' => {
                let number = u16::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(number.into()));
            }
            0x8a => {
                let length = usize::from(self.byte()?);
                let value = long(self.take(length)?);
                self.stack.push(value);
            }
            // BINUNICODE, SHORT_BINUNICODE; BINSTRING, SHORT_BINSTRING (Python 2)
            b'X' | b'T' => {
                let length = u32::from_le_bytes(self.array()?) as usize;
                self.push_text(length)?;
            }
            0x8c | b'U' => {
                let length = usize::from(self.byte()?);
                self.push_text(length)?;
            }
            // BINBYTES, SHORT_BINBYTES: what foreign objects are made of.
            b'B' => {
                let length = u32::from_le_bytes(self.array()?) as usize;
                self.take(length)?;
                self.stack.push(Value::Other);
            }
            b'C' => {
                let length = usize::from(self.byte()?);
                self.take(length)?;
                self.stack.push(Value::Other);
            }
            // BINPUT, LONG_BINPUT, MEMOIZE
            b'q' => {
                let index = usize::from(self.byte()?);
                self.put(index)?;
            }
            b'r' => {
                let index = u32::from_le_bytes(self.array()?) as usize;
                self.put(index)?;
            }
            0x94 => self.put(self.memo.len())?,
            // BINGET, LONG_BINGET
            b'h' => {
                let index = usize::from(self.byte()?);
                self.get(index)?;
            }
            b'j' => {
                let index = u32::from_le_bytes(self.array()?) as usize;
                self.get(index)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Instructions that make and fill tuples, lists and dicts.
    fn collect(&mut self, opcode: u8) -> Result<bool, WeightsError> {
        match opcode {
            // MARK, TUPLE, EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3
            b'(' => self.marks.push(self.stack.len()),
            b't' => {
                let items = self.pop_mark()?;
                self.push_tuple(items);
            }
            b')' => self.push_tuple(Vec::new()),
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(opcode - 0x84))?;
                self.push_tuple(items);
            }
            // EMPTY_LIST, APPEND, APPENDS
            b']' => {
                let index = self.arena.sequence(Vec::new());
                self.stack.push(Value::List(index));
            }
            b'a' => {
                let items = self.pop_many(1)?;
                self.append(items)?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            // EMPTY_SET, ADDITEMS, FROZENSET: as lists.
            0x8f => {
                let index = self.arena.sequence(Vec::new());
                self.stack.push(Value::List(index));
            }
            0x90 => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            0x91 => {
                let items = self.pop_mark()?;
                self.push_tuple(items);
            }
            // EMPTY_DICT, SETITEM, SETITEMS
            b'}' => {
                let dict = self.arena.dict();
                self.stack.push(dict);
            }
            b's' => {
                let items = self.pop_many(2)?;
                self.set_items(&items)?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.set_items(&items)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Instructions that look up and call names in a real unpickler.
    fn call(&mut self, opcode: u8, offset: usize) -> Result<bool, WeightsError> {
        match opcode {
            // GLOBAL
            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                self.push_global(&module, &name, offset)?;
            }
            // STACK_GLOBAL
            0x93 => {
                let names = self.pop_many(2)?;
                let text = |value| self.arena.text(value).map(str::to_owned);
                let (Some(module), Some(name)) = (text(names[0]), text(names[1])) else {
                    return Err(self.broken("a global whose name is not a text"));
                };
                self.push_global(&module, &name, offset)?;
            }
            // BINPERSID
            b'Q' => match self.pop()? {
                Value::Tuple(index) => self.stack.push(Value::Persistent(index)),
                _ => return Err(self.broken("a persistent id that is not a tuple")),
            },
            // REDUCE; NEWOBJ, which has a place only where an unknown class is.
            b'R' => self.reduce()?,
            0x81 => return self.new_object(),
            // BUILD: attributes of the object below, as in the `_metadata` of a state dict.
            b'b' => {
                self.pop()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn push_global(&mut self, module: &str, name: &str, offset: usize) -> Result<(), WeightsError> {
        if let Some(global) = Global::named(module, name) {
            self.stack.push(Value::Global(global));
            return Ok(());
        }
        let global = format!("{module}.{name}");
        if !is_harmless(module, name) {
            return Err(WeightsError::Global { global, offset });
        }
        self.first_foreign.get_or_insert(offset);
        self.arena.texts.push(global);
        self.stack.push(Value::Foreign(self.arena.texts.len() - 1));
        Ok(())
    }

    /// An object of an unknown class; `false` if the class is known or there is none.
    fn new_object(&mut self) -> Result<bool, WeightsError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.get(floor..) {
            Some([.., class @ Value::Foreign(_), Value::Tuple(_)]) => {
                let object = *class;
                self.pop_many(2)?;
                self.stack.push(object);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn reduce(&mut self) -> Result<(), WeightsError> {
        let arguments = self.pop()?;
        let callable = self.pop()?;
        let Value::Tuple(index) = arguments else {
            return Err(self.broken("a call whose arguments are not a tuple"));
        };
        let first = self.arena.sequences[index].first().copied();
        let result = match (callable, first) {
            (Value::Global(Global::OrderedDict), None) => self.arena.dict(),
            (Value::Global(Global::RebuildTensor), Some(_)) => Value::Tensor(index),
            (Value::Global(Global::RebuildParameter), Some(tensor @ Value::Tensor(_))) => tensor,
            (object @ Value::Foreign(_), _) => object,
            _ => return Err(self.broken("a call that no state dict makes")),
        };
        self.stack.push(result);
        Ok(())
    }

    fn append(&mut self, items: Vec<Value>) -> Result<(), WeightsError> {
        match self.stack.last() {
            Some(Value::List(index)) => {
                self.arena.sequences[*index].extend(items);
                Ok(())
            }
            Some(Value::Foreign(_)) => Ok(()),
            _ => Err(self.broken("appends to something that is not a list")),
        }
    }

    fn set_items(&mut self, items: &[Value]) -> Result<(), WeightsError> {
        let (entries, rest) = items.as_chunks::<2>();
        match self.stack.last() {
            Some(Value::Dict(index)) if rest.is_empty() => {
                let entries = entries.iter().map(|[key, value]| (*key, *value));
                self.arena.dicts[*index].extend(entries);
                Ok(())
            }
            Some(Value::Foreign(_)) => Ok(()),
            _ => Err(self.broken("sets items of something that is not a dict")),
        }
    }

    fn push_tuple(&mut self, items: Vec<Value>) {
        let index = self.arena.sequence(items);
        self.stack.push(Value::Tuple(index));
    }

    fn push_text(&mut self, length: usize) -> Result<(), WeightsError> {
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.arena.texts.push(text);
        self.stack.push(Value::Text(self.arena.texts.len() - 1));
        Ok(())
    }

    fn put(&mut self, index: usize) -> Result<(), WeightsError> {
        // Writers number their values one by one, so the memo cannot outgrow the pickle.
        if index > self.bytes.len() {
            return Err(self.broken("a memo index that no writer makes"));
        }
        let Some(value) = self.stack.last().copied() else {
            return Err(self.broken("nothing to remember"));
        };
        if index >= self.memo.len() {
            self.memo.resize(index + 1, None);
        }
        self.memo[index] = Some(value);
        Ok(())
    }

    fn get(&mut self, index: usize) -> Result<(), WeightsError> {
        match self.memo.get(index) {
            Some(Some(value)) => {
                self.stack.push(*value);
                Ok(())
            }
            _ => Err(self.broken("a memo index never set")),
        }
    }

    fn pop(&mut self) -> Result<Value, WeightsError> {
        Ok(self.pop_many(1)?[0])
    }

    /// The topmost `count` values above the last mark, deepest first.
    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, WeightsError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= floor => Ok(self.stack.split_off(start)),
            _ => Err(self.broken("takes more values than there are")),
        }
    }

    fn pop_mark(&mut self) -> Result<Vec<Value>, WeightsError> {
        match self.marks.pop() {
            Some(start) => Ok(self.stack.split_off(start)),
            None => Err(self.broken("no mark")),
        }
    }

    fn byte(&mut self) -> Result<u8, WeightsError> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WeightsError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn take(&mut self, count: usize) -> Result<&[u8], WeightsError> {
        match self.bytes[self.at..].get(..count) {
            Some(bytes) => {
                self.at += count;
                Ok(bytes)
            }
            None => Err(self.broken("ends too early")),
        }
    }

    fn line(&mut self) -> Result<String, WeightsError> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(self.broken("ends too early"));
        };
        let line = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length + 1;
        Ok(line)
    }

    fn broken(&self, reason: &str) -> WeightsError {
        WeightsError::Pickle {
            offset: self.base + self.at,
            reason: reason.to_owned(),
        }
    }
}

/// A little-endian two's complement number of any length.
fn long(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::BigInt;
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut number = [if negative { 0xff } else { 0 }; 8];
    number[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(number))
}
