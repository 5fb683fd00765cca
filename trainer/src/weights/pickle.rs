//! A pickle reader that knows the parts of a PyTorch state dict and nothing else.
//!
//! A pickle is a program for a stack machine that may call any function by name. This machine has
//! no functions. It builds numbers, texts, tuples, lists and dicts, and knows the names of the few
//! callables of a state dict ([`Global`]), whose calls become plain data. Any other name stands for
//! an object that is passed over ([`Value::Foreign`]), because training programs keep their options
//! and counters beside the tensors. A name that only an attack uses, or an instruction that a state
//! dict does not need, ends the reading with an error that names it.
//!
//! Containers live in an arena and refer to each other by index. So deep nesting and cycles cost no
//! more than the bytes that describe them.

mod machine;

use super::WeightsError;
use machine::Machine;

/// Most bytes of one pickle, which describes tensors and does not hold them.
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

/// Modules that no checkpoint has a use for, and that every attack has.
const HARMFUL: [&str; 18] = [
    "os",
    "posix",
    "nt",
    "subprocess",
    "sys",
    "shutil",
    "runpy",
    "importlib",
    "socket",
    "pty",
    "ctypes",
    "code",
    "commands",
    "platform",
    "webbrowser",
    "pickle",
    "asyncio",
    "multiprocessing",
];

/// What is harmless of Python's own functions: types of plain data.
const PLAIN_TYPES: [&str; 13] = [
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "slice",
];

/// Whether an object of this name is passed over.
fn is_harmless(module: &str, name: &str) -> bool {
    let outermost = module.split('.').next().unwrap_or(module);
    match outermost {
        "builtins" | "__builtin__" => PLAIN_TYPES.contains(&name),
        _ => !HARMFUL.contains(&outermost),
    }
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

/// A value on the stack. Containers are indices into [`Pickle`]'s arena.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `None` or a float, whose value is not needed.
    Other,
    /// A truth value.
    Bool(bool),
    /// An integer of up to eight bytes.
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
    /// An object of which nothing is known but the name of its class: a text.
    Foreign(usize),
}

/// The result of a pickle.
#[derive(Debug)]
pub struct Pickle {
    /// The outermost value.
    pub value: Value,
    /// Bytes read, up to and including the last instruction.
    pub length: usize,
    arena: Arena,
}

impl Pickle {
    /// The text, if the value is one.
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

    /// Every value of every dict.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        self.arena.dicts.iter().flatten().map(|(_, value)| *value)
    }

    /// The name of the class of an object of which nothing else is known.
    pub fn foreign(&self, value: Value) -> Option<&str> {
        match value {
            Value::Foreign(index) => self.arena.texts.get(index).map(String::as_str),
            _ => None,
        }
    }

    /// Reads the pickle at the start of `bytes`, which lies at `base` of its file.
    pub fn read(bytes: &[u8], base: usize) -> Result<Self, WeightsError> {
        let bytes = &bytes[..bytes.len().min(MAX_PICKLE_BYTES)];
        Machine::new(bytes, base).run()
    }
}

/// The texts of an array of objects, as NumPy pickles it: a list of `count` texts that is part of the array's
/// state. `None` if the pickle holds no such list. Nothing in it is executed.
pub fn texts_of_array(bytes: &[u8], count: usize) -> Option<Vec<String>> {
    let bytes = &bytes[..bytes.len().min(MAX_PICKLE_BYTES)];
    let pickle = Machine::new(bytes, 0).run_any().ok()?;
    let texts = |items: &Vec<Value>| -> Option<Vec<String>> {
        let texts = items.iter().map(|item| pickle.text(*item));
        (items.len() == count).then(|| texts.map(|text| text.map(str::to_owned)).collect())?
    };
    pickle.arena.sequences.iter().find_map(texts)
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
    fn a_call_of_a_value_or_with_other_arguments_is_refused() {
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

    /// What NumPy 2.4 saves of `np.array(["rock", "pop", "rock"], dtype=object)`.
    const OBJECTS: &[u8] = b"\x80\x04\x95\x99\0\0\0\0\0\0\0\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\
        \x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\0\x85\x94C\x01b\x94\x87\x94R\x94(K\x01K\x03\x85\
        \x94h\x03\x8c\x05dtype\x94\x93\x94\x8c\x02O8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\
        \xff\xff\xff\xffK?t\x94b\x89]\x94(\x8c\x04rock\x94\x8c\x03pop\x94h\x13et\x94b.";

    #[test]
    fn an_array_of_objects_gives_its_texts_and_makes_no_object() {
        let texts = texts_of_array(OBJECTS, 3);
        assert_eq!(texts.unwrap(), ["rock", "pop", "rock"]);
        assert_eq!(texts_of_array(OBJECTS, 4), None);
        // A number in the place of the last text.
        let mut numbers = OBJECTS.to_vec();
        let last = numbers.len() - 7;
        assert_eq!(numbers[last..last + 2], *b"h\x13");
        numbers[last] = b'K';
        assert_eq!(texts_of_array(&numbers, 3), None);
        let attack = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.";
        assert_eq!(texts_of_array(attack, 0), None);
        for cut in 0..OBJECTS.len() {
            assert_eq!(texts_of_array(&OBJECTS[..cut], 3), None, "{cut}");
        }
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
