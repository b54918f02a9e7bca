//! One window of sound through whisper.cpp.
//!
//! whisper.cpp asks whether to stop between its graphs only, and encoding a window is one graph of
//! a second and more. So it works on a thread of its own: a cancelled job leaves at once, and the
//! thread, with its share of the budget, follows as soon as the graph is done.

use std::ffi::{c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use whisper_rs::{FullParams, SamplingStrategy, WhisperState, WhisperTokenId};

use super::super::model::LoadedModel;
use super::vad::RATE;
use crate::context::{Context, ThreadLease};
use crate::error::{Error, ErrorKind, Result};

/// How often a waiting job looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(20);
/// whisper.cpp's own bar for a window that is silent and badly guessed at once.
const NO_SPEECH: f32 = 0.6;
/// Steps of temperature when a decode loops or guesses: 0, 0.4 and 0.8, so at most three decodes.
const TEMPERATURE_STEP: f32 = 0.4;
/// A shorter window is filled with silence: the alignment needs some positions.
const SHORTEST: usize = RATE;

/// What whisper.cpp heard, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// A token with text.
    Text {
        /// Its bytes, which need not be whole characters.
        bytes: Vec<u8>,
        /// How sure the model is, 0 to 1.
        probability: f32,
        /// Where the alignment ends it, in seconds of the window.
        end: Option<f64>,
    },
    /// The model's own mark of a segment's begin or end, in seconds of the window.
    Mark(f64),
}

/// What a window is decoded with.
struct Request {
    samples: Vec<f32>,
    language: String,
    detect: bool,
    threads: usize,
    /// Given back when the last window of a round is done, on whatever thread that is.
    lease: Arc<ThreadLease>,
    cancelled: Arc<AtomicBool>,
}

/// What was heard in a window.
pub(crate) struct Heard {
    /// Tokens and marks.
    pub pieces: Vec<Piece>,
    /// The language and how sure it is, where it was asked for.
    pub language: Option<(String, f64)>,
}

/// A decoder over a shared model, on a thread of its own.
pub(crate) struct Decoder {
    requests: Sender<Request>,
    answers: Receiver<Result<Heard>>,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Internal, format!("whisper.cpp failed: {error}"))
}

