//! Files that appear under their name only when they are whole and on disk.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::{Error, ErrorKind, Result};
use crate::sys::{folder_of, sync_folder};

/// Longest part of a target's name that goes into the temporary name, in bytes.
const MAX_STEM_BYTES: usize = 100;

/// An output in the making: a hidden file beside its target, removed on drop unless committed.
///
/// The temporary name, `.name.<random>.part.ext`, keeps the target's ending, so that a muxer can
/// tell the container from it.
#[derive(Debug)]
pub struct AtomicFile {
    temp: TempPath,
    target: PathBuf,
    overwrite: bool,
}

impl AtomicFile {
    /// Makes the temporary file, empty, in the target's folder, which must exist.
    ///
    /// Fails with `IsDirectory` where the target is a folder, with `Io` where it exists and
    /// `overwrite` is false, with `NotFound` where its folder does not exist.
    pub fn create(path: impl AsRef<Path>, overwrite: bool) -> Result<Self> {
        let target = path.as_ref().to_owned();
        check_target(&target, overwrite)?;
        let temp = make_temp(&target).map_err(|error| Error::io(error, "create", &target))?;
        Ok(Self { temp, target, overwrite })
    }

    /// The file to write into; it exists and is empty.
    pub fn temp_path(&self) -> &Path {
        &self.temp
    }

    /// The name that the file will get.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Writes the content to disk and gives it its name, then writes the folder to disk.
    ///
    /// Where `overwrite` is false, a file that appeared meanwhile is never replaced, also if two
    /// jobs commit at once. On an error the temporary file is removed.
    pub fn commit(self) -> Result<()> {
        let Self { temp, target, overwrite } = self;
        let written = File::open(&temp).and_then(|file| file.sync_all());
        written.map_err(|error| Error::io(error, "finish", &target))?;
        let renamed = if overwrite { replace(temp, &target) } else { rename_new(temp, &target) };
        renamed.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(&target),
            _ => Error::io(error, "publish", &target),
        })?;
        sync_folder(folder_of(&target)).map_err(|error| Error::io(error, "publish", &target))
    }
}

/// Writes a whole file under its name, or nothing. Errors as of [`AtomicFile`].
pub fn write_atomic(path: impl AsRef<Path>, bytes: &[u8], overwrite: bool) -> Result<()> {
    let file = AtomicFile::create(&path, overwrite)?;
    fill(file.temp_path(), bytes).map_err(|error| Error::io(error, "write", path.as_ref()))?;
    file.commit()
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(bytes)
}

