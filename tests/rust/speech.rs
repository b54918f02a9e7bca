//! Speech against LibriVox sentences with reference text (Debian's `pocketsphinx-testdata`), with
//! the models that `make models` installs. `YTCLIPPER_TEST_MODEL` names another model or ggml file.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use ytclipper::context::{Context, ProgressSink, ThreadBudget};
use ytclipper::models::ModelStore;
use ytclipper::outcome::{Stage, Transcript};
use ytclipper::picture::{AudioStream, AudioView};
use ytclipper::spec::{InstallModelSpec, Quantization, SpeechOptions};
use ytclipper::speech::{LoadedModel, ModelCache, Wish, install, transcribe};
use ytclipper::{ErrorKind, Result};

const RATE: usize = 16_000;
const LIBRIVOX: &str = "/usr/share/pocketsphinx/test/data/librivox";

/// Sound in memory, given in runs of an odd length.
struct Sound {
    samples: Vec<f32>,
    position: usize,
}

impl Sound {
    fn new(samples: Vec<f32>) -> Self {
        Self { samples, position: 0 }
    }
}

impl AudioStream for Sound {
    fn next_run(&mut self) -> Result<Option<AudioView<'_>>> {
        let from = self.position;
        self.position = (from + 1013).min(self.samples.len());
        let samples = &self.samples[from..self.position];
        Ok((!samples.is_empty()).then_some(AudioView { samples, rate: 16_000, position: from as u64 }))
    }

    fn duration(&self) -> Option<f64> {
        Some(self.samples.len() as f64 / RATE as f64)
    }
}

fn checkout() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where `make models` installs.
fn store() -> ModelStore {
    ModelStore::new(ModelStore::default_dir())
}

fn cache() -> &'static ModelCache {
    static CACHE: OnceLock<ModelCache> = OnceLock::new();
    CACHE.get_or_init(|| ModelCache::new(store()))
}

fn model(name: &str) -> Arc<LoadedModel> {
    cache().get(name).unwrap_or_else(|error| panic!("{error} (in this checkout: `make models`)"))
}

fn main_model() -> Arc<LoadedModel> {
    model(&std::env::var("YTCLIPPER_TEST_MODEL").unwrap_or_else(|_| "base".to_owned()))
}

fn on_two_threads() -> Context {
    Context { threads: ThreadBudget::new(2), ..Context::detached() }
}

/// Held by a test that decodes: ggml's threads spin while they wait for each other, so that more
/// of them than cores slow each other down many times over.
fn alone() -> MutexGuard<'static, ()> {
    static GATE: Mutex<()> = Mutex::new(());
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn heard(model: &LoadedModel, samples: Vec<f32>) -> Transcript {
    transcribe(model, &mut Sound::new(samples), Wish::default(), &on_two_threads()).unwrap()
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * RATE as f64) as usize]
}

fn wav(path: &Path) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| {
        panic!("{}: {error}; install Debian's pocketsphinx-testdata", path.display())
    });
    assert_eq!((&bytes[..4], &bytes[36..40]), (&b"RIFF"[..], &b"data"[..]), "{}", path.display());
    bytes[44..].chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0).collect()
}

/// The sentences: sound and reference.
fn sentences() -> Vec<(Vec<f32>, String)> {
    let text = std::fs::read_to_string(Path::new(LIBRIVOX).join("transcription")).unwrap();
    text.lines()
        .map(|line| {
            let (words, name) = line.rsplit_once('(').unwrap();
            let words = words.replace("<s>", "").replace("</s>", "");
            let path = Path::new(LIBRIVOX).join(format!("{}.wav", name.trim_end_matches(')')));
            (wav(&path), words)
        })
        .collect()
}

/// The sentences one after the other with half-second pauses, `rounds` times.
fn reading(rounds: usize) -> (Vec<f32>, String) {
    let sentences = sentences();
    let mut sound = Vec::new();
    let mut reference = String::new();
    for (samples, words) in (0..rounds).flat_map(|_| &sentences) {
        sound.extend(samples);
        sound.extend(silence(0.5));
        reference += words;
    }
    (sound, reference)
}

