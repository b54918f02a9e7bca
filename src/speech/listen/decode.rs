//! One window of sound through whisper.cpp.

use std::ffi::{c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use whisper_rs::{FullParams, SamplingStrategy, WhisperState};

use super::super::model::LoadedModel;
use super::vad::RATE;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

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

/// A decoder's private state over a shared model.
pub(crate) struct Decoder<'a> {
    model: &'a LoadedModel,
    state: WhisperState,
}

/// Asked by ggml between its steps. One atomic load: it runs on ggml's threads.
unsafe extern "C" fn stop_asked(flag: *mut c_void) -> bool {
    // SAFETY: `flag` points at the `AtomicBool` of the `Arc` that `Decoder::hear` holds through
    // the call.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Internal, format!("whisper.cpp failed: {error}"))
}

impl<'a> Decoder<'a> {
    /// A decoder's buffers, some 100 MB for `base`.
    pub(crate) fn new(model: &'a LoadedModel) -> Result<Self> {
        let state = model.context.create_state().map_err(failed)?;
        Ok(Self { model, state })
    }

    /// Decodes at most 30 s of sound.
    ///
    /// # Errors
    /// `Cancelled` soon after the context's flag is raised; `Internal` where whisper.cpp fails.
    pub(crate) fn hear(&mut self, samples: &[f32], language: &str, ctx: &Context) -> Result<Vec<Piece>> {
        ctx.cancel.check()?;
        let lease = ctx.threads.lease();
        let flag = Arc::clone(ctx.cancel.flag());
        let mut params = parameters(language, lease.threads());
        // SAFETY: the callback only loads the flag, and `flag` outlives `full` below.
        unsafe {
            params.set_abort_callback(Some(stop_asked));
            params.set_abort_callback_user_data(Arc::as_ptr(&flag).cast_mut().cast());
        }
        let mut padded = Vec::new();
        let samples = if samples.len() < SHORTEST {
            padded.extend_from_slice(samples);
            padded.resize(SHORTEST, 0.0);
            &padded[..]
        } else {
            samples
        };
        let outcome = self.state.full(params, samples);
        drop(flag);
        ctx.cancel.check()?;
        outcome.map_err(failed)?;
        self.pieces()
    }

    /// The language of the window that was heard last, and how sure that is: whisper.cpp's own
    /// detection would encode the sound once more and could not be cancelled.
    pub(crate) fn language(&mut self, ctx: &Context) -> Result<(String, f64)> {
        let context = &self.model.context;
        let lease = ctx.threads.lease();
        self.state.decode(&[context.token_sot()], 0, lease.threads()).map_err(failed)?;
        let logits = self.state.get_logits().map_err(failed)?;
        let count = self.model.facts.shape.languages() as c_int;
        let score = |id: c_int| logits.get(context.token_lang(id) as usize).copied().unwrap_or(f32::MIN);
        let best = (0..count).max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(0);
        let sum: f64 = (0..count).map(|id| f64::from(score(id) - score(best)).exp()).sum();
        let code = whisper_rs::get_lang_str(best).unwrap_or("en");
        Ok((code.to_owned(), 1.0 / sum))
    }

    fn pieces(&self) -> Result<Vec<Piece>> {
        let context = &self.model.context;
        let (first_mark, end_of_text) = (context.token_beg(), context.token_eot());
        let mut pieces = Vec::new();
        for segment in self.state.as_iter() {
            for index in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(index) else { continue };
                let id = token.token_id();
                if id >= first_mark {
                    pieces.push(Piece::Mark(f64::from(id - first_mark) * 0.02));
                } else if id < end_of_text {
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
