//! Faults of a request, each at its field.

use std::fmt::Display;
use std::path::Path;

use crate::error::{Error, Result};

/// Longest text that a request may carry in one field, in bytes.
const MAX_TEXT_BYTES: usize = 10_000;

/// A request that can tell what is wrong with it.
pub trait Validate {
    /// Adds this value's faults. It looks at the value only, never at the disk.
    fn check(&self, faults: &mut Faults);

    /// `Err(InvalidSpec)` that names the first fault's field and lists all of them.
    fn validate(&self) -> Result<()> {
        let mut faults = Faults::default();
        self.check(&mut faults);
        faults.into_result()
    }
}

/// The faults found so far, and the path of the field that is being looked at.
#[derive(Debug, Default)]
pub struct Faults {
    path: Vec<String>,
    found: Vec<(String, String)>,
}

impl Faults {
    /// Looks at a field of the current value.
    pub fn within(&mut self, field: impl Into<String>, look: impl FnOnce(&mut Self)) {
        self.path.push(field.into());
        look(self);
        self.path.pop();
    }

    /// Notes a fault at a field of the current value unless `ok`.
    pub fn require(&mut self, ok: bool, field: &str, message: impl Display) {
        if !ok {
            let mut path = self.path.clone();
            path.push(field.to_owned());
            self.found.push((join(&path), message.to_string()));
        }
    }

    /// A number must be finite and within `low..=high`.
    pub fn range(&mut self, field: &str, value: f64, low: f64, high: f64) {
        let ok = value.is_finite() && (low..=high).contains(&value);
        self.require(ok, field, format_args!("must be between {low} and {high}, got {value}"));
    }

    /// A time range must be finite, not negative, and end after it starts.
    pub fn time_range(&mut self, start: f64, end: f64) {
        self.require(
            start.is_finite() && start >= 0.0,
            "start",
            format_args!("must be 0 or more seconds, got {start}"),
        );
        self.require(
            end.is_finite() && end > start,
            "end",
            format_args!("must be after start ({start} s), got {end}"),
        );
    }

    /// A text must not be longer than the engine takes, nor hold NUL bytes.
    pub fn text(&mut self, field: &str, value: &str) {
        self.require(
            value.len() <= MAX_TEXT_BYTES,
            field,
            format_args!("must be at most {MAX_TEXT_BYTES} bytes, got {}", value.len()),
        );
        self.require(!value.contains('\0'), field, "must not contain NUL bytes");
    }

    /// A path must name something.
    pub fn path(&mut self, field: &str, value: &Path) {
        self.require(!value.as_os_str().is_empty(), field, "must not be empty");
        self.require(!value.as_os_str().as_encoded_bytes().contains(&0), field, "must not contain NUL bytes");
    }

    fn into_result(self) -> Result<()> {
        let Some((field, first)) = self.found.first() else { return Ok(()) };
        let rest: Vec<_> = self.found[1..].iter().map(|(field, m)| format!("{field}: {m}")).collect();
        let message = [vec![first.clone()], rest].concat().join("; ");
        Err(Error::invalid(field.clone(), message))
    }
}

fn join(path: &[String]) -> String {
    let mut joined = String::new();
    for part in path {
        if !joined.is_empty() && !part.starts_with('[') {
            joined.push('.');
        }
        joined.push_str(part);
    }
    joined
}
