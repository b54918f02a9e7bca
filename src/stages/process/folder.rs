//! A project's folder, which goes away again unless the job succeeds.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::publish::project_folder;
use crate::sys::MadeFolders;

/// A folder that this job made, with those above it that were missing. Dropping it removes it with
/// all its content, and those above it where they are empty then, unless it was kept.
pub(super) struct ProjectFolder {
    path: PathBuf,
    kept: bool,
    above: MadeFolders,
}

impl ProjectFolder {
    /// Makes a new folder for a title, below `base`, under today's date.
    pub(super) fn create(base: &Path, title: &str) -> Result<Self> {
        let (above, path) = project_folder(base, title, chrono::Local::now().date_naive())?;
        Ok(Self { path, kept: false, above })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the folder.
    pub(super) fn keep(mut self) -> PathBuf {
        self.kept = true;
        std::mem::take(&mut self.above).keep();
        std::mem::take(&mut self.path)
    }
}

impl Drop for ProjectFolder {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "cannot remove an unfinished project");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_project_is_removed_and_a_finished_one_stays() {
        let base = tempfile::tempdir().unwrap();
        let deep = base.path().join("To Upload/today");
        let dropped = ProjectFolder::create(&deep, "talk").unwrap();
        std::fs::write(dropped.path().join("clip"), "x").unwrap();
        drop(dropped);
        assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 0);
        assert!(ProjectFolder::create(&deep, "talk").unwrap().keep().is_dir());
    }
}
