//! The transcript beside the video: `<stem>_transcript.json`, as the server keeps it, with a key
//! that tells what it was made of. Another model or a changed file is not served the old text.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{LoadedModel, Wish};
use crate::error::{Error, ErrorKind, Result};
use crate::models::persist;
use crate::outcome::Transcript;
use crate::spec::SpeechOptions;

/// Raised when transcripts of the same input would come out differently.
const VERSION: u32 = 4;

/// Bytes of each end of the source that its mark is taken of.
const END: u64 = 1 << 20;

/// What a transcript was made of. Two equal keys stand for the same text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CacheKey {
    version: u32,
    model: String,
    model_sha256: String,
    quantization: String,
    language: Option<String>,
    options: SpeechOptions,
    source_bytes: u64,
    source_modified_ns: Option<u64>,
    /// SHA-256 of the first and the last MiB: a copy may keep time and size of another file.
    source_ends_sha256: String,
}

impl CacheKey {
    /// The key of a transcript of `source` by `model`, as it was asked for.
    ///
    /// # Errors
    /// `NotFound`, `IsDirectory` or `Io` where the source cannot be read.
    pub fn new(source: &Path, model: &LoadedModel, wish: Wish<'_>) -> Result<Self> {
        let facts = Source::of(source)?;
        Ok(facts.key(model.name(), model.sha256(), model.quantization(), wish))
    }
}

/// What is known of a source without decoding it.
struct Source {
    bytes: u64,
    modified_ns: Option<u64>,
    ends_sha256: String,
}

impl Source {
    fn of(path: &Path) -> Result<Self> {
        let fail = |error| Error::io(error, "read", path);
        let mut file = File::open(path).map_err(fail)?;
        let facts = file.metadata().map_err(fail)?;
        let since = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let ends_sha256 = ends(&mut file, facts.len()).map_err(fail)?;
        Ok(Self {
            bytes: facts.len(),
            modified_ns: since.and_then(|since| u64::try_from(since.as_nanos()).ok()),
            ends_sha256,
        })
    }

    fn key(self, model: &str, sha256: &str, quantization: &str, wish: Wish<'_>) -> CacheKey {
        CacheKey {
            version: VERSION,
            model: model.to_owned(),
            model_sha256: sha256.to_owned(),
            quantization: quantization.to_owned(),
            language: wish.language.map(str::to_owned),
            options: wish.options.clone(),
            source_bytes: self.bytes,
            source_modified_ns: self.modified_ns,
            source_ends_sha256: self.ends_sha256,
        }
    }
}

fn ends(file: &mut File, length: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let tail = length.saturating_sub(END).max(END.min(length));
    file.seek(SeekFrom::Start(tail))?;
    file.take(END).read_to_end(&mut bytes)?;
    Ok(persist::hex(&Sha256::digest(&bytes)))
}

/// Where the transcript of a video stands.
pub fn path(source: &Path) -> PathBuf {
    let mut name = source.file_stem().unwrap_or_default().to_owned();
    name.push("_transcript.json");
    source.with_file_name(name)
}

/// The transcript that was stored under this key, if the file beside the video is whole and ours.
pub fn load(source: &Path, key: &CacheKey) -> Option<Transcript> {
    let text = std::fs::read(path(source)).ok()?;
    let mut value: Value = serde_json::from_slice(&text).ok()?;
    let stored: CacheKey = serde_json::from_value(value.get_mut("key")?.take()).ok()?;
    if stored != *key {
        return None;
    }
    let transcript: Transcript = serde_json::from_value(value).ok()?;
    Some(Transcript { cached: true, ..transcript })
}

/// Stores a transcript beside the video. A file of that name that is not ours stays, and a folder
/// that cannot be written is no fault of the job: both are logged.
pub fn store(source: &Path, key: &CacheKey, transcript: &Transcript) {
    let path = path(source);
    if let Err(error) = write(&path, source, key, transcript) {
        tracing::warn!(path = %path.display(), %error, "the transcript is not cached");
    }
}

fn write(path: &Path, source: &Path, key: &CacheKey, transcript: &Transcript) -> Result<()> {
    if path.exists() && !is_ours(path) {
        return Err(Error::new(ErrorKind::Io, "a file that is not of this engine stands there"));
    }
    let text = document(source, key, transcript)
        .and_then(|document| serde_json::to_vec_pretty(&document))
        .map_err(|error| Error::internal(format!("cannot write a transcript: {error}")))?;
    persist::write(path, &text)
}

