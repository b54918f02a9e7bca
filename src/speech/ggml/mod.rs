//! whisper.cpp's model file: what is in it, how it is checked before whisper.cpp sees it (which
//! aborts the process on a broken one), and how it is written.
//!
//! Little-endian: magic, eleven numbers ([`Shape`] and the weights' format), the mel filter bank,
//! the tokens' bytes, then the tensors, each with its own small header.

mod block;
mod check;
pub(super) mod half;
mod layout;
mod shape;
mod write;

#[cfg(test)]
pub(crate) use write::tests as tests_support;

pub(crate) use block::{Format, decode_plain};
pub(crate) use check::{GgmlFile, read_index};
pub(crate) use layout::{Kind, Tensor};
pub(crate) use shape::Shape;
pub(crate) use write::{Head, TensorSource, write_model};

use crate::error::{Error, ErrorKind};

/// `ggml` as whisper.cpp writes it.
pub(crate) const MAGIC: u32 = 0x6767_6d6c;

/// Bins of the spectrum that a mel filter weighs: half of the 400-point transform and one.
pub(crate) const SPECTRUM_BINS: u32 = 201;

/// A file that is not a model, or a broken one.
pub(crate) fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::CorruptMedia, format!("not a usable Whisper model: {what}"))
}
