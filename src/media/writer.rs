//! The output on a thread of its own, so that decoding and drawing go on while x264 works, and a
//! cancelled job need not wait for the pictures that x264's threads are at.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded};
use ffmpeg_next::frame::Video;

use super::clock::Clock;
use super::output::{Output, OutputPlan};
use crate::context::{CancelToken, ThreadLease};
use crate::error::{Error, Result};

/// How often a waiting job looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(20);

/// What the output is given, in order.
enum Work {
    Picture(Video),
    Sound(Vec<f32>),
    Finish,
}

/// A file that is being written. Dropped before [`Self::finish`], it is closed as it stands, soon
/// after: the thread keeps the job's share of the budget until x264 has let go.
pub(super) struct Writer {
    work: Sender<Work>,
    done: Receiver<Result<Clock>>,
    cancel: CancelToken,
}

impl Writer {
    /// Starts the thread and waits until it has opened encoders and file, or could not, which the
    /// first picture or sample is told.
    pub(super) fn start(plan: OutputPlan, lease: &Arc<ThreadLease>, cancel: &CancelToken) -> Result<Self> {
        // Handed over, not queued: a picture that waits in between would only cost memory.
        let (work, inbox) = bounded(0);
        let (outbox, done) = bounded(1);
        let (opened, ready) = bounded::<()>(0);
        let writer = Self { work, done, cancel: cancel.clone() };
        let (lease, cancel) = (Arc::clone(lease), cancel.clone());
        std::thread::Builder::new()
            .name("ytc-encode".to_owned())
            .spawn(move || {
                let result = write(&plan, &inbox, &cancel, opened);
                // The job hears of it before the inbox closes on what it hands over.
                let _ = outbox.send(result);
                drop((inbox, lease));
            })
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        // A job that is cancelled now removes its file: opened after that, it would be made anew.
        let _ = ready.recv();
        Ok(writer)
    }

    /// Encodes a picture, which carries its number as timestamp.
    pub(super) fn picture(&self, picture: Video) -> Result<()> {
        self.give(Work::Picture(picture))
    }

    /// Encodes interleaved stereo samples.
    pub(super) fn sound(&self, samples: Vec<f32>) -> Result<()> {
        if samples.is_empty() { Ok(()) } else { self.give(Work::Sound(samples)) }
    }

    /// Flushes the encoders, finishes and closes the file.
    pub(super) fn finish(self) -> Result<Clock> {
        self.give(Work::Finish)?;
        loop {
            self.cancel.check()?;
            match self.done.recv_timeout(POLL) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    fn give(&self, mut work: Work) -> Result<()> {
        loop {
            self.cancel.check()?;
            work = match self.work.send_timeout(work, POLL) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Timeout(work)) => work,
                Err(SendTimeoutError::Disconnected(_)) => {
                    return Err(self.done.recv().ok().and_then(Result::err).unwrap_or_else(gone));
                }
            };
            if let Ok(ended) = self.done.try_recv() {
                return Err(ended.err().unwrap_or_else(gone));
            }
        }
    }
}

fn gone() -> Error {
    Error::internal("the encoder's thread ended")
}

/// The thread's work. `opened` goes once the file is open, or will not be.
fn write(
    plan: &OutputPlan,
    inbox: &Receiver<Work>,
    cancel: &CancelToken,
    opened: Sender<()>,
) -> Result<Clock> {
    let mut output = Output::open(plan, cancel)?;
    drop(opened);
    for work in inbox {
        match work {
            Work::Picture(mut picture) => output.write_picture(&mut picture)?,
            Work::Sound(samples) => output.write_sound(&samples)?,
            Work::Finish => return output.finish(),
        }
    }
    // The job ended without a finish: nobody wants the file.
    Err(Error::cancelled())
}
