//! The default model, which the plugin, the demonstration and `trainer tag` use when nothing else is
//! chosen, and its vocabulary. They are part of the program, so that a plugin that is copied elsewhere
//! keeps its model.

/// The model's file (`docs/model-format.md`), as it stands in this folder. It lies in the program's
/// read-only data: no instance has a copy, and a page that nobody reads takes no memory.
pub const DEFAULT_MODEL: &[u8] = include_bytes!("../tagline-default.onnx");

/// The vocabulary that the model's tags are of (`docs/distill.md`): a TOML file that says what each
/// means, and what others call it. The trainer alone uses it.
pub const VOCABULARY: &str = include_str!("../tags.toml");
