//! Settings of an engine.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::spec::{DEFAULT_MAX_DOWNLOAD_BYTES, Faults, Validate};

/// Settings of an engine; every field has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// Jobs that run at the same time (1 to 256).
    pub workers: usize,
    /// Jobs that may wait for a worker (1 to 1,000,000); more are refused with `QueueFull`.
    pub queue_capacity: usize,
    /// Seconds of waiting that raise a queued job's priority by one (0.001 to 86,400). So a job can
    /// be overtaken only by jobs that come within so many seconds for each step of priority that
    /// they have above it.
    pub ageing_s: f64,
    /// Finished jobs that can still be found by their number (0 to 1,000,000), the newest ones.
    pub keep_finished: usize,
    /// Threads that codecs, filters and models of all running jobs share (0 to 1024); 0: all cores.
    pub threads: usize,
    /// How many steps of niceness the workers stand behind the host (0 to 19); Linux only.
    pub nice: i32,
    /// Folder for intermediate files; the system's temporary folder where absent.
    pub data_dir: Option<PathBuf>,
    /// Folder of installed models; the user's cache folder where absent.
    pub model_dir: Option<PathBuf>,
    /// The face model, `centerface.onnx`; that of the model folder where absent.
    pub face_model: Option<PathBuf>,
    /// Private or loopback hosts that downloads may contact nevertheless.
    pub allow_hosts: Vec<String>,
    /// Largest download, in bytes (at least 1).
    pub max_download_bytes: u64,
    /// Longest time that a download may make no progress, in seconds (at least 1).
    pub download_timeout_s: u64,
    /// Command that runs yt-dlp, with its first arguments; looked up where absent.
    pub yt_dlp: Option<Vec<String>>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            workers: 2,
            queue_capacity: 1000,
            ageing_s: 30.0,
            keep_finished: 1000,
            threads: 0,
            nice: 10,
            data_dir: None,
            model_dir: None,
            face_model: None,
            allow_hosts: Vec::new(),
            max_download_bytes: DEFAULT_MAX_DOWNLOAD_BYTES,
            download_timeout_s: 60,
            yt_dlp: None,
        }
    }
}

impl EngineConfig {
    /// The size of the thread budget: `threads`, or all cores.
    pub fn thread_total(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// The time that raises a queued job's priority by one.
    pub fn ageing(&self) -> Duration {
        Duration::try_from_secs_f64(self.ageing_s).unwrap_or_default()
    }

    /// Where jobs make their private folders.
    pub fn work_dir(&self) -> PathBuf {
        self.data_dir.as_ref().map_or_else(std::env::temp_dir, |dir| dir.join("work"))
    }
}

impl Validate for EngineConfig {
    fn check(&self, faults: &mut Faults) {
        faults.range("workers", self.workers as f64, 1.0, 256.0);
        faults.range("queue_capacity", self.queue_capacity as f64, 1.0, 1e6);
        faults.range("ageing_s", self.ageing_s, 0.001, 86_400.0);
        faults.range("keep_finished", self.keep_finished as f64, 0.0, 1e6);
        faults.range("threads", self.threads as f64, 0.0, 1024.0);
        faults.range("nice", f64::from(self.nice), 0.0, 19.0);
        let paths =
            [("data_dir", &self.data_dir), ("model_dir", &self.model_dir), ("face_model", &self.face_model)];
        for (field, path) in paths {
            if let Some(path) = path {
                faults.path(field, path);
            }
        }
        faults.require(self.max_download_bytes > 0, "max_download_bytes", "must be at least 1");
        faults.require(self.download_timeout_s > 0, "download_timeout_s", "must be at least 1");
        faults.require(
            self.yt_dlp.as_ref().is_none_or(|command| !command.is_empty()),
            "yt_dlp",
            "must name a command",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_what_empty_json_means() {
        let config = EngineConfig::default();
        config.validate().unwrap();
        assert_eq!(serde_json::from_str::<EngineConfig>("{}").unwrap(), config);
        assert!(config.thread_total() >= 1);
    }

    #[test]
    fn each_fault_names_its_field() {
        let field = |json: &str| {
            let config: EngineConfig = serde_json::from_str(json).unwrap();
            config.validate().unwrap_err().context()["field"].clone()
        };
        assert_eq!(field(r#"{"workers":0}"#), "workers");
        assert_eq!(field(r#"{"queue_capacity":0}"#), "queue_capacity");
        assert_eq!(field(r#"{"ageing_s":0}"#), "ageing_s");
        assert_eq!(field(r#"{"nice":-1}"#), "nice");
        assert_eq!(field(r#"{"threads":5000}"#), "threads");
        assert_eq!(field(r#"{"data_dir":""}"#), "data_dir");
        assert_eq!(field(r#"{"yt_dlp":[]}"#), "yt_dlp");
        assert!(serde_json::from_str::<EngineConfig>(r#"{"worker":1}"#).is_err());
    }
}
