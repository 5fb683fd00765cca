//! Networks give the same tags whether they compute whole windows or only what is new.

mod embedding;
mod exact;
mod shapes;
mod support;
