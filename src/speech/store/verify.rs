//! Whether a model file is what it was when it was installed.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::models::persist::hex;
use crate::sys::Mutex;

/// A file as it was when it was hashed: a change shows in its size or time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    path: PathBuf,
    /// Size in bytes.
    pub bytes: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// The stamp of the file as it is now.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let facts = std::fs::metadata(path).map_err(|error| Error::io(error, "read the model", path))?;
        Ok(Self { path: path.to_owned(), bytes: facts.len(), modified: facts.modified().ok() })
    }
}

static KNOWN: LazyLock<Mutex<HashMap<Stamp, String>>> = LazyLock::new(Mutex::default);

/// SHA-256 of the file in hexadecimal, taken once a process for each state of the file.
pub(crate) fn sha256(stamp: &Stamp) -> Result<String> {
    if let Some(known) = KNOWN.lock().get(stamp) {
        return Ok(known.clone());
    }
    let fresh = hash(&stamp.path)?;
    KNOWN.lock().insert(stamp.clone(), fresh.clone());
    Ok(fresh)
}

fn hash(path: &Path) -> Result<String> {
    let fail = |error| Error::io(error, "read the model", path);
    let mut file = File::open(path).map_err(fail)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(fail)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_hashed_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let stamp = Stamp::of(&path).unwrap();
        let first = sha256(&stamp).unwrap();
        assert!(first.starts_with("ba7816bf"));
        std::fs::write(&path, "abcd").unwrap();
        assert_eq!(sha256(&stamp).unwrap(), first, "the old state stays known");
        assert_ne!(sha256(&Stamp::of(&path).unwrap()).unwrap(), first);
    }
}
