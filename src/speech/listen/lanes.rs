//! Decoders side by side over one model: two threads on two windows do more than two on one, and
//! ggml's threads, which spin while they wait for each other, do not stall where cores are scarce.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use whisper_rs::WhisperTokenId;

use super::decode::{Answer, Decoder, Heard, Request, failed, prompt};
use crate::context::Context;
use crate::error::Result;
use crate::spec::SpeechOptions;
use crate::speech::model::LoadedModel;

/// How often a waiting job looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(20);

/// Seconds of work for each second of sound that the first window is thought to take.
const FIRST_PACE: f64 = 0.1;

/// Seconds of a window that are thought done after `elapsed` seconds of work at `pace`: three
/// quarters in the time that it should take, and then on, ever more slowly, but never still.
fn through(elapsed: f64, pace: f64, seconds: f64) -> f64 {
    let expected = pace * seconds.max(1.0);
    seconds * (1.0 - (-1.4 * elapsed / expected).exp())
}

/// The decoders of one job.
pub(super) struct Lanes<'a> {
    model: &'a LoadedModel,
    ctx: &'a Context,
    options: Arc<SpeechOptions>,
    prompt: Arc<[WhisperTokenId]>,
    decoders: Vec<Decoder>,
    /// What each decoder is at.
    work: Vec<Option<Work>>,
    answers: (Sender<Answer>, Receiver<Answer>),
    /// Seconds of work for each second of sound, of the windows so far.
    pace: Option<f64>,
}

/// A window that is being decoded.
struct Work {
    begun: Instant,
    seconds: f64,
}

impl<'a> Lanes<'a> {
    /// No decoder yet: buffers are made when there is speech.
    pub(super) fn new(model: &'a LoadedModel, options: &SpeechOptions, ctx: &'a Context) -> Self {
        Self {
            model,
            ctx,
            options: Arc::new(options.clone()),
            prompt: prompt(model, options),
            decoders: Vec::new(),
            work: Vec::new(),
            answers: unbounded(),
            pace: None,
        }
    }

    /// Windows that may be decoded at once now: the job's share of the threads, as far as the
    /// buffers go: each has some 100 MB for `base` and more for larger models.
    pub(super) fn most(&self) -> usize {
        let buffers = match self.model.facts.shape.audio_state {
            ..=512 => 4,
            513..=768 => 2,
            769.. => 1,
        };
        self.ctx.threads.share().min(buffers).max(1)
    }

    /// Windows that are being decoded.
    pub(super) fn busy(&self) -> usize {
        self.work.iter().flatten().count()
    }

    /// Begins to decode a window in `language`, and to tell which one it is where `detect` asks for
    /// it. There must be room for one more.
    pub(super) fn begin(
        &mut self,
        ticket: usize,
        samples: &[f32],
        language: &str,
        detect: bool,
    ) -> Result<()> {
        let lane = match self.work.iter().position(Option::is_none) {
            Some(lane) => lane,
            None => self.grow()?,
        };
        let threads = (self.ctx.threads.share() / self.most()).max(1);
        self.work[lane] =
            Some(Work { begun: Instant::now(), seconds: samples.len() as f64 / super::RATE as f64 });
        self.decoders[lane].begin(Request {
            ticket,
            samples: samples.to_vec(),
            language: language.to_owned(),
            detect,
            options: Arc::clone(&self.options),
            prompt: Arc::clone(&self.prompt),
            lease: self.ctx.threads.lease_at_most(threads),
            cancelled: Arc::clone(self.ctx.cancel.flag()),
        })
    }

    fn grow(&mut self) -> Result<usize> {
        let lane = self.decoders.len();
        self.decoders.push(Decoder::new(self.model, lane, self.answers.0.clone())?);
        self.work.push(None);
        Ok(lane)
    }

    /// What was heard in a window that is done; `None` where none is for a while.
    ///
    /// # Errors
    /// `Cancelled` soon after the context's flag is raised; `Internal` where whisper.cpp fails.
    pub(super) fn wait(&mut self) -> Result<Option<(usize, Heard)>> {
        self.ctx.cancel.check()?;
        let answer = match self.answers.1.recv_timeout(POLL) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Err(failed("its threads ended")),
        };
        self.ctx.cancel.check()?;
        if let Some(work) = self.work[answer.lane].take() {
            let pace = work.begun.elapsed().as_secs_f64() / work.seconds.max(1.0);
            self.pace = Some(self.pace.map_or(pace, |before| 0.5 * (before + pace)));
        }
        Ok(Some((answer.ticket, answer.heard?)))
    }

    /// Seconds of sound that the windows in work are about through with, by the pace so far.
    pub(super) fn underway(&self) -> f64 {
        let pace = self.pace.unwrap_or(FIRST_PACE);
        self.work
            .iter()
            .flatten()
            .map(|work| through(work.begun.elapsed().as_secs_f64(), pace, work.seconds))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_in_work_moves_on_however_long_it_takes_and_is_never_done() {
        let at = |elapsed: f64| through(elapsed, 0.1, 20.0);
        assert!((14.0..16.0).contains(&at(2.0)), "{}", at(2.0));
        let steps: Vec<f64> = (0..20).map(|second| at(f64::from(second))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]) && steps[19] < 20.0);
    }
}