fn plain(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace("mr.", "mister")
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Word errors (replaced, left out, put in) as a share of the reference's words.
fn word_error_rate(reference: &str, heard: &str) -> f64 {
    let (reference, heard) = (plain(reference), plain(heard));
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, expected) in reference.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, word) in heard.iter().enumerate() {
            let best = (diagonal + usize::from(word != expected)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[heard.len()] as f64 / reference.len() as f64
}

fn assert_times_are_sane(transcript: &Transcript) {
    let words: Vec<_> = transcript.words().collect();
    for word in &words {
        assert!(word.start >= 0.0 && word.end > word.start && word.end <= transcript.duration, "{word:?}");
        assert!(word.end - word.start < 1.6, "no word of these is that long: {word:?}");
    }
    for pair in words.windows(2) {
        assert!(pair[1].start >= pair[0].end - 1e-6, "{pair:?} overlap");
    }
    for (id, segment) in transcript.segments.iter().enumerate() {
        assert_eq!(segment.id, id);
        assert_eq!(segment.text, segment.text.trim());
        let (first, last) = (segment.words.first().unwrap(), segment.words.last().unwrap());
        assert_eq!((segment.start, segment.end), (first.start, last.end));
    }
}

#[test]
fn the_librivox_sentences_are_understood() {
    let _alone = alone();
    let model = main_model();
    let (samples, reference) = reading(1);
    let transcript = heard(&model, samples);
    let rate = word_error_rate(&reference, &transcript.full_text);
    println!("{} {}: word error rate {:.2} %", model.name(), model.quantization(), rate * 100.0);
    assert!(rate <= 0.05, "{rate}: {}", transcript.full_text);
    assert_eq!(transcript.language, "en");
    assert!(transcript.language_probability > 0.5);
    assert_times_are_sane(&transcript);
}

#[test]
fn two_minutes_are_cut_into_windows_without_loss() {
    let _alone = alone();
    let model = main_model();
    let (samples, reference) = reading(4);
    let seconds = samples.len() as f64 / RATE as f64;
    let begun = Instant::now();
    let transcript = heard(&model, samples);
    let spent = begun.elapsed().as_secs_f64();
    let rate = word_error_rate(&reference, &transcript.full_text);
    println!(
        "{} {}: {seconds:.1} s of speech in {spent:.1} s on 2 threads, word error rate {:.2} %",
        model.name(),
        model.quantization(),
        rate * 100.0
    );
    assert!(rate <= 0.05, "{rate}: {}", transcript.full_text);
    assert_times_are_sane(&transcript);
}

#[test]
fn an_english_model_is_fixed_to_english() {
    let _alone = alone();
    let model = model("tiny.en");
    let (samples, reference) = reading(1);
    let transcript = heard(&model, samples);
    let rate = word_error_rate(&reference, &transcript.full_text);
    println!("{} {}: word error rate {:.2} %", model.name(), model.quantization(), rate * 100.0);
    assert!(rate <= 0.12, "{rate}: {}", transcript.full_text);
    assert_eq!((transcript.language.as_str(), transcript.language_probability), ("en", 1.0));
    let translated = SpeechOptions { translate: true, ..SpeechOptions::default() };
    for wish in
        [Wish { language: Some("de"), ..Wish::default() }, Wish { options: &translated, ..Wish::default() }]
    {
        let asked = transcribe(&model, &mut Sound::new(silence(1.0)), wish, &on_two_threads());
        assert_eq!(asked.unwrap_err().kind(), ErrorKind::InvalidSpec);
    }
}

#[test]
fn what_is_heard_does_not_depend_on_the_threads() {
    let _alone = alone();
    let model = model("tiny.en");
    let (samples, _) = reading(3);
    let by = |threads: usize| {
        let ctx = Context { threads: ThreadBudget::new(threads), ..Context::detached() };
        transcribe(&model, &mut Sound::new(samples.clone()), Wish::default(), &ctx).unwrap()
    };
    let alone = by(1);
    assert!(alone.segments.len() > 10);
    assert_eq!(alone, by(3));
}

#[test]
fn a_beam_and_terms_are_heeded() {
    let _alone = alone();
    let model = model("tiny.en");
    let (samples, reference) = reading(1);
    let with = |options: SpeechOptions| {
        let wish = Wish { language: None, options: &options };
        transcribe(&model, &mut Sound::new(samples.clone()), wish, &on_two_threads()).unwrap().full_text
    };
    let beam = with(SpeechOptions { beam_size: 5, ..SpeechOptions::default() });
    assert!(word_error_rate(&reference, &beam) <= 0.12, "{beam}");
    let plain = with(SpeechOptions::default());
    let spelt = SpeechOptions { vocabulary: vec!["Dashwoode".into()], ..SpeechOptions::default() };
    let spelt = with(spelt);
    println!("{plain}\n{spelt}");
    assert!(plain.contains("Dashwood") && !plain.contains("Dashwoode"), "{plain}");
    assert!(spelt.contains("Dashwoode"), "{spelt}");
}

#[test]
fn ungated_sound_is_decoded_whole() {
    let _alone = alone();
    let model = model("tiny.en");
    let (samples, reference) = reading(1);
    let options = SpeechOptions { voice_activity: false, ..SpeechOptions::default() };
    let wish = Wish { language: None, options: &options };
    let heard = transcribe(&model, &mut Sound::new(samples), wish, &on_two_threads()).unwrap();
    assert!(word_error_rate(&reference, &heard.full_text) <= 0.15, "{}", heard.full_text);
}

#[test]
fn words_stand_where_they_are_spoken() {
    let _alone = alone();
    let model = main_model();
    let (sentence, _) = sentences().swap_remove(1);
    // "He" begins 0.27 s into the sentence, "man" ends 2.75 s into it.
    for before in [0.0, 7.3, 41.9] {
        let samples = [silence(before), sentence.clone(), silence(3.0)].concat();
        let transcript = heard(&model, samples);
        let words: Vec<_> = transcript.words().collect();
        assert_eq!(plain(&words[0].word), ["he"], "{}", transcript.full_text);
        assert!((words[0].start - before - 0.27).abs() < 0.15, "{:?} after {before}", words[0]);
        let last = words.last().unwrap();
        assert!((last.end - before - 2.75).abs() < 0.25, "{last:?} after {before}");
    }
}

#[test]
fn progress_grows_to_the_end_and_tells_the_time() {
    let _alone = alone();
    let model = model("tiny.en");
    let (samples, _) = reading(1);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let sink =
        ProgressSink::new(Stage::Transcribing, Arc::new(move |report| keep.lock().unwrap().push(report)));
    let ctx = Context { progress: sink, ..on_two_threads() };
    let transcript = transcribe(&model, &mut Sound::new(samples), Wish::default(), &ctx).unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen.is_sorted_by(|a, b| a.fraction <= b.fraction));
    let told: Vec<_> = seen.iter().flat_map(|report| report.segments.clone()).collect();
    assert_eq!(told, transcript.segments, "each segment once, in order");
    let last = seen.last().unwrap();
    assert_eq!((last.fraction, last.message.as_str()), (1.0, "Transcribing 0:27 of 0:27"));
}

