//! Stands in for `models`: models bring their own jobs.

use std::path::PathBuf;

#[derive(Clone)]
pub struct ModelStore;

impl ModelStore {
    pub fn new(_: PathBuf) -> Self {
        Self
    }

    pub fn default_dir() -> PathBuf {
        PathBuf::new()
    }
}
