//! One window of sound through whisper.cpp.
//!
//! whisper.cpp asks whether to stop between its graphs only, and encoding a window is one graph of
//! a second and more. So it works on a thread of its own: a cancelled job leaves at once, and the
//! thread, with its share of the budget, follows as soon as the graph is done.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Sender, bounded};
use whisper_rs::whisper_rs_sys as ggml;
use whisper_rs::{FullParams, SamplingStrategy, WhisperState, WhisperTokenId};

use super::super::mel::{self, COLUMNS, Spectrum};
use super::super::model::LoadedModel;
use super::vad::RATE;
use crate::context::ThreadLease;
use crate::error::{Error, ErrorKind, Result};
use crate::spec::SpeechOptions;

/// No window is dropped for its chance of having no speech: whisper.cpp reads that chance where the
/// window before left it, and which window that was depends on the number of threads.
const NEVER_SILENT: f32 = 2.0;
/// Steps of temperature when a decode loops or guesses: 0, 0.4 and 0.8, so at most three decodes.
const TEMPERATURE_STEP: f32 = 0.4;
/// A shorter window is filled with silence: the alignment needs some positions.
const SHORTEST: usize = RATE;
/// The encoder's positions: all, in a second, beyond the end of a window, and the step in which
/// their number grows.
const ALL_POSITIONS: usize = 1500;
const POSITIONS_A_SECOND: usize = 50;
const AFTER_END: usize = 100;
const POSITION_STEP: usize = 64;
/// Milliseconds of a frame of the spectrum.
const FRAME_MS: usize = 10;
/// What whisper.cpp is given as sound: it makes a spectrum of it, which ours replaces.
const PLACEHOLDER: [f32; 480] = [0.0; 480];
/// Tokens of a prompt: half of the decoder's context, as whisper has it.
const MOST_PROMPT_TOKENS: usize = 223;
/// Tokens of a prompt before it is cut.
const MOST_TOKENIZED: usize = 16_384;

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
pub(super) struct Request {
    /// The number that the answer carries.
    pub ticket: usize,
    /// At most 30 s of sound.
    pub samples: Vec<f32>,
    /// Code of the language to write down.
    pub language: String,
    /// Whether to tell the language that is spoken.
    pub detect: bool,
    /// What else was asked for.
    pub options: Arc<SpeechOptions>,
    /// Tokens of what is said to have been said before.
    pub prompt: Arc<[WhisperTokenId]>,
    /// Given back when the window is done.
    pub lease: ThreadLease,
    /// Raised to stop.
    pub cancelled: Arc<AtomicBool>,
}

/// What became of a request.
pub(super) struct Answer {
    /// The request's number.
    pub ticket: usize,
    /// Which decoder it was.
    pub lane: usize,
    /// What was heard.
    pub heard: Result<Heard>,
}

/// What was heard in a window.
pub(crate) struct Heard {
    /// Tokens and marks.
    pub pieces: Vec<Piece>,
    /// The language and how sure it is, where it was asked for.
    pub language: Option<(String, f64)>,
}

/// A decoder over a shared model, on a thread of its own.
pub(super) struct Decoder(Sender<Request>);

/// An error of whisper.cpp.
pub(super) fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Internal, format!("whisper.cpp failed: {error}"))
}

impl Decoder {
    /// Makes a decoder's buffers (some 100 MB for `base`) and its thread, which answers as `lane`.
    pub(super) fn new(model: &LoadedModel, lane: usize, outbox: Sender<Answer>) -> Result<Self> {
        let mut worker = Worker::new(model)?;
        let (requests, inbox) = bounded::<Request>(1);
        let run = move || {
            for request in inbox {
                let ticket = request.ticket;
                let heard = guarded(|| bounded_by(request.lease.threads(), || worker.hear(&request)));
                drop(request);
                // Nobody listens after a cancel: the thread and its buffers end here.
                if outbox.send(Answer { ticket, lane, heard }).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("ytc-whisper".into())
            .spawn(run)
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        Ok(Self(requests))
    }

    /// Begins to decode; the answer comes through the outbox.
    pub(super) fn begin(&self, mut request: Request) -> Result<()> {
        request.samples.resize(request.samples.len().max(SHORTEST), 0.0);
        self.0.send(request).map_err(|_| failed("its thread ended"))
    }
}

/// What `hear` returns; its panic is an error, else nobody would answer.
fn guarded(hear: impl FnOnce() -> Result<Heard>) -> Result<Heard> {
    catch_unwind(AssertUnwindSafe(hear)).unwrap_or_else(|_| Err(Error::internal("a decoder panicked")))
}

/// Runs `work` with so many threads in all.
#[cfg(whisper_kernels)]
fn bounded_by<T>(threads: usize, work: impl FnOnce() -> T) -> T {
    super::super::kernels::with_threads(threads, work)
}

#[cfg(not(whisper_kernels))]
fn bounded_by<T>(_: usize, work: impl FnOnce() -> T) -> T {
    work()
}

/// Asked by whisper.cpp between its graphs.
unsafe extern "C" fn stop_asked(flag: *mut c_void) -> bool {
    // SAFETY: `flag` points at the `AtomicBool` of the request's `Arc`, which `Worker::hear` holds
    // through the call.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed)
}

/// A spectrum for whisper.cpp, and how many bands it has.
struct Handed<'a> {
    values: &'a [f32],
    bands: usize,
    /// Whether whisper.cpp would not have it.
    refused: Cell<bool>,
}

/// Called by whisper.cpp before it encodes: gives it the spectrum. False stops it.
unsafe extern "C" fn hand_over(
    context: *mut ggml::whisper_context,
    state: *mut ggml::whisper_state,
    handed: *mut c_void,
) -> bool {
    // SAFETY: `handed` is what `Worker::hear` lends through the call; whisper.cpp copies it.
    unsafe {
        let handed = &*handed.cast::<Handed>();
        let (frames, bands) = (COLUMNS as c_int, handed.bands as c_int);
        let values = handed.values.as_ptr();
        let taken = ggml::whisper_set_mel_with_state(context, state, values, frames, bands) == 0;
        handed.refused.set(!taken);
        taken
    }
}

/// The decoder's side on its thread. The state keeps the model's weights alive.
struct Worker {
    state: WhisperState,
    spectrum: Spectrum,
    bands: usize,
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
        let bands = model.facts.shape.mels as usize;
        Ok(Self {
            spectrum: Spectrum::new(bands),
            bands,
            state: context.create_state().map_err(failed)?,
            first_mark: context.token_beg(),
            end_of_text: context.token_eot(),
            start: context.token_sot(),
            languages,
        })
    }