fn check_target(target: &Path, overwrite: bool) -> Result<()> {
    if target.file_name().is_none() {
        return Err(Error::invalid("output", format_args!("names no file: {}", target.display())));
    }
    match std::fs::symlink_metadata(target) {
        Ok(found) if found.is_dir() => {
            let message = format!("cannot write {}: it is a folder", target.display());
            Err(Error::new(ErrorKind::IsDirectory, message).with("path", target.display()))
        }
        Ok(_) if !overwrite => Err(exists(target)),
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
            Err(Error::io(error, "create", target))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn exists(target: &Path) -> Error {
    let message = format!("{} already exists; remove it or allow overwriting", target.display());
    Error::new(ErrorKind::Io, message).with("path", target.display()).with("reason", "exists")
}

/// Created exclusively, with the rights that the process gives to new files.
fn make_temp(target: &Path) -> io::Result<TempPath> {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{}.", &stem[..stem.floor_char_boundary(MAX_STEM_BYTES)]);
    let mut suffix = OsString::from(".part");
    if let Some(ending) = target.extension() {
        suffix.push(".");
        suffix.push(ending);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(&suffix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask takes its share, as with any other file; tempfile's own default is 0600.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(folder_of(target))?.into_temp_path())
}

fn replace(temp: TempPath, target: &Path) -> io::Result<()> {
    temp.persist(target).map_err(|failed| failed.error)
}

/// Renames without replacing: `renameat2(RENAME_NOREPLACE)`, else link and unlink, both by
/// tempfile; on file systems that know neither (exFAT, some network ones) the name is taken
/// exclusively first.
fn rename_new(temp: TempPath, target: &Path) -> io::Result<()> {
    let Err(failed) = temp.persist_noclobber(target) else { return Ok(()) };
    match failed.error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput => {
            rename_onto_own(failed.path, target)
        }
        _ => Err(failed.error),
    }
}

fn rename_onto_own(temp: TempPath, target: &Path) -> io::Result<()> {
    File::create_new(target)?;
    replace(temp, target).inspect_err(|_| {
        // The rename's own error is the one to tell.
        let _ = std::fs::remove_file(target);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_temporary_file_is_hidden_beside_its_target_and_keeps_the_ending() {
        let folder = tempfile::tempdir().unwrap();
        let file = AtomicFile::create(folder.path().join("clip.mp4"), false).unwrap();
        let name = file.temp_path().file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(names(folder.path()), [name.as_str()]);
        assert!(name.starts_with(".clip.") && name.ends_with(".part.mp4"), "{name}");
    }

    #[test]
    fn a_file_is_seen_only_after_the_commit() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("clip.mp4");
        let file = AtomicFile::create(&target, false).unwrap();
        std::fs::write(file.temp_path(), "whole").unwrap();
        assert!(!target.exists());
        file.commit().unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "whole");
        assert_eq!(names(folder.path()), ["clip.mp4"]);
    }

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = AtomicFile::create(folder.path().join("clip.mp4"), false).unwrap();
        std::fs::write(file.temp_path(), "half").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn an_existing_file_is_refused_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        write_atomic(&target, b"one", false).unwrap();
        let error = write_atomic(&target, b"two", false).unwrap_err();
        assert_eq!((error.kind(), error.context()["reason"].as_str()), (ErrorKind::Io, "exists"));
        assert_eq!(std::fs::read(&target).unwrap(), b"one");
        write_atomic(&target, b"two", true).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        let file = AtomicFile::create(&target, false).unwrap();
        std::fs::write(&target, "theirs").unwrap();
        assert_eq!(file.commit().unwrap_err().context()["reason"], "exists");
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "theirs");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn of_eight_that_publish_one_name_at_once_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        let files: Vec<_> = (0..8).map(|_| AtomicFile::create(&target, false).unwrap()).collect();
        let threads: Vec<_> =
            files.into_iter().map(|file| std::thread::spawn(move || file.commit())).collect();
        let won = threads.into_iter().flat_map(|t| t.join().unwrap());
        assert_eq!(won.count(), 1);
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn without_a_way_to_rename_exclusively_an_existing_file_still_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.json");
        rename_onto_own(make_temp(&target).unwrap(), &target).unwrap();
        std::fs::write(&target, "first").unwrap();
        let error = rename_onto_own(make_temp(&target).unwrap(), &target).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "first");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_temporary_file_that_vanished_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.mp4");
        let file = AtomicFile::create(&target, false).unwrap();
        std::fs::remove_file(file.temp_path()).unwrap();
        assert_eq!(file.commit().unwrap_err().kind(), ErrorKind::NotFound);
        assert!(!target.exists());
    }

    #[test]
    fn each_unusable_target_has_its_error() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |path: &Path| AtomicFile::create(path, true).unwrap_err().kind();
        assert_eq!(kind(folder.path()), ErrorKind::IsDirectory);
        assert_eq!(kind(&folder.path().join("missing/a.mp4")), ErrorKind::NotFound);
        assert_eq!(kind(Path::new("/")), ErrorKind::InvalidSpec);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(kind(&folder.path().join("file/a.mp4")), ErrorKind::Io);
    }

    /// `/sys` takes no new files from anyone, root included.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_that_takes_no_files_is_an_io_error() {
        let error = write_atomic("/sys/a.json", b"x", false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("/sys/a.json"), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_no_space() {
        let error = fill(Path::new("/dev/full"), b"x").unwrap_err();
        assert_eq!(Error::io(error, "write", Path::new("a")).kind(), ErrorKind::NoSpace);
    }

    #[test]
    #[cfg(unix)]
    fn a_published_file_has_the_rights_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        File::create(folder.path().join("usual")).unwrap();
        write_atomic(folder.path().join("ours"), b"x", false).unwrap();
        assert_eq!(mode("ours"), mode("usual"));
    }

    #[test]
    fn very_long_names_are_published_too() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join(format!("{}.mp4", "ü".repeat(125)));
        write_atomic(&target, b"x", false).unwrap();
        assert!(target.exists());
    }
}
