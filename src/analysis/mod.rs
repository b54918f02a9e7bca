//! Choosing clips from a transcript.
