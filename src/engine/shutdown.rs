//! How an engine ends.

use serde::{Deserialize, Serialize};

/// What becomes of the jobs when an engine is shut down. Each mode is stricter than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ShutdownMode {
    /// All jobs are finished.
    Drain,
    /// Running jobs are finished, queued ones cancelled.
    FinishRunning,
    /// All jobs are cancelled.
    Now,
}

impl ShutdownMode {
    /// Every mode, from the mildest.
    pub const ALL: [Self; 3] = [Self::Drain, Self::FinishRunning, Self::Now];

    /// The mode's name in JSON and Python.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drain => "drain",
            Self::FinishRunning => "finish_running",
            Self::Now => "now",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_has_one_name_in_json_and_code() {
        for mode in ShutdownMode::ALL {
            assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{}\"", mode.as_str()));
        }
    }

    #[test]
    fn modes_are_ordered_by_strictness() {
        assert!(ShutdownMode::ALL.is_sorted());
    }
}