    fn hear(&mut self, request: &Request) -> Result<Heard> {
        let threads = request.lease.threads();
        let mut params = parameters(&request.language, &request.options, threads);
        params.set_audio_ctx(positions(request.samples.len()));
        params.set_duration_ms((FRAME_MS * mel::frames(request.samples.len())) as c_int);
        if !request.prompt.is_empty() {
            params.set_n_max_text_ctx(MOST_PROMPT_TOKENS as c_int);
            params.set_tokens(&request.prompt);
        }
        let values = self.spectrum.of(&request.samples);
        let handed = Handed { values: &values, bands: self.bands, refused: Cell::new(false) };
        // SAFETY: the callbacks only read the flag and the spectrum, which live beyond `full` below.
        unsafe {
            params.set_start_encoder_callback(Some(hand_over));
            params.set_start_encoder_callback_user_data((&raw const handed).cast_mut().cast());
            params.set_abort_callback(Some(stop_asked));
            params.set_abort_callback_user_data(Arc::as_ptr(&request.cancelled).cast_mut().cast());
        }
        self.state.full(params, &PLACEHOLDER).map_err(failed)?;
        if handed.refused.get() {
            return Err(failed("it takes no spectrum of so many bands"));
        }
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

/// The tokens of a prompt and of terms that may be said: whisper goes on in the spelling of what it
/// believes to have written.
pub(super) fn prompt(model: &LoadedModel, options: &SpeechOptions) -> Arc<[WhisperTokenId]> {
    let terms = options.vocabulary.iter().map(|term| term.trim());
    // What stands there twice, in a whole sentence, is believed to be spelt so.
    let terms = terms.clone().chain(terms).collect::<Vec<_>>().join(", ");
    let terms = if terms.is_empty() { terms } else { terms + "." };
    let text = [options.initial_prompt.as_deref().unwrap_or_default().trim(), terms.as_str()].join(" ");
    if text.trim().is_empty() {
        return Arc::from([]);
    }
    let tokens = model.context.tokenize(text.trim(), MOST_TOKENIZED).unwrap_or_default();
    // The end of a prompt is nearest to what follows.
    Arc::from(&tokens[tokens.len().saturating_sub(MOST_PROMPT_TOKENS)..])
}

/// Positions of the encoder that a window of so many samples needs: 50 a second, and some beyond its
/// end, which the model takes for the silence that it learnt to end on. All of them where little
/// would be saved.
fn positions(samples: usize) -> c_int {
    let needed = samples.div_ceil(RATE / POSITIONS_A_SECOND) + AFTER_END;
    let padded = needed.next_multiple_of(POSITION_STEP);
    if padded >= ALL_POSITIONS { 0 } else { padded as c_int }
}

fn parameters<'a>(language: &'a str, options: &SpeechOptions, threads: usize) -> FullParams<'a, 'a> {
    let mut params = FullParams::new(match options.beam_size {
        0 | 1 => SamplingStrategy::Greedy { best_of: 1 },
        beam_size => SamplingStrategy::BeamSearch { beam_size: beam_size as c_int, patience: -1.0 },
    });
    params.set_n_threads(threads as c_int);
    params.set_language(Some(language));
    params.set_translate(options.translate);
    // Earlier text misleads more than it helps: loops carry over.
    params.set_no_context(true);
    params.set_n_max_text_ctx(0);
    // One pass over the window: it ends in a pause, and a second pass over its tail would encode
    // 30 s again to hear nothing.
    params.set_single_segment(true);
    params.set_suppress_blank(true);
    params.set_suppress_nst(true);
    params.set_temperature(options.temperature as f32);
    params.set_temperature_inc(TEMPERATURE_STEP);
    params.set_no_speech_thold(NEVER_SILENT);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_special(false);
    params.set_print_timestamps(false);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_positions_beyond_its_end_and_no_more_than_there_are() {
        for seconds in [1, 5, 12, 20, 29] {
            let positions = positions(seconds * RATE) as usize;
            let least = seconds * POSITIONS_A_SECOND + AFTER_END;
            assert!(positions == 0 || (least..least + POSITION_STEP).contains(&positions), "{seconds} s");
        }
        assert_eq!(positions(30 * RATE), 0);
    }

    #[test]
    fn a_decoder_that_panics_answers_with_an_error() {
        let error = guarded(|| panic!("planted")).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(guarded(|| Ok(Heard { pieces: Vec::new(), language: None })).is_ok());
    }
}
