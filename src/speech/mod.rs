//! Speech to words: installed models, one loaded model for all jobs, windows of sound cut at
//! pauses, words with times. The only code that names whisper.

pub mod cache;
mod ggml;
mod hearing;
mod import;
#[cfg(whisper_kernels)]
mod kernels;
mod listen;
mod log;
mod mel;
mod model;
mod store;

pub use hearing::{ENVELOPE_RATE, Heard, hear};
pub use listen::{Wish, transcribe};
pub use model::{LoadedModel, ModelCache};
pub use store::install;
