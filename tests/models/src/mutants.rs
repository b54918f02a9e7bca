//! Which of the planted faults is on.

use std::sync::OnceLock;

/// Whether the process was started to run with this fault.
pub fn on(name: &str) -> bool {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    NAME.get_or_init(|| std::env::var("YTC_MUTANT").ok()).as_deref() == Some(name)
}
