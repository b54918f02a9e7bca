//! Sources: a URL is fetched with yt-dlp, a local path is looked at.
//!
//! yt-dlp runs twice, as a child in its own process group and in an empty private folder: first
//! it describes the video, so that a file which is there already is reused and the addresses of
//! its streams can be checked; then it fetches what it described. The finished file is moved to
//! `<dir>/<id>.mp4` in one step.

mod address;
mod arrival;
mod command;
mod explain;
mod info;
mod process;
mod progress;
mod url;

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Download;
use crate::spec::{DEFAULT_MAX_DOWNLOAD_BYTES, DownloadSpec};
use crate::sys::{MadeFolders, folder_of, sync_folder};

pub use self::arrival::Watch;

use self::arrival::Arrivals;
use self::explain::{explain, fault};
use self::info::Info;
use self::process::{Limits, too_large};
use self::progress::{CONVERT_MARK, Figures, Overall};
use self::url::{Source, SourceUrl};

/// Longest description of a video that is taken, in bytes. Those of large sites have one or two
/// million.
const MAX_INFO: usize = 64 << 20;
/// Longest line of progress, in bytes.
const MAX_LINE: usize = 64 << 10;

/// What downloads may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Hosts that may be fetched from although they are on this machine or a private network, as
    /// `host` or `host:port`.
    pub allow_hosts: Vec<String>,
    /// Largest download in bytes, all its parts together.
    pub max_bytes: u64,
    /// Longest time without any progress.
    pub timeout: Duration,
    /// The command that runs yt-dlp, by words; `yt-dlp` of the search path where absent.
    pub yt_dlp: Option<Vec<String>>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_hosts: Vec::new(),
            max_bytes: DEFAULT_MAX_DOWNLOAD_BYTES,
            timeout: Duration::from_mins(1),
            yt_dlp: None,
        }
    }
}

/// Fetches the source of `spec`, or looks at it where it is a local path.
///
/// # Errors
/// - `Download` with a `reason` in the context: `forbidden_host`, `malformed_url`,
///   `unsupported_scheme`, `no_network`, `not_found`, `forbidden`, `private`, `unavailable`,
///   `timeout`, `yt_dlp_missing`, `ffmpeg_missing`, `playlist`, `live` and others;
/// - `LimitExceeded` for more than [`Policy::max_bytes`]; `Cancelled`;
/// - `NotFound`, `IsDirectory`, `UnsupportedMedia` for a local path that is no file;
/// - `NoSpace`, `Io` where the folder cannot be written.
pub fn fetch(spec: &DownloadSpec, policy: &Policy, ctx: &Context) -> Result<Download> {
    fetch_watched(spec, policy, ctx, &mut |_| {})
}

/// The same; `watch` is told of the files as they come. A file that is there already, or comes
/// faster than yt-dlp reports, is not told.
pub fn fetch_watched<'a>(
    spec: &DownloadSpec,
    policy: &Policy,
    ctx: &Context,
    watch: &'a mut Watch<'a>,
) -> Result<Download> {
    match Source::parse(&spec.url)? {
        Source::Local(path) => look_at(&path),
        Source::Remote(url) => Fetch { spec, policy, ctx, url }.run(watch),
    }
}

fn look_at(path: &Path) -> Result<Download> {
    let metadata = fs::metadata(path).map_err(|error| Error::io(error, "open", path))?;
    let refused = |kind, what| {
        let message = format!("{} is {what}, not a video file", path.display());
        Err(Error::new(kind, message).with("path", path.display()))
    };
    if metadata.is_dir() {
        return refused(ErrorKind::IsDirectory, "a folder");
    }
    if !metadata.is_file() {
        return refused(ErrorKind::UnsupportedMedia, "a device or pipe");
    }
    let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Download {
        video_path: path.to_owned(),
        video_id: stem.clone(),
        title: stem,
        channel: String::new(),
        duration: 0.0,
        description: String::new(),
        url: path.display().to_string(),
        reused: true,
    })
}

/// One download.
struct Fetch<'a> {
    spec: &'a DownloadSpec,
    policy: &'a Policy,
    ctx: &'a Context,
    url: SourceUrl,
}

