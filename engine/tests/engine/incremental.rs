//! What is computed incrementally equals what is computed whole.

mod exact;
mod shapes;
mod support;
