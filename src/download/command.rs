//! The two yt-dlp command lines: one that asks about a video, one that fetches it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Policy;
use super::progress::{CONVERT_MARK, PROGRESS_MARK};

/// Stem of the file within the private folder; the ending is yt-dlp's until it is mp4.
pub(super) const STEM: &str = "media";
/// The file with the metadata within the private folder.
pub(super) const INFO_FILE: &str = "info.json";

/// The best picture and the best sound, or the best file that has both.
const FORMATS: &str = "bestvideo*+bestaudio/best";

/// Prints the metadata of the video at `url` as one line of JSON.
pub(super) fn describe(policy: &Policy, max_height: u32, url: &str, folder: &Path) -> Command {
    let mut command = base(policy, max_height, FORMATS, folder);
    // A list is looked into no further than its first entry: it is refused anyway.
    command.args(["--dump-single-json", "--playlist-items", "1", "--", url]);
    command
}

/// Fetches the video that the info file describes into `media.mp4`. `formats` names its files in the
/// order in which they are wanted; the best ones come where there are no such.
pub(super) fn fetch(policy: &Policy, max_height: u32, formats: Option<&str>, folder: &Path) -> Command {
    let formats = formats.map_or_else(|| FORMATS.to_owned(), |first| format!("{first}/{FORMATS}"));
    let mut command = base(policy, max_height, &formats, folder);
    command
        .args(["--load-info-json", INFO_FILE, "--output"])
        .arg(format!("{STEM}.%(ext)s"))
        .args(["--merge-output-format", "mp4", "--remux-video", "mp4"])
        .args(["--quiet", "--progress", "--newline", "--progress-template"])
        .arg(format!("download:{PROGRESS_MARK}%(progress)j"))
        .args(["--progress-template"])
        .arg(format!("postprocess:{CONVERT_MARK}%(progress.postprocessor)s %(progress.status)s"))
        .args(["--progress-delta", "0.2"])
        .arg("--max-filesize")
        .arg(policy.max_bytes.to_string());
    command
}

/// What both have in common: no configuration or plugin of whoever runs this is read, nothing is
/// written outside of the private folder, one video is meant.
fn base(policy: &Policy, max_height: u32, formats: &str, folder: &Path) -> Command {
    let usual = ["yt-dlp".to_owned()];
    let words = policy.yt_dlp.as_deref().filter(|words| !words.is_empty()).unwrap_or(&usual);
    let mut command = Command::new(program(&words[0]));
    command.args(&words[1..]).current_dir(folder).env("PYTHONUNBUFFERED", "1");
    command
        .args(["--ignore-config", "--no-plugin-dirs", "--no-exec", "--no-cache-dir", "--no-playlist"])
        .args(["--no-remote-components", "--abort-on-error", "--color", "never", "--retries", "3"])
        .arg("--socket-timeout")
        .arg(format!("{:.1}", (policy.timeout.as_secs_f64() / 2.0).clamp(1.0, 20.0)))
        .args(["--format", formats, "--format-sort"])
        // `res` is the shorter side, so that an upright video of 1080×1920 counts as 1080.
        .arg(format!("res:{max_height},fps,ext:mp4:m4a"));
    command
}

/// A relative path is meant from here, not from the private folder; a bare name is searched for.
fn program(word: &str) -> PathBuf {
    if word.contains('/') { std::path::absolute(word).unwrap_or_else(|_| word.into()) } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_url_is_never_an_option() {
        let command = describe(&Policy::default(), 1080, "--exec=id", Path::new("."));
        let words = words(&command);
        assert_eq!(words[words.len() - 2..], ["--", "--exec=id"]);
    }

    #[test]
    fn the_command_of_the_policy_is_run_in_the_private_folder() {
        let yt_dlp = Some(vec!["python3".to_owned(), "-m".to_owned(), "yt_dlp".to_owned()]);
        let command = fetch(&Policy { yt_dlp, ..Policy::default() }, 720, Some("a+b"), Path::new("/x"));
        assert_eq!(command.get_program(), "python3");
        assert_eq!(words(&command)[..3], ["-m", "yt_dlp", "--ignore-config"]);
        assert_eq!(command.get_current_dir(), Some(Path::new("/x")));
        assert!(words(&command).contains(&"res:720,fps,ext:mp4:m4a".to_owned()));
        assert!(words(&command).contains(&"a+b/bestvideo*+bestaudio/best".to_owned()));
    }
}