impl Fetch<'_> {
    fn run<'a>(&self, watch: &'a mut Watch<'a>) -> Result<Download> {
        self.ctx.progress.set(0.0, format!("Looking at {}", self.url.host));
        self.url.admit(self.policy, self.ctx)?;
        let (above, folder) = private_folder(&self.spec.dir)?;
        let info = self.describe(folder.path())?;
        let stem = info.stem(&self.url.text);
        let target = self.spec.dir.join(format!("{stem}.mp4"));
        let reused = fs::metadata(&target).is_ok_and(|file| file.is_file() && file.len() > 0);
        if !reused {
            self.fetch(&info, folder.path(), watch)?;
            publish(&find_media(folder.path(), self.policy)?, &target)?;
        }
        above.keep();
        self.ctx.progress.set(1.0, if reused { "Already downloaded" } else { "Downloaded" });
        Ok(Download { video_path: target, reused, ..info.describe(stem, &self.url.text) })
    }

    fn describe(&self, folder: &Path) -> Result<Info> {
        let command = command::describe(self.policy, self.spec.max_height, &self.url.text, folder);
        let (mut json, bytes) = (String::new(), Cell::new(self.policy.max_bytes));
        let ended = process::run(command, &self.limits(MAX_INFO, folder, &bytes), self.ctx, |line| {
            if line.starts_with('{') {
                line.clone_into(&mut json);
            }
        })?;
        if ended.status.success() { Info::parse(&json) } else { Err(explain(&ended.stderr)) }
    }

    fn fetch(&self, info: &Info, folder: &Path, watch: &mut Watch<'_>) -> Result<()> {
        for url in info.stream_urls() {
            SourceUrl::of_stream(url)?.admit(self.policy, self.ctx)?;
        }
        let sizes = info.sizes();
        if sizes.iter().flatten().sum::<f64>() > self.policy.max_bytes as f64 {
            return Err(too_large(self.policy.max_bytes));
        }
        let path = folder.join(command::INFO_FILE);
        fs::write(&path, info.to_json()).map_err(|error| Error::io(error, "write", &path))?;
        let command =
            command::fetch(self.policy, self.spec.max_height, info.sound_first().as_deref(), folder);
        let mut overall = Overall::new(&sizes, info.picture());
        let mut arrivals = Arrivals::new(folder, watch);
        let bytes = Cell::new(self.policy.max_bytes);
        let limits = self.limits(MAX_LINE, folder, &bytes);
        let ended = process::run(command, &limits, self.ctx, |line| {
            if line.starts_with(CONVERT_MARK) {
                // What is joined stands on the disk twice; its size is known by now.
                bytes.set(u64::MAX);
            }
            if let Some(figures) = Figures::parse(line) {
                arrivals.take(&figures);
                self.report(&figures, &mut overall);
            } else if line == format!("{CONVERT_MARK}Merger started") {
                self.ctx.progress.set(0.97, "Joining picture and sound");
            }
        })?;
        if ended.status.success() { Ok(()) } else { Err(explain(&ended.stderr)) }
    }

    /// The look at the video is the first 5 % of the stage, joining its parts the last 3 %.
    fn report(&self, figures: &Figures, overall: &mut Overall) {
        self.ctx.progress.set(0.05 + 0.92 * overall.advance(figures), figures.message());
    }

    fn limits<'a>(&self, line: usize, folder: &'a Path, bytes: &'a Cell<u64>) -> Limits<'a> {
        Limits { line, stall: self.policy.timeout, folder, bytes }
    }
}

/// An empty folder within `dir`, so that the finished file needs only a new name. `dir` is made where
/// it does not exist.
fn private_folder(dir: &Path) -> Result<(MadeFolders, tempfile::TempDir)> {
    let make = || tempfile::Builder::new().prefix(".ytclipper-download-").tempdir_in(dir);
    MadeFolders::create(dir, make).map_err(|error| Error::io(error, "make the folder", dir))
}

/// The file that yt-dlp left. It leaves none, without an error, where the file was too large.
fn find_media(folder: &Path, policy: &Policy) -> Result<PathBuf> {
    let path = folder.join(format!("{}.mp4", command::STEM));
    match fs::metadata(&path) {
        Ok(file) if file.len() > policy.max_bytes => Err(too_large(policy.max_bytes)),
        Ok(file) if file.len() > 0 => Ok(path),
        Ok(_) => Err(fault("empty", "the download failed: the site sent an empty file")),
        Err(_) => Err(too_large(policy.max_bytes)),
    }
}

/// Moves the finished file to its name once it is on disk.
fn publish(from: &Path, to: &Path) -> Result<()> {
    let fail = |error| Error::io(error, "publish", to);
    File::open(from).and_then(|file| file.sync_all()).map_err(fail)?;
    fs::rename(from, to).and_then(|()| sync_folder(folder_of(to))).map_err(fail)
}
