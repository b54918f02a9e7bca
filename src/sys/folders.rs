//! Folders of outputs: made, taken away again where nothing came into them, and brought to disk.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// How often a folder is made again that another job took away meanwhile.
const TRIES: u32 = 100;

/// The folders that had to be made for a path, from the outermost to the path itself. Dropping it
/// removes those that are empty then, unless they were kept; one in which somebody else works stays.
#[derive(Debug, Default)]
#[must_use = "dropping it removes the folders"]
pub struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `dir`, whatever folder is missing above it, and something within it.
    ///
    /// # Errors
    /// As of `std::fs::create_dir_all` and of `make`; what was made until then is removed.
    pub fn create<T>(dir: &Path, make: impl Fn() -> io::Result<T>) -> io::Result<(Self, T)> {
        // Their removal must not depend on where the process stands by then.
        let dir = std::path::absolute(dir)?;
        let mut tries = 1;
        loop {
            let mut folders = Self::default();
            match folders.fill(&dir).and_then(|()| make()) {
                Ok(thing) => return Ok((folders, thing)),
                // Another owner took a folder away in between.
                Err(error) if is_race(&error, &dir) && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn fill(&mut self, dir: &Path) -> io::Result<()> {
        let missing: Vec<_> = dir.ancestors().take_while(|path| !path.is_dir()).collect();
        for path in missing.into_iter().rev() {
            match std::fs::create_dir(path) {
                Ok(()) => self.0.push(path.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
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

/// Whether a folder on the way to `dir` was there and is gone.
fn is_race(error: &io::Error, dir: &Path) -> bool {
    let gone = || dir.ancestors().all(|path| path.is_dir() || !path.exists());
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) && gone()
}

/// The folder that a file stands in.
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Makes new names in a folder last. Folders that may not be opened, and file systems that cannot
/// do it for folders, are left to their own.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|file| file.sync_all()) {
        Err(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied
                    | io::ErrorKind::Unsupported
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Err(error)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    fn made(dir: &Path) -> MadeFolders {
        MadeFolders::create(dir, || Ok(())).unwrap().0
    }

    #[test]
    fn only_what_was_made_goes_again() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir(base.path().join("there")).unwrap();
        let deep = made(&base.path().join("there/a/b"));
        assert!(base.path().join("there/a/b").is_dir());
        drop(deep);
        assert_eq!(count(&base.path().join("there")), 0);
        drop(made(&base.path().join("there")));
        assert!(base.path().join("there").is_dir());
    }

    #[test]
    fn what_holds_something_stays_and_what_is_kept_stays() {
        let base = tempfile::tempdir().unwrap();
        let folders = made(&base.path().join("a/b"));
        std::fs::write(base.path().join("a/file"), "").unwrap();
        drop(folders);
        assert_eq!(count(&base.path().join("a")), 1);
        made(&base.path().join("kept/empty")).keep();
        assert!(base.path().join("kept/empty").is_dir());
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let base = tempfile::tempdir().unwrap();
        let long = base.path().join("a").join("n".repeat(300));
        MadeFolders::create(&long, || Ok(())).unwrap_err();
        std::fs::write(base.path().join("file"), "").unwrap();
        MadeFolders::create(&base.path().join("file/within"), || Ok(())).unwrap_err();
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::NotFound, io::ErrorKind::AlreadyExists] {
            let refused = MadeFolders::create(&base.path().join("b"), || Err::<(), _>(kind.into()));
            assert_eq!(refused.unwrap_err().kind(), kind);
        }
        assert_eq!(count(base.path()), 1);
    }

    #[test]
    fn two_owners_of_folders_do_not_take_them_from_each_other() {
        let base = tempfile::tempdir().unwrap();
        let work = |name: &'static str| {
            let dir = base.path().join("shared/today");
            move || {
                for _ in 0..500 {
                    let inner = dir.join(name);
                    let (folders, ()) = MadeFolders::create(&dir, || std::fs::create_dir(&inner)).unwrap();
                    std::fs::remove_dir(&inner).unwrap();
                    drop(folders);
                }
            }
        };
        let threads = ["a", "b"].map(|name| std::thread::spawn(work(name)));
        for thread in threads {
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_bare_name_stands_in_the_folder_of_the_process() {
        assert_eq!(folder_of(Path::new("clip.mp4")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/clip.mp4")), Path::new("a"));
        sync_folder(folder_of(Path::new("clip.mp4"))).unwrap();
    }
}
