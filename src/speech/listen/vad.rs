//! Where in a stretch of sound somebody speaks.

use std::ops::Range;

use earshot::Detector;

/// Samples a second of all sound in this room, in Hz.
pub(crate) const RATE: usize = 16_000;

/// Samples of a frame (16 ms): the detector takes no other length.
pub(crate) const FRAME: usize = 256;

/// Seconds of a frame.
pub(crate) const FRAME_SECONDS: f64 = FRAME as f64 / RATE as f64;

/// From here on a frame is taken for speech. At the level that [`gain`] brings sound to, tones and
/// noise stay below it for all but single frames, and speech is above for most of a word.
const VOICED: f32 = 0.5;
/// Speech reaches this for some frames of a word; noise and tones never do.
const CERTAIN: f32 = 0.7;
/// Frames that must be certain before a run counts as speech.
const CERTAIN_FRAMES: usize = 3;
/// Runs closer than this are one: 0.3 s.
const JOIN: usize = 19;
/// Around a run, consonants that the detector misses: 0.2 s.
pub(crate) const PAD: usize = 13;

/// Root mean square that the loud part of the sound is brought to before it is judged.
const TARGET_LEVEL: f32 = 0.1;
/// Most that quiet sound is amplified: 26 dB. What is still quieter is silence.
const MOST_GAIN: f32 = 20.0;

/// What is known of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    /// How likely somebody speaks, 0 to 1.
    pub voice: f32,
    /// Level in dB below full scale, −100 at least.
    pub level: f32,
}

/// The frames of a stretch of sound; a rest shorter than a frame is left out.
pub(crate) fn frames(samples: &[f32]) -> Vec<Frame> {
    let levels: Vec<f32> = samples.chunks_exact(FRAME).map(root_mean_square).collect();
    let gain = gain(&levels);
    let mut detector = Detector::default();
    let mut scaled = [0.0; FRAME];
    samples
        .chunks_exact(FRAME)
        .zip(&levels)
        .map(|(frame, level)| {
            for (to, from) in scaled.iter_mut().zip(frame) {
                *to = (from * gain).clamp(-1.0, 1.0);
            }
            Frame { voice: detector.predict_f32(&scaled), level: decibel(*level) }
        })
        .collect()
}

fn root_mean_square(frame: &[f32]) -> f32 {
    (frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32).sqrt()
}

fn decibel(level: f32) -> f32 {
    (20.0 * level.max(1e-5).log10()).max(-100.0)
}

/// Brings the loud frames (the twentieth from above) to the level that the detector knows best.
fn gain(levels: &[f32]) -> f32 {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let loud = sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0);
    (TARGET_LEVEL / loud.max(1e-6)).clamp(0.05, MOST_GAIN)
}

/// The runs of speech, padded and joined, as frame numbers.
pub(crate) fn speech(frames: &[Frame]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    for run in frames.chunk_by(|a, b| (a.voice >= VOICED) == (b.voice >= VOICED)) {
        let place = begin..begin + run.len();
        begin = place.end;
        if run[0].voice < VOICED {
            continue;
        }
        match runs.last_mut() {
            Some(last) if place.start - last.end <= JOIN => last.end = place.end,
            _ => runs.push(place),
        }
    }
    runs.retain(|run| {
        frames[run.clone()].iter().filter(|frame| frame.voice >= CERTAIN).count() >= CERTAIN_FRAMES
    });
    padded(runs, frames.len())
}

fn padded(runs: Vec<Range<usize>>, length: usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for run in runs {
        let run = run.start.saturating_sub(PAD)..(run.end + PAD).min(length);
        match joined.last_mut() {
            Some(last) if run.start <= last.end => last.end = run.end,
            _ => joined.push(run),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(count: usize, sample: impl Fn(usize) -> f32) -> Vec<Range<usize>> {
        let samples: Vec<f32> = (0..count).map(sample).collect();
        speech(&frames(&samples))
    }

    fn noise(index: usize) -> f32 {
        let mut bits = (index as u32).wrapping_mul(2_654_435_761);
        bits ^= bits >> 15;
        bits = bits.wrapping_mul(2_246_822_519);
        bits ^= bits >> 13;
        bits as f32 / u32::MAX as f32 * 2.0 - 1.0
    }

    #[test]
    fn silence_tones_and_noise_are_not_speech_at_any_level() {
        for level in [1.0, 0.1, 0.01, 0.001] {
            assert!(made(10 * RATE, |_| 0.0).is_empty());
            for hz in [110.0, 440.0, 1000.0] {
                let tone = |index: usize| level * (index as f32 * hz * 6.283_185_5 / 16_000.0).sin();
                assert!(made(10 * RATE, tone).is_empty(), "{hz} Hz at {level}");
            }
            assert!(made(10 * RATE, |index| level * noise(index)).is_empty(), "noise at {level}");
        }
    }

    fn scores(voices: &[(usize, f32)]) -> Vec<Frame> {
        voices
            .iter()
            .flat_map(|(count, voice)| std::iter::repeat_n(Frame { voice: *voice, level: -20.0 }, *count))
            .collect()
    }

    #[test]
    fn a_short_pause_does_not_part_speech_and_a_long_one_does() {
        let frames = scores(&[(50, 0.1), (20, 0.9), (10, 0.2), (20, 0.9), (60, 0.1), (20, 0.9), (50, 0.1)]);
        assert_eq!(speech(&frames), [50 - PAD..100 + PAD, 160 - PAD..180 + PAD]);
    }

    #[test]
    fn a_click_is_no_speech() {
        assert!(speech(&scores(&[(50, 0.1), (2, 0.9), (50, 0.1)])).is_empty());
        assert!(speech(&scores(&[(50, 0.1), (30, 0.6), (50, 0.1)])).is_empty());
    }

    #[test]
    fn padding_stays_within_the_sound() {
        assert_eq!(speech(&scores(&[(5, 0.9), (5, 0.1)])), [0..10]);
    }
}
