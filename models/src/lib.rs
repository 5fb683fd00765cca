//! The default model and its vocabulary. The plugin, the demonstration and `trainer tag` use the model if
//! no other is chosen. Both are part of the program, so a plugin that is copied elsewhere keeps its model.

/// The model's file (`docs/model-format.md`). It lies in the program's read-only data, so no instance has a
/// copy, and a page that nobody reads takes no memory. A constant would lie in every piece of code that
/// names it.
pub static DEFAULT_MODEL: &[u8] = include_bytes!("../tagline-default.onnx");

/// The vocabulary of the model's tags (`docs/distill.md`): a TOML file that says what each tag means, and
/// what others call it. Only the trainer uses it.
pub static VOCABULARY: &str = include_str!("../tags.toml");