impl Decoder {
    /// Makes a decoder's buffers (some 100 MB for `base`) and its thread.
    pub(crate) fn new(model: &LoadedModel) -> Result<Self> {
        let mut worker = Worker::new(model)?;
        let (requests, inbox) = bounded::<Request>(1);
        let (outbox, answers) = bounded(1);
        let run = move || {
            for request in inbox {
                // Nobody listens after a cancel: the thread and its buffers end here.
                let heard = worker.hear(&request);
                drop(request);
                if outbox.send(heard).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("ytclipper-whisper".into())
            .spawn(run)
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        Ok(Self { requests, answers })
    }

    /// Begins to decode at most 30 s of sound on `threads` of the lease, and to tell its language
    /// where `detect` asks for it. [`Self::finish`] must follow.
    pub(crate) fn begin(
        &mut self,
        samples: &[f32],
        (language, detect): (&str, bool),
        (lease, threads): (&Arc<ThreadLease>, usize),
        ctx: &Context,
    ) -> Result<()> {
        let mut samples = samples.to_vec();
        samples.resize(samples.len().max(SHORTEST), 0.0);
        let request = Request {
            samples,
            language: language.to_owned(),
            detect,
            threads,
            lease: Arc::clone(lease),
            cancelled: Arc::clone(ctx.cancel.flag()),
        };
        self.requests.send(request).map_err(|_| failed("its thread ended"))
    }

    /// What was heard.
    ///
    /// # Errors
    /// `Cancelled` soon after the context's flag is raised, after which the decoder is of no more
    /// use; `Internal` where whisper.cpp fails.
    pub(crate) fn finish(&mut self, ctx: &Context) -> Result<Heard> {
        loop {
            ctx.cancel.check()?;
            match self.answers.recv_timeout(POLL) {
                Ok(answer) => {
                    ctx.cancel.check()?;
                    return answer;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread ended")),
            }
        }
    }
}

/// Asked by whisper.cpp between its graphs.
unsafe extern "C" fn stop_asked(flag: *mut c_void) -> bool {
    // SAFETY: `flag` points at the `AtomicBool` of the request's `Arc`, which `Worker::hear` holds
    // through the call.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}

/// The decoder's side on its thread. The state keeps the model's weights alive.
struct Worker {
    state: WhisperState,
    first_mark: WhisperTokenId,
    end_of_text: WhisperTokenId,
    start: WhisperTokenId,
    languages: Vec<WhisperTokenId>,
}

impl Worker {
    fn new(model: &LoadedModel) -> Result<Self> {
        let context = &model.context;
        let languages =
            (0..model.facts.shape.languages()).map(|id| context.token_lang(id as c_int)).collect();
        Ok(Self {
            state: context.create_state().map_err(failed)?,
            first_mark: context.token_beg(),
            end_of_text: context.token_eot(),
            start: context.token_sot(),
            languages,
        })
    }

    fn hear(&mut self, request: &Request) -> Result<Heard> {
        let threads = request.threads.min(request.lease.threads());
        let mut params = parameters(&request.language, threads);
        // SAFETY: the callback only loads the flag, and `request` holds it beyond `full` below.
        unsafe {
            params.set_abort_callback(Some(stop_asked));
            params.set_abort_callback_user_data(Arc::as_ptr(&request.cancelled).cast_mut().cast());
        }
        self.state.full(params, &request.samples).map_err(failed)?;
        let pieces = self.pieces()?;
        let language = request.detect.then(|| self.language(threads)).transpose()?;
        Ok(Heard { pieces, language })
    }

    /// The language of the window that was heard last: whisper.cpp's own detection would encode
    /// the sound once more.
    fn language(&mut self, threads: usize) -> Result<(String, f64)> {
        self.state.decode(&[self.start], 0, threads).map_err(failed)?;
        let logits = self.state.get_logits().map_err(failed)?;
        let score = |token: &WhisperTokenId| logits.get(*token as usize).copied().unwrap_or(f32::MIN);
        let scores: Vec<f32> = self.languages.iter().map(score).collect();
        let (best, top) = scores
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .ok_or_else(|| failed("the model has no languages"))?;
        let sum: f64 = scores.iter().map(|score| f64::from(score - top).exp()).sum();
        let code = whisper_rs::get_lang_str(best as i32).unwrap_or("en");
        Ok((code.to_owned(), 1.0 / sum))
    }

    fn pieces(&self) -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        for segment in self.state.as_iter() {
            for index in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(index) else { continue };
                let id = token.token_id();
                if id >= self.first_mark {
                    pieces.push(Piece::Mark(f64::from(id - self.first_mark) * 0.02));
                } else if id < self.end_of_text {
                    let data = token.token_data();
                    pieces.push(Piece::Text {
                        bytes: token.to_bytes().map_err(failed)?.to_vec(),
                        probability: data.p,
                        end: (data.t_dtw >= 0).then(|| data.t_dtw as f64 / 100.0),
                    });
                }
            }
        }
        Ok(pieces)
    }
}

fn parameters(language: &str, threads: usize) -> FullParams<'_, 'static> {
    let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    params.set_n_threads(threads as c_int);
    params.set_language(Some(language));
    params.set_translate(false);
    // Earlier text misleads more than it helps: loops carry over.
    params.set_no_context(true);
    params.set_n_max_text_ctx(0);
    // One pass over the window: it ends in a pause, and a second pass over its tail would encode
    // 30 s again to hear nothing.
    params.set_single_segment(true);
    params.set_suppress_blank(true);
    params.set_suppress_nst(true);
    params.set_temperature(0.0);
    params.set_temperature_inc(TEMPERATURE_STEP);
    params.set_no_speech_thold(NO_SPEECH);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_special(false);
    params.set_print_timestamps(false);
    params
}
