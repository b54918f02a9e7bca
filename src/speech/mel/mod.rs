//! What a speech model hears: the sound's spectrum over time, in bands of the mel scale.

mod bank;
mod spectrum;

pub(super) use bank::filter_bank;
pub(super) use spectrum::{COLUMNS, Spectrum, frames};
