//! All clips of a project: while one is rendered, the framing of the next is found.

use std::path::Path;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Instant;

use super::clip::{self, Planned};
use crate::context::{CancelToken, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{Clip, ClipCandidate, ClipFailure, Download, Stage};
use crate::spec::ProcessSpec;
use crate::stages::Resources;
use crate::stages::framing::Framed;

/// Part of a clip's progress in which its framing is found, where nothing else runs meanwhile.
const FRAMED: f64 = 0.1;

/// From so many threads on the framing of the next clip is found while this one is rendered: x264
/// does not keep so many busy.
const MANY_CORES: usize = 4;

/// What clips are made of.
pub(super) struct Studio<'a> {
    pub spec: &'a ProcessSpec,
    pub source: &'a Download,
    pub resources: &'a Resources,
    pub folder: &'a Path,
    pub context: &'a Context,
}

/// Raises a token when it goes.
struct Stop(CancelToken);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Clips that were made, and those that could not be.
#[derive(Default)]
pub(super) struct Made {
    pub clips: Vec<Clip>,
    pub failures: Vec<ClipFailure>,
    first_error: Option<Error>,
}

/// A clip whose framing is being found on another thread, or why it cannot be.
type Framing<'scope, 'a> = Result<(Planned<'a>, ScopedJoinHandle<'scope, Result<Option<Framed>>>)>;

impl Studio<'_> {
    /// Makes the clips in order. One that fails does not hold up the others, unless they would fail
    /// in the same way or all of them did.
    pub(super) fn make_all(&self, candidates: &[ClipCandidate]) -> Result<Made> {
        let mut made = Made::default();
        let ahead = self.context.beside();
        thread::scope(|scope| {
            // However this ends, nobody waits for a framing that nobody needs.
            let _stop = Stop(ahead.cancel.clone());
            let first = self.window(0, candidates.len()).window(Stage::Clipping, 0.0, FRAMED);
            let mut next = candidates.first().map(|candidate| self.begin(scope, candidate, first));
            for (index, candidate) in candidates.iter().enumerate() {
                let Some(framing) = next.take() else { break };
                let ready = framing.and_then(|(planned, handle)| Ok((planned, joined(handle)?)));
                let begin_next = || {
                    let following = candidates.get(index + 1)?;
                    Some(self.begin(scope, following, ahead.window(Stage::Clipping, 0.0, 1.0)))
                };
                if self.overlaps() {
                    next = begin_next();
                }
                let window = self.window(index, candidates.len());
                let clip = ready.and_then(|(planned, framed)| {
                    let window = window.window(Stage::Clipping, FRAMED, 1.0);
                    clip::make(self.spec, &planned, framed.as_ref(), self.source, &window)
                });
                made.take(candidate, clip)?;
                next = next.or_else(begin_next);
            }
            Ok(())
        })?;
        match made.first_error.take() {
            Some(error) if made.clips.is_empty() => Err(error),
            Some(_) | None => Ok(made),
        }
    }

    /// Whether there are cores beside those that an encode keeps busy.
    fn overlaps(&self) -> bool {
        self.context.threads.total() >= MANY_CORES
    }

    /// Begins to find a clip's framing.
    fn begin<'scope, 'a: 'scope>(
        &'a self,
        scope: &'scope Scope<'scope, 'a>,
        candidate: &'a ClipCandidate,
        context: Context,
    ) -> Framing<'scope, 'a> {
        let planned = clip::plan(self.spec, candidate, self.source, self.folder)?;
        let plan = planned.plan.clone();
        let handle = thread::Builder::new()
            .name("ytc-framing".to_owned())
            .spawn_scoped(scope, move || crate::stages::framing::prepare(&plan, self.resources, &context))
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        Ok((planned, handle))
    }

    fn window(&self, index: usize, count: usize) -> Context {
        let (from, to) = (index as f64 / count as f64, (index as f64 + 1.0) / count as f64);
        let mut window = self.context.window(Stage::Clipping, from, to);
        window.progress = window.progress.labelled(format!("Clip {} of {count}: ", index + 1));
        window
    }
}

fn joined(handle: ScopedJoinHandle<'_, Result<Option<Framed>>>) -> Result<Option<Framed>> {
    let begun = Instant::now();
    let found = handle.join().unwrap_or_else(|_| Err(Error::internal("finding a framing panicked")))?;
    Ok(found.map(|mut framed| {
        framed.waited = begun.elapsed().as_secs_f64();
        framed
    }))
}

impl Made {
    fn take(&mut self, candidate: &ClipCandidate, clip: Result<Clip>) -> Result<()> {
        match clip {
            Ok(clip) => self.clips.push(clip),
            Err(error) if stops_all(&error) => return Err(error),
            Err(error) => {
                self.failures.push(ClipFailure {
                    clip_number: candidate.clip_number,
                    kind: error.kind().to_string(),
                    message: error.message().to_owned(),
                });
                self.first_error.get_or_insert(error);
            }
        }
        Ok(())
    }
}

/// Whether the next clip would fail in the same way.
fn stops_all(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Cancelled | ErrorKind::NoSpace | ErrorKind::CorruptMedia | ErrorKind::ModelUnavailable
    )
}
