//! A pickle reader that knows what a PyTorch state dict is made of and nothing else.
//!
//! A pickle is a program for a stack machine that may call any function by name. This machine
//! has no functions: it builds numbers, texts, tuples, lists and dicts, and recognises by name
//! the few callables of a state dict ([`Global`]), whose calls become plain data. Any other name
//! or instruction ends the reading with an error that tells it.
//!
//! Containers live in an arena and refer to each other by index, so that neither deep nesting
//! nor cycles cost more than the bytes that describe them.

use super::WeightsError;

/// Most bytes of one pickle: it describes tensors, it does not hold them.
const MAX_PICKLE_BYTES: usize = 64 << 20;

/// The callables that a state dict uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Global {
    /// `collections.OrderedDict`
    OrderedDict,
    /// `torch._utils._rebuild_tensor_v2`
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`
    RebuildParameter,
    /// `torch.FloatStorage` and its kin.
    Storage(&'static str),
}

impl Global {
    fn named(module: &str, name: &str) -> Option<Self> {
        const STORAGES: [&str; 10] = [
            "FloatStorage",
            "DoubleStorage",
            "HalfStorage",
            "BFloat16Storage",
            "LongStorage",
            "IntStorage",
            "ShortStorage",
            "CharStorage",
            "ByteStorage",
            "BoolStorage",
        ];
        match (module, name) {
            ("collections", "OrderedDict") => Some(Self::OrderedDict),
            ("torch._utils", "_rebuild_tensor_v2") => Some(Self::RebuildTensor),
            ("torch._utils", "_rebuild_parameter") => Some(Self::RebuildParameter),
            ("torch", name) => STORAGES
                .iter()
                .find(|storage| **storage == name)
                .map(|storage| Self::Storage(storage)),
            _ => None,
        }
    }
}

/// A value on the stack; containers are indices into [`Pickle`]'s arena.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `None`, or a float: nothing here needs what it holds.
    Other,
    /// A truth value.
    Bool(bool),
    /// An integer that fits.
    Int(i64),
    /// An integer of more than eight bytes.
    BigInt,
    /// A text.
    Text(usize),
    /// A tuple.
    Tuple(usize),
    /// A list.
    List(usize),
    /// A dict, ordered or not.
    Dict(usize),
    /// A callable.
    Global(Global),
    /// A persistent id: the tuple that names a storage.
    Persistent(usize),
    /// A tensor: the tuple of `_rebuild_tensor_v2`'s arguments.
    Tensor(usize),
}

/// What a pickle has built.
#[derive(Debug)]
pub struct Pickle {
    /// The outermost value.
    pub value: Value,
    /// Bytes read, up to and including the last instruction.
    pub length: usize,
    arena: Arena,
}

impl Pickle {
    /// The text of a value that is one.
    pub fn text(&self, value: Value) -> Option<&str> {
        self.arena.text(value)
    }

    /// The items of a tuple or list, or of the tuple behind a storage or tensor.
    pub fn items(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(index)
            | Value::List(index)
            | Value::Persistent(index)
            | Value::Tensor(index) => self.arena.sequences.get(index).map(Vec::as_slice),
            _ => None,
        }
    }

    /// The entries of a dict.
    pub fn entries(&self, value: Value) -> Option<&[(Value, Value)]> {
        match value {
            Value::Dict(index) => self.arena.dicts.get(index).map(Vec::as_slice),
            _ => None,
        }
    }

    /// Reads the pickle at the start of `bytes`, which lies at `base` of its file.
    pub fn read(bytes: &[u8], base: usize) -> Result<Self, WeightsError> {
        let bytes = &bytes[..bytes.len().min(MAX_PICKLE_BYTES)];
        let mut machine = Machine {
            bytes,
            at: 0,
            base,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            arena: Arena::default(),
        };
        let value = machine.run()?;
        Ok(Self {
            value,
            length: machine.at,
            arena: machine.arena,
        })
    }
}

#[derive(Debug, Default)]
struct Arena {
    texts: Vec<String>,
    sequences: Vec<Vec<Value>>,
    dicts: Vec<Vec<(Value, Value)>>,
}

impl Arena {
    fn text(&self, value: Value) -> Option<&str> {
        match value {
            Value::Text(index) => self.texts.get(index).map(String::as_str),
            _ => None,
        }
    }

    fn sequence(&mut self, items: Vec<Value>) -> usize {
        self.sequences.push(items);
        self.sequences.len() - 1
    }

    fn dict(&mut self) -> Value {
        self.dicts.push(Vec::new());
        Value::Dict(self.dicts.len() - 1)
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    base: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<Option<Value>>,
    arena: Arena,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<Value, WeightsError> {
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
            // PROTO and FRAME say nothing that is needed.
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

    /// Instructions that in a real unpickler look names up and call them.
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
                    return Err(self.broken("a global whose name is no text"));
                };
                self.push_global(&module, &name, offset)?;
            }
            // BINPERSID
            b'Q' => match self.pop()? {
                Value::Tuple(index) => self.stack.push(Value::Persistent(index)),
                _ => return Err(self.broken("a persistent id that is no tuple")),
            },
            // REDUCE
            b'R' => self.reduce()?,
            // BUILD: attributes of the object below, as in the `_metadata` of a state dict.
            b'b' => {
                self.pop()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn push_global(&mut self, module: &str, name: &str, offset: usize) -> Result<(), WeightsError> {
        let global = Global::named(module, name).ok_or_else(|| WeightsError::Global {
            global: format!("{module}.{name}"),
            offset,
        })?;
        self.stack.push(Value::Global(global));
        Ok(())
    }

    fn reduce(&mut self) -> Result<(), WeightsError> {
        let arguments = self.pop()?;
        let callable = self.pop()?;
        let Value::Tuple(index) = arguments else {
            return Err(self.broken("a call whose arguments are no tuple"));
        };
        let first = self.arena.sequences[index].first().copied();
        let result = match (callable, first) {
            (Value::Global(Global::OrderedDict), None) => self.arena.dict(),
            (Value::Global(Global::RebuildTensor), Some(_)) => Value::Tensor(index),
            (Value::Global(Global::RebuildParameter), Some(tensor @ Value::Tensor(_))) => tensor,
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
            _ => Err(self.broken("appends to something that is no list")),
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
            _ => Err(self.broken("sets items of something that is no dict")),
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
        // The writer numbers its values one by one, so the memo cannot outgrow the pickle.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malicious_global_is_named_and_not_run() {
        let error = Pickle::read(b"\x80\x02cos\nsystem\nX\x04\0\0\0ls -\x85R.", 100).unwrap_err();
        assert!(
            matches!(&error, WeightsError::Global { global, offset: 102 } if global == "os.system"),
            "{error}"
        );
        let stack = b"\x80\x04\x8c\x05posix\x8c\x06system\x93.";
        let error = Pickle::read(stack, 0).unwrap_err();
        assert!(error.to_string().contains("posix.system"), "{error}");
    }

    #[test]
    fn an_instruction_without_place_in_a_state_dict_is_named() {
        // INST, OBJ, NEWOBJ, EXT1, and a text-mode integer
        for opcode in [b'i', b'o', 0x81, 0x82, b'I'] {
            let error = Pickle::read(&[0x80, 2, b'(', opcode], 0).unwrap_err();
            assert!(
                matches!(error, WeightsError::Opcode { opcode: named, offset: 3 } if named == opcode),
                "{error}"
            );
        }
    }

    #[test]
    fn a_call_of_data_or_with_strange_arguments_is_refused() {
        for pickle in [
            &b"\x80\x02}}\x85R."[..],
            b"\x80\x02ccollections\nOrderedDict\n}\x85R.",
            b"\x80\x02ccollections\nOrderedDict\n}R.",
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.",
            b"\x80\x02ctorch\nFloatStorage\n)R.",
        ] {
            let error = Pickle::read(pickle, 0).unwrap_err();
            assert!(matches!(error, WeightsError::Pickle { .. }), "{error}");
        }
    }

    #[test]
    fn values_below_a_mark_stay_out_of_reach() {
        for pickle in [
            &b"K\x01(\x85."[..],
            b"R.",
            b"t.",
            b"K\x01s.",
            b"a.",
            b"q\0.",
        ] {
            let error = Pickle::read(pickle, 0).unwrap_err();
            assert!(matches!(error, WeightsError::Pickle { .. }), "{error}");
        }
    }

    #[test]
    fn nesting_and_cycles_cost_no_more_than_their_bytes() {
        let mut deep = b"\x80\x02)".to_vec();
        deep.resize(1_000_000, 0x85);
        deep.push(b'.');
        assert!(Pickle::read(&deep, 0).is_ok());
        // l = []; l.append(l)
        assert!(Pickle::read(b"]q\0h\0a.", 0).is_ok());
        // A memo index of 4 billion in seven bytes.
        assert!(Pickle::read(b"Nr\xff\xff\xff\xff.", 0).is_err());
    }

    #[test]
    fn integers_of_every_width_are_read() {
        for (pickle, number) in [
            (&b"K\xff."[..], 255),
            (b"M\x01\x02.", 513),
            (b"J\xff\xff\xff\xff.", -1),
            (b"\x8a\x02\x00\x80.", -32_768),
            (b"\x8a\x00.", 0),
        ] {
            assert_eq!(Pickle::read(pickle, 0).unwrap().value, Value::Int(number));
        }
    }
}
