//! What a shot shows, before the camera gives it a path: what the director hands to the camera.

use crate::outcome::ShotMode;

/// A span in which the same people are shown in the same way; between two cuts of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct ShotPlan {
    /// Time of its first picture, in seconds of the source.
    pub start: f64,
    /// Time at which it ends: that of the next shot's first picture.
    pub end: f64,
    /// Whether the source itself cuts where it begins.
    pub cut: bool,
    /// What it shows.
    pub mode: ShotMode,
    /// Who is shown: two for `dual`, the upper one first; none for `wide`, `pan` and `fixed`; one
    /// for `single`, or two that are framed together in its one cut-out, the left one first.
    pub persons: Vec<u32>,
}