/// Whether a file carries a key, of whatever version; a torn one of ours cannot be, for they are
/// written whole.
fn is_ours(path: &Path) -> bool {
    let value = std::fs::read(path).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    value.is_some_and(|value| value.pointer("/key/model_sha256").is_some())
}

/// The server's keys, the transcript's own, and the key.
fn document(source: &Path, key: &CacheKey, transcript: &Transcript) -> serde_json::Result<Value> {
    let mut map = Map::new();
    map.insert("success".into(), true.into());
    map.insert("audio_path".into(), source.to_string_lossy().into());
    if let Value::Object(fields) = serde_json::to_value(transcript)? {
        map.extend(fields);
    }
    map.insert("cached".into(), false.into());
    map.insert("key".into(), serde_json::to_value(key)?);
    Ok(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Segment, Word};

    fn transcript() -> Transcript {
        let word = Word { word: "Hé".into(), start: 0.5, end: 0.9, probability: Some(0.8) };
        Transcript {
            language: "fr".into(),
            language_probability: 0.9,
            segments: vec![Segment {
                start: 0.5,
                end: 0.9,
                text: "Hé".into(),
                words: vec![word],
                ..Segment::default()
            }],
            full_text: "Hé".into(),
            model: "base".into(),
            duration: 2.0,
            cached: false,
        }
    }

    fn video() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("talk.part.mp4");
        std::fs::write(&video, b"some sound").unwrap();
        (folder, video)
    }

    fn key(video: &Path) -> CacheKey {
        Source::of(video).unwrap().key("base", "abc", "q8_0", Wish::default())
    }

    #[test]
    fn what_is_stored_is_served_and_marked() {
        let (_folder, video) = video();
        store(&video, &key(&video), &transcript());
        let served = load(&video, &key(&video)).unwrap();
        assert_eq!(served, Transcript { cached: true, ..transcript() });
        let name = video.with_file_name("talk.part_transcript.json");
        let value: Value = serde_json::from_slice(&std::fs::read(name).unwrap()).unwrap();
        assert_eq!(value["success"], true);
        assert_eq!(value["segments"][0]["words"][0]["word"], "Hé");
        assert_eq!(value["full_text"], "Hé");
    }

    #[test]
    fn another_model_language_or_file_is_not_served_the_old_text() {
        let (_folder, video) = video();
        let first = key(&video);
        store(&video, &first, &transcript());
        for other in [
            CacheKey { model: "tiny.en".into(), ..first.clone() },
            CacheKey { model_sha256: "abd".into(), ..first.clone() },
            CacheKey { quantization: "f16".into(), ..first.clone() },
            CacheKey { language: Some("fr".into()), ..first.clone() },
            CacheKey { version: VERSION + 1, ..first.clone() },
        ] {
            assert_eq!(load(&video, &other), None, "{other:?}");
        }
        let modified = std::fs::metadata(&video).unwrap().modified().unwrap();
        std::fs::write(&video, b"same soune").unwrap();
        File::options().write(true).open(&video).unwrap().set_modified(modified).unwrap();
        assert_eq!(load(&video, &key(&video)), None, "equal size and time, other content");
    }

    #[test]
    fn a_foreign_or_broken_file_is_neither_served_nor_touched() {
        let (_folder, video) = video();
        for text in [r#"{"success": true, "language": "en", "segments": []}"#, "{ torn", ""] {
            std::fs::write(path(&video), text).unwrap();
            assert_eq!(load(&video, &key(&video)), None);
            store(&video, &key(&video), &transcript());
            assert_eq!(std::fs::read_to_string(path(&video)).unwrap(), text);
        }
    }

    #[test]
    fn our_own_older_file_is_replaced() {
        let (_folder, video) = video();
        store(&video, &CacheKey { version: 0, ..key(&video) }, &transcript());
        store(&video, &key(&video), &transcript());
        assert!(load(&video, &key(&video)).is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_fault() {
        let missing = Path::new("/nowhere/at/all.mp4");
        let (_folder, video) = video();
        store(missing, &key(&video), &transcript());
        assert_eq!(load(missing, &key(&video)), None);
    }

    #[test]
    fn both_ends_of_a_long_file_count() {
        let (_folder, video) = video();
        let mut bytes = vec![0_u8; 3 << 20];
        std::fs::write(&video, &bytes).unwrap();
        let first = Source::of(&video).unwrap().ends_sha256;
        *bytes.last_mut().unwrap() = 1;
        std::fs::write(&video, &bytes).unwrap();
        assert_ne!(Source::of(&video).unwrap().ends_sha256, first);
    }
}
