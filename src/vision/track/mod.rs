//! From looks to people: who is who from look to look, from gap to gap, from scene to scene.

mod appearance;
mod assemble;
mod bridge;
mod count;
mod follow;
mod person;
mod stitch;

#[cfg(test)]
mod tests;

pub(super) use appearance::Appearance;
pub(super) use assemble::{Assembler, People};
pub(super) use bridge::{Bridge, Hop, Look, Trace};
