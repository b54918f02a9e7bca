//! Requests about a source as it is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, Validate};

/// Largest download unless told otherwise, in bytes: some hours of 1080p.
pub(crate) const DEFAULT_MAX_DOWNLOAD_BYTES: u64 = 16 << 30;

/// Tell what is in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// The file.
    pub source: PathBuf,
}

/// Fetch a video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DownloadSpec {
    /// An http(s) URL, or a local path, which is only looked at.
    pub url: String,
    /// Folder for the file; made where it is missing.
    #[serde(default = "default_dir")]
    pub dir: PathBuf,
    /// Largest height to ask for, in pixels (144 to 4320).
    #[serde(default = "default_height")]
    pub max_height: u32,
}

/// Whether a source is fetched by its scheme rather than read as a path.
pub(crate) fn is_url(source: &str) -> bool {
    let source = source.trim();
    let scheme =
        |prefix: &str| source.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    scheme("http://") || scheme("https://")
}

fn default_dir() -> PathBuf {
    PathBuf::from("./Downloads")
}

fn default_height() -> u32 {
    1080
}

impl DownloadSpec {
    /// Fetches `url` with the defaults.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), dir: default_dir(), max_height: default_height() }
    }
}

impl Validate for ProbeSpec {
    fn check(&self, faults: &mut Faults) {
        faults.path("source", &self.source);
    }
}

impl Validate for DownloadSpec {
    fn check(&self, faults: &mut Faults) {
        faults.require(!self.url.trim().is_empty(), "url", "must not be empty");
        faults.text("url", &self.url);
        faults.path("dir", &self.dir);
        faults.range("max_height", f64::from(self.max_height), 144.0, 4320.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_is_a_url() {
        assert!(is_url("https://example.com/a") && is_url("HTTP://x") && is_url(" https://example.com/a"));
        assert!(!is_url("file:///etc/passwd") && !is_url("talk.mp4") && !is_url("é"));
    }
}
