//! Any host rate to the model rate.
