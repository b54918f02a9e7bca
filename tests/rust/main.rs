//! tests

#[cfg(feature = "speech")]
mod speech;
