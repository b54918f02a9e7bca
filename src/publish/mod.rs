//! Finished outputs.
