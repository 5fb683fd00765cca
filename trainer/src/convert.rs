//! Model files of published weights ([`import`]) and of trainings ([`export`]).

mod about;
pub mod export;
pub mod import;
mod network;
mod onnx;

pub use about::About;
