//! What keeps a call from hanging: the process that owns the engine, and the threads that must not
//! wait for it.

use std::any::Any;
use std::cell::Cell;

use crate::error::{Error, ErrorKind, Result};
use crate::sys::thread_local;

/// The process that made an engine. In a child of a fork its threads are gone and its locks may be
/// held for ever, so nothing of it may be touched there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is a child of the process.
    pub(crate) fn is_forked(self) -> bool {
        std::process::id() != self.0
    }

    /// `Err(EngineForked)` in a child.
    pub(crate) fn check(self) -> Result<()> {
        if self.is_forked() { Err(forked()) } else { Ok(()) }
    }
}

/// The error of every call in a forked child.
pub(crate) fn forked() -> Error {
    let message = "the engine was made before a fork; make another one in the child";
    Error::new(ErrorKind::EngineForked, message)
}

thread_local! {
    // Without `const`, which the models' macro does not know.
    #[allow(clippy::missing_const_for_thread_local)]
    static INSIDE: Cell<bool> = Cell::new(false);
}

/// Marks the thread as one that runs an engine's work or callbacks, until dropped.
pub(crate) struct Inside {
    before: bool,
}

impl Inside {
    pub(crate) fn enter() -> Self {
        Self { before: INSIDE.with(|inside| inside.replace(true)) }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(self.before));
    }
}

/// `Err(WouldDeadlock)` inside a job or a callback.
pub(crate) fn may_block(action: &str) -> Result<()> {
    if !INSIDE.with(Cell::get) {
        return Ok(());
    }
    let message = format!("cannot {action} inside a job or a callback, which the engine itself waits for");
    Err(Error::new(ErrorKind::WouldDeadlock, message))
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_may_block_again_once_it_has_left() {
        may_block("wait").unwrap();
        let outer = Inside::enter();
        drop(Inside::enter());
        assert_eq!(may_block("wait").unwrap_err().kind(), ErrorKind::WouldDeadlock);
        drop(outer);
        may_block("wait").unwrap();
    }

    #[test]
    fn a_panic_tells_its_message_whatever_its_type() {
        assert_eq!(panic_message(&"a"), "a");
        assert_eq!(panic_message(&"b".to_owned()), "b");
        assert_eq!(panic_message(&7), "no message");
    }
}
