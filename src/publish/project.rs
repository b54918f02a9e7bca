//! Names and folders of a project, as the existing server writes them.

use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::spec::OutputFormat;
use crate::sys::{MadeFolders, sync_folder};

/// Longest title in a name, in characters, and in bytes so that the whole name stays below the
/// 255 that file systems allow.
const MAX_TITLE_CHARS: usize = 100;
const MAX_TITLE_BYTES: usize = 200;

/// Projects of one title on one day.
const MAX_SAME_NAME: u32 = 10_000;

/// Characters that some file system forbids in a name.
const FORBIDDEN: &str = r#"<>:"/\|?*"#;

/// Makes the project's own folder below `base`: `<title>_<YYYY-MM-DD>`, with `_1`, `_2`, … where
/// that is taken. Two jobs at once get two folders. `base` is made where it does not exist, and goes
/// again with the returned folders unless they are kept.
pub fn project_folder(base: &Path, title: &str, date: NaiveDate) -> Result<(MadeFolders, PathBuf)> {
    let make = || numbered_folder(base, title, date);
    let fail = |error| Error::io(error, "make the folder", base);
    MadeFolders::create(base, make).map_err(fail)
}

fn numbered_folder(base: &Path, title: &str, date: NaiveDate) -> io::Result<PathBuf> {
    let name = format!("{}_{}", safe_title(title), date.format("%Y-%m-%d"));
    for number in 0..MAX_SAME_NAME {
        let folder = base.join(if number == 0 { name.clone() } else { format!("{name}_{number}") });
        match std::fs::create_dir(&folder) {
            Ok(()) => return sync_folder(base).map(|()| folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Makes the folder for clips of a format (`original`, `reels`) within a project.
pub fn format_folder(project: &Path, format: OutputFormat) -> Result<PathBuf> {
    let folder = project.join(format.folder());
    let made = std::fs::create_dir_all(&folder).and_then(|()| sync_folder(project));
    made.map_err(|error| Error::io(error, "make the folder", &folder))?;
    Ok(folder)
}

/// A title as part of a file name: without `<>:"/\|?*` and control characters, `_` for white
/// space, no dots at its ends, at most 100 characters and 200 bytes, `untitled` if nothing is left.
pub fn safe_title(title: &str) -> String {
    let kept: String = title
        .trim()
        .chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .filter(|c| !c.is_control() && !FORBIDDEN.contains(*c))
        .collect();
    let short: String = kept.trim_matches('.').chars().take(MAX_TITLE_CHARS).collect();
    let short = short[..short.floor_char_boundary(MAX_TITLE_BYTES)].trim_end_matches('.');
    if short.is_empty() { "untitled".to_owned() } else { short.to_owned() }
}

/// File name of a clip's video: `clip_001.mp4` for number 1.
pub fn clip_file_name(clip_number: usize) -> String {
    format!("clip_{clip_number:03}.mp4")
}

/// File name of the info beside a clip: `clip_001_info.json` for number 1.
pub fn clip_info_name(clip_number: usize) -> String {
    format!("clip_{clip_number:03}_info.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 5).unwrap()
    }

    #[test]
    fn titles_lose_what_names_must_not_hold() {
        assert_eq!(safe_title("How to: <win> at \"life\"?*|\\/"), "How_to_win_at_life");
        assert_eq!(safe_title("a b\u{a0}c"), "a_b_c");
        assert_eq!(safe_title("tab\tand\u{7}bell\u{0}"), "tab_andbell");
        assert_eq!(safe_title("../../etc/passwd"), "etcpasswd");
        assert_eq!(safe_title(".hidden."), "hidden");
        assert_eq!(safe_title("-rf"), "-rf");
    }

    #[test]
    fn a_title_of_nothing_is_untitled() {
        for title in ["", "   ", "...", "??", " . ", "\u{1}"] {
            assert_eq!(safe_title(title), "untitled", "{title:?}");
        }
    }

    #[test]
    fn long_titles_are_cut_between_characters() {
        assert_eq!(safe_title(&"a".repeat(300)).len(), 100);
        let chinese = safe_title(&"字".repeat(300));
        assert_eq!((chinese.chars().count(), chinese.len()), (66, 198));
        assert!(!safe_title(&format!("{}.. more", "a".repeat(98))).ends_with('.'));
    }

    #[test]
    fn no_short_title_leads_out_of_the_base() {
        let alphabet = ['.', '/', '\\', ' ', 'a', '\0', '\n', '~', ':', '…'];
        for a in alphabet {
            for b in alphabet {
                for c in alphabet {
                    let title = safe_title(&String::from_iter([a, b, c]));
                    let path = Path::new(&title);
                    assert_eq!(path.components().count(), 1, "{title:?}");
                    assert!(path.file_name().is_some() && !title.starts_with('.'), "{title:?}");
                }
            }
        }
    }

    #[test]
    fn the_second_project_of_a_day_gets_a_number() {
        let base = tempfile::tempdir().unwrap();
        let deep = base.path().join("To Upload");
        let made: Vec<_> = (0..3).map(|_| project_folder(&deep, "My talk", date()).unwrap()).collect();
        let names: Vec<_> = made.iter().map(|(_, folder)| folder.file_name().unwrap()).collect();
        assert_eq!(names, ["My_talk_2026-11-05", "My_talk_2026-11-05_1", "My_talk_2026-11-05_2"]);
    }

    #[test]
    fn eight_jobs_at_once_get_eight_folders() {
        let base = tempfile::tempdir().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let base = base.path().to_owned();
                std::thread::spawn(move || -> Vec<PathBuf> {
                    (0..20).map(|_| project_folder(&base, "x", date()).unwrap().1).collect()
                })
            })
            .collect();
        let mut folders: Vec<_> = threads.into_iter().flat_map(|t| t.join().unwrap()).collect();
        folders.sort();
        folders.dedup();
        assert_eq!(folders.len(), 160);
        assert!(folders.iter().all(|folder| folder.is_dir()));
    }

    #[test]
    fn a_base_that_is_a_file_is_an_error() {
        let base = tempfile::tempdir().unwrap();
        let file = base.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(project_folder(&file, "x", date()).unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn clips_of_a_format_have_their_folder_and_numbered_names() {
        let base = tempfile::tempdir().unwrap();
        let folder = format_folder(base.path(), OutputFormat::Vertical9x16).unwrap();
        assert_eq!(folder, base.path().join("reels"));
        assert_eq!(format_folder(base.path(), OutputFormat::Vertical9x16).unwrap(), folder);
        assert_eq!(
            (clip_file_name(1), clip_info_name(12)),
            ("clip_001.mp4".into(), "clip_012_info.json".into())
        );
        assert_eq!(clip_file_name(1234), "clip_1234.mp4");
    }
}
