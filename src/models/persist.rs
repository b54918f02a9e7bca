//! Writes a file whole or not at all: a temporary neighbour, checked writes, fsync, rename.

use std::io::{BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::sys::{folder_of, sync_folder};

/// A writer that also hashes and counts what passes through.
pub(crate) struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    /// Hashes what is written to `inner`.
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// The writer, the bytes and their SHA-256 in hexadecimal.
    pub(crate) fn finish(self) -> (W, u64, String) {
        (self.inner, self.bytes, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A finished file that is not visible yet.
pub(crate) struct Pending {
    file: NamedTempFile,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Pending {
    /// Where the file stands until it is published.
    #[cfg(any(test, feature = "speech"))]
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives the file its name, replacing what had it.
    pub(crate) fn publish(self, target: &Path) -> Result<()> {
        let fail = |error| Error::io(error, "write", target);
        self.file.persist(target).map_err(|error| fail(error.error))?;
        sync_folder(folder_of(target)).map_err(fail)
    }
}

/// Writes a temporary neighbour of `target` by `fill` and brings it to disk. Dropping what comes
/// back removes it.
pub(crate) fn prepare(target: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<Pending> {
    let fail = |error| Error::io(error, "write", target);
    let file = new_neighbour(target)?;
    let mut out = Hashing::new(BufWriter::with_capacity(1 << 18, file));
    fill(&mut out)?;
    let (buffered, bytes, sha256) = out.finish();
    let file = buffered.into_inner().map_err(|error| fail(error.into_error()))?;
    file.as_file().sync_all().map_err(fail)?;
    Ok(Pending { file, bytes, sha256 })
}

fn new_neighbour(target: &Path) -> Result<NamedTempFile> {
    let folder = folder_of(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ytclipper-").suffix(".part");
    #[cfg(unix)]
    {
        // As for any new file, the process's umask decides; tempfile's own default is private.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|error| Error::io(error, "write into the folder", folder))
}

/// Writes `bytes` as `target`, whole or not at all.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> Result<()> {
    prepare(target, |out| out.write_all(bytes).map_err(|error| Error::io(error, "write", target)))?
        .publish(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        write(&target, b"old").unwrap();
        let failed = prepare(&target, |out| {
            out.write_all(b"half").unwrap();
            Err(Error::cancelled())
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let pending = prepare(&target, |out| {
            out.write_all(b"abc").unwrap();
            Ok(())
        })
        .unwrap();
        assert_eq!(pending.bytes, 3);
        assert!(pending.sha256.starts_with("ba7816bf8f01cfea414140de5dae2223"));
        pending.publish(&target).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"abc");
    }
}
