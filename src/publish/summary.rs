//! What a project's folder holds.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};

/// Endings of clips.
const VIDEO_ENDINGS: [&str; 4] = ["mp4", "mov", "m4v", "mkv"];

/// A finished project on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectSummary {
    /// The project's folder.
    pub folder: PathBuf,
    /// Its name.
    pub name: String,
    /// Its clips by format, in order of name; a format without clips is left out.
    pub formats: Vec<FormatSummary>,
    /// Clips in all formats.
    pub total_clips: usize,
    /// Size of all clips in bytes.
    pub total_size_bytes: u64,
}

/// The clips of one format.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormatSummary {
    /// Name of the format's folder (`original`, `reels`).
    pub name: String,
    /// The clips, in order of name.
    pub clips: Vec<ClipFile>,
}

/// A clip on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipFile {
    /// The video.
    pub path: PathBuf,
    /// The info file beside it, where there is one.
    pub info_path: Option<PathBuf>,
    /// Size of the video in bytes.
    pub size_bytes: u64,
}

/// Looks through a project's folder. Hidden files, which are outputs in the making, do not count.
///
/// Fails with `NotFound` where the folder does not exist, and with `Io` where it cannot be read.
pub fn project_summary(folder: &Path) -> Result<ProjectSummary> {
    let mut formats = Vec::new();
    for entry in entries(folder)?.into_iter().filter(|entry| entry.path().is_dir()) {
        let clips = clips_in(&entry.path())?;
        if !clips.is_empty() {
            formats.push(FormatSummary { name: entry.file_name().to_string_lossy().into_owned(), clips });
        }
    }
    let clips = || formats.iter().flat_map(|format| &format.clips);
    Ok(ProjectSummary {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        folder: folder.to_owned(),
        total_clips: clips().count(),
        total_size_bytes: clips().map(|clip| clip.size_bytes).sum(),
        formats,
    })
}

/// In order of name.
fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    let read = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = read.map_err(|error| Error::io(error, "read", folder))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn clips_in(folder: &Path) -> Result<Vec<ClipFile>> {
    let mut clips = Vec::new();
    for entry in entries(folder)? {
        if !is_clip(&entry.path()) {
            continue;
        }
        match clip_file(&entry) {
            Ok(clip) => clips.push(clip),
            // Removed between listing and looking.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(clips)
}

fn is_clip(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // A debug video shows how a clip was made; it is none.
    let named = stem.starts_with("clip_") && !stem.ends_with("_debug");
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    named && VIDEO_ENDINGS.contains(&ending.as_str())
}

fn clip_file(entry: &DirEntry) -> Result<ClipFile> {
    let path = entry.path();
    let size_bytes = entry.metadata().map_err(|error| Error::io(error, "read", &path))?.len();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let info = path.with_file_name(format!("{stem}_info.json"));
    Ok(ClipFile { info_path: info.is_file().then_some(info), size_bytes, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_counted_by_format_and_unfinished_ones_are_not() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("talk_2026-11-05");
        for format in ["original", "reels", "empty"] {
            std::fs::create_dir_all(folder.join(format)).unwrap();
        }
        for file in [
            "original/clip_002.mp4",
            "original/clip_001.mp4",
            "original/.clip_003.x.part.mp4",
            "original/clip_001_debug.mp4",
            "reels/clip_001.mp4",
        ] {
            std::fs::write(folder.join(file), "12345").unwrap();
        }
        std::fs::write(folder.join("original/clip_001_info.json"), "{}").unwrap();
        let summary = project_summary(&folder).unwrap();
        assert_eq!(
            (summary.name.as_str(), summary.total_clips, summary.total_size_bytes),
            ("talk_2026-11-05", 3, 15)
        );
        let formats: Vec<_> = summary.formats.iter().map(|f| (f.name.as_str(), f.clips.len())).collect();
        assert_eq!(formats, [("original", 2), ("reels", 1)]);
        let first = &summary.formats[0].clips[0];
        assert!(first.path.ends_with("clip_001.mp4"));
        assert_eq!(first.info_path, Some(folder.join("original/clip_001_info.json")));
        assert_eq!(summary.formats[0].clips[1].info_path, None);
    }

    #[test]
    fn a_missing_folder_is_not_found() {
        let base = tempfile::tempdir().unwrap();
        assert_eq!(project_summary(&base.path().join("x")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
