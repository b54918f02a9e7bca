//! Folders that are made for an output, and taken away again where nothing came into them.

use std::io;
use std::path::{Path, PathBuf};

/// How often a folder is made again that another job took away meanwhile.
const TRIES: u32 = 100;

/// The folders that had to be made for a path, from the outermost to the path itself. Dropping it
/// removes those that are empty then, unless they were kept.
#[derive(Debug, Default)]
#[must_use = "dropping it removes the folders"]
pub struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `dir` and whatever folder is missing above it.
    ///
    /// # Errors
    /// As of `std::fs::create_dir_all`; what was made until then is removed.
    pub fn create(dir: &Path) -> io::Result<Self> {
        let mut made = Self::default();
        let missing = dir.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.is_dir());
        for path in missing.collect::<Vec<_>>().into_iter().rev() {
            match std::fs::create_dir(path) {
                Ok(()) => made.0.push(path.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// Makes `dir` as [`create`](Self::create) does, then something within it. Where another owner
    /// of the folder takes it away in between, both are made again.
    ///
    /// # Errors
    /// Those of either.
    pub fn create_with<T>(dir: &Path, make: impl Fn() -> io::Result<T>) -> io::Result<(Self, T)> {
        let mut tries = 1;
        loop {
            let folders = Self::create(dir)?;
            match make() {
                Ok(thing) => return Ok((folders, thing)),
                Err(error) if error.kind() == io::ErrorKind::NotFound && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps the folders.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        // The innermost first; the first that holds something, or is gone, ends it.
        let _ = self.0.iter().rev().try_for_each(std::fs::remove_dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn only_what_was_made_goes_again() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir(base.path().join("there")).unwrap();
        let made = MadeFolders::create(&base.path().join("there/a/b")).unwrap();
        assert!(base.path().join("there/a/b").is_dir());
        drop(made);
        assert!(base.path().join("there").is_dir());
        assert_eq!(count(&base.path().join("there")), 0);
        drop(MadeFolders::create(&base.path().join("there")).unwrap());
        assert!(base.path().join("there").is_dir());
    }

    #[test]
    fn what_holds_something_stays_and_what_is_kept_stays() {
        let base = tempfile::tempdir().unwrap();
        let made = MadeFolders::create(&base.path().join("a/b")).unwrap();
        std::fs::write(base.path().join("a/file"), "").unwrap();
        drop(made);
        assert_eq!(count(&base.path().join("a")), 1);
        MadeFolders::create(&base.path().join("kept/empty")).unwrap().keep();
        assert!(base.path().join("kept/empty").is_dir());
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let base = tempfile::tempdir().unwrap();
        let long = base.path().join("a").join("n".repeat(300));
        MadeFolders::create(&long).unwrap_err();
        std::fs::write(base.path().join("file"), "").unwrap();
        MadeFolders::create(&base.path().join("file/within")).unwrap_err();
        let refused = MadeFolders::create_with(&base.path().join("b"), || {
            Err::<(), _>(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(count(base.path()), 1);
    }

    #[test]
    fn two_owners_of_a_folder_do_not_take_it_from_each_other() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("shared");
        let work = |name: &'static str| {
            let dir = dir.clone();
            move || {
                for _ in 0..500 {
                    let inner = dir.join(name);
                    let made = MadeFolders::create_with(&dir, || std::fs::create_dir(&inner)).unwrap();
                    std::fs::remove_dir(&inner).unwrap();
                    drop(made);
                }
            }
        };
        let threads = ["a", "b"].map(|name| std::thread::spawn(work(name)));
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
