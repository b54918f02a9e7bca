//! Speech to words: installed models, one loaded model for all jobs, windows of sound cut at
//! pauses, words with times. The only code that names whisper.

mod ggml;
mod import;
mod store;

pub use store::ModelStore;