#[test]
fn silence_tones_noise_and_music_have_no_words() {
    let _alone = alone();
    let model = main_model();
    let count = 35 * RATE;
    let mut state = 1_u32;
    let noise: Vec<f32> = (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect();
    let tone = |hz: f32| -> Vec<f32> {
        (0..count).map(|at| 0.4 * (at as f32 / RATE as f32 * hz * std::f32::consts::TAU).sin()).collect()
    };
    // Chords that change twice a second, with a beat.
    let music: Vec<f32> = (0..count)
        .map(|at| {
            let time = at as f32 / RATE as f32;
            let root = [220.0, 293.7, 246.9, 329.6][(time * 2.0) as usize % 4];
            let chord: f32 = [1.0, 1.26, 1.5, 2.0]
                .iter()
                .map(|part| (time * root * part * std::f32::consts::TAU).sin())
                .sum();
            let beat = (-30.0 * (time * 2.0).fract()).exp() * noise[at];
            0.12 * chord * (1.0 - 0.6 * (time * 2.0).fract()) + 0.4 * beat
        })
        .collect();
    let quiet_noise = noise.iter().map(|sample| sample * 0.01).collect();
    for (name, samples) in [
        ("nothing", Vec::new()),
        ("silence", silence(35.0)),
        ("tone", tone(440.0)),
        ("hum", tone(50.0)),
        ("quiet noise", quiet_noise),
        ("noise", noise),
        ("music", music),
    ] {
        let transcript = heard(&model, samples);
        assert!(transcript.segments.is_empty(), "{name}: {}", transcript.full_text);
        assert_eq!(transcript.full_text, "");
    }
}

#[test]
fn a_decode_is_cancelled_at_once() {
    let _alone = alone();
    let model = main_model();
    let (samples, _) = reading(1);
    let ctx = on_two_threads();
    let (cancel, threads) = (ctx.cancel.clone(), Arc::clone(&ctx.threads));
    let worker =
        std::thread::spawn(move || transcribe(&model, &mut Sound::new(samples), Wish::default(), &ctx));
    while threads.leased() == 0 {
        assert!(!worker.is_finished(), "the decode never began");
        std::thread::yield_now();
    }
    let asked = Instant::now();
    cancel.cancel();
    let outcome = worker.join().unwrap();
    let spent = asked.elapsed();
    println!("cancelled after {spent:?}");
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(spent < Duration::from_secs(1));
    // whisper.cpp ends the graph that it has begun, and its threads are lent out till then.
    while threads.leased() > 0 {
        assert!(asked.elapsed() < Duration::from_mins(1), "the threads never came back");
        std::thread::yield_now();
    }
}

#[test]
fn two_jobs_share_one_model() {
    let cache = ModelCache::new(store());
    let loaded = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..3).map(|_| scope.spawn(|| cache.get("tiny.en"))).collect();
        jobs.into_iter().map(|job| job.join().unwrap().expect("`make models`")).collect::<Vec<_>>()
    });
    assert!(loaded.iter().all(|model| Arc::ptr_eq(model, &loaded[0])));
}

#[test]
fn the_import_of_base_has_the_published_size() {
    let source = checkout().join("models").join("ct2-base");
    assert!(source.is_dir(), "{} is missing: `make models`", source.display());
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::new(folder.path().to_owned());
    let spec =
        |quantization| InstallModelSpec { name: "base".into(), from: Some(source.clone()), quantization };
    let ctx = Context::detached();
    assert_eq!(install(&store, &spec(Quantization::F16), &ctx).unwrap().size_bytes, 147_951_465);
    assert_eq!(install(&store, &spec(Quantization::Q8_0), &ctx).unwrap().size_bytes, 81_768_585);
}
