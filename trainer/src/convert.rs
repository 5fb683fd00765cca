//! Makes model files from published weights ([`import`]) and from trainings ([`export`]).

mod about;
pub mod export;
pub mod import;
mod network;
mod onnx;

pub use about::About;
