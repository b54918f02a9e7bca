//! How rooms hand media on without knowing each other: borrowed samples, and the traits that a
//! stage uses to join a source of one room to a consumer of another.

use crate::error::Result;

/// A run of mono samples that the source still owns.
#[derive(Debug, Clone, Copy)]
pub struct AudioView<'a> {
    /// Samples, −1.0 to 1.0.
    pub samples: &'a [f32],
    /// Samples a second, in Hz.
    pub rate: u32,
    /// Position of the first sample in the source's timeline, in samples at `rate`.
    pub position: u64,
}

/// Mono sound that is decoded as it is read, so that its length costs no memory. Runs follow each
/// other without gap or overlap from position 0: silence stands where the source has none.
pub trait AudioStream {
    /// The next run, or `None` at the end.
    fn next_run(&mut self) -> Result<Option<AudioView<'_>>>;
    /// Length in seconds as the container tells it, if it does.
    fn duration(&self) -> Option<f64>;
}
