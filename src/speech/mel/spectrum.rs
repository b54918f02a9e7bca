//! The log-mel spectrogram as whisper was trained on it (openai/whisper, `audio.py`): transforms of
//! 400 samples under a Hann window, one every 160, their powers in mel bands, the logarithm of that,
//! at most 8 below the loudest, moved to about -1 to 1. whisper.cpp computes the same with a transform
//! that takes ten times as long.

use std::f32::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::bank::{BINS, filter_bank};

/// Samples of a transform, and from one to the next, at 16 kHz.
const TRANSFORM: usize = 400;
const STEP: usize = 160;
/// Frames that the model hears at once: 30 s.
const FRAMES: usize = 3000;
/// Values of a band: whisper.cpp may look again from somewhere in the sound, and finds silence then.
pub(in crate::speech) const COLUMNS: usize = 2 * FRAMES;
/// Power that counts as none.
const NOTHING: f32 = 1e-10;
/// What is left below the loudest, in powers of ten.
const DEPTH: f32 = 8.0;

/// Frames of so many samples (more than 200), as whisper.cpp counts them.
pub(in crate::speech) fn frames(samples: usize) -> usize {
    1 + (samples - TRANSFORM / 2) / STEP
}

/// A band's weights, from its first bin on.
struct Band {
    first: usize,
    weights: Vec<f32>,
}

/// Makes spectrograms, with its buffers.
pub(in crate::speech) struct Spectrum {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bands: Vec<Band>,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    powers: Vec<f32>,
}

impl Spectrum {
    /// Of so many bands.
    pub(in crate::speech) fn new(bands: usize) -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(TRANSFORM);
        let turn = |sample: usize| (TAU * sample as f32 / TRANSFORM as f32).cos();
        Self {
            window: (0..TRANSFORM).map(|sample| 0.5 - 0.5 * turn(sample)).collect(),
            bands: filter_bank(bands).chunks_exact(BINS).map(Band::of).collect(),
            windowed: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            powers: vec![0.0; BINS],
            transform,
        }
    }

    /// The spectrogram of at most 30 s of sound at 16 kHz, more than 200 samples: for each band in
    /// turn `COLUMNS` values, silence beyond the sound.
    pub(in crate::speech) fn of(&mut self, samples: &[f32]) -> Vec<f32> {
        let padded = padded(samples);
        let mut values = vec![NOTHING.log10(); self.bands.len() * COLUMNS];
        for (frame, piece) in padded.windows(TRANSFORM).step_by(STEP).take(FRAMES).enumerate() {
            self.measure(piece);
            for (band, row) in self.bands.iter().zip(values.chunks_exact_mut(COLUMNS)) {
                row[frame] = band.power(&self.powers).max(NOTHING).log10();
            }
        }
        let floor = values.iter().copied().fold(f32::MIN, f32::max) - DEPTH;
        for value in &mut values {
            *value = (value.max(floor) + 4.0) / 4.0;
        }
        values
    }

    /// The powers of a piece's bins.
    fn measure(&mut self, piece: &[f32]) {
        for ((out, sample), weight) in self.windowed.iter_mut().zip(piece).zip(&self.window) {
            *out = sample * weight;
        }
        let done = self.transform.process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers are the transform's own");
        for (power, bin) in self.powers.iter_mut().zip(&self.bins) {
            *power = bin.norm_sqr();
        }
    }
}

impl Band {
    fn of(weights: &[f32]) -> Self {
        let heard = |weight: &f32| *weight > 0.0;
        let first = weights.iter().position(heard).unwrap_or(0);
        let end = weights.iter().rposition(heard).map_or(first, |last| last + 1);
        Self { first, weights: weights[first..end].to_vec() }
    }

    fn power(&self, powers: &[f32]) -> f32 {
        self.weights.iter().zip(&powers[self.first..]).map(|(weight, power)| weight * power).sum()
    }
}

/// The sound with half a transform before it, mirrored, and a whole one of silence behind it.
fn padded(samples: &[f32]) -> Vec<f32> {
    let mut padded = Vec::with_capacity(samples.len() + 3 * TRANSFORM / 2);
    padded.extend(samples[1..=TRANSFORM / 2].iter().rev());
    padded.extend(samples);
    padded.resize(samples.len() + 3 * TRANSFORM / 2, 0.0);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A band's value of a frame before it is moved, by the transform's definition.
    fn exact(samples: &[f32], bank: &[f32], frame: usize) -> f64 {
        let begin = (frame * STEP) as i64 - TRANSFORM as i64 / 2;
        let sample = |at: i64| f64::from(samples.get(at.unsigned_abs() as usize).copied().unwrap_or(0.0));
        let mut power = 0.0;
        for (bin, weight) in bank.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for at in 0..TRANSFORM {
                let turn = std::f64::consts::TAU * at as f64 / TRANSFORM as f64;
                let value = sample(begin + at as i64) * (0.5 - 0.5 * turn.cos());
                real += value * (turn * bin as f64).cos();
                imaginary -= value * (turn * bin as f64).sin();
            }
            power += (real * real + imaginary * imaginary) * f64::from(*weight);
        }
        power.max(1e-10).log10()
    }

    #[test]
    fn values_are_those_of_the_definition() {
        for bands in [80, 128] {
            let samples: Vec<f32> = (0..8000)
                .map(|at| (at as f32 * 0.1).sin() * 0.3 + ((at * at % 1009) as f32 / 1009.0 - 0.5) * 0.1)
                .collect();
            let bank = filter_bank(bands);
            let values = Spectrum::new(bands).of(&samples);
            let frames = [0, 1, 2, 7, 30, 48, 49, 50, 51, 60];
            let all = |frame| (0..bands).map(move |band| (band, frame));
            let exact_at = |band: usize, frame| exact(&samples, &bank[band * BINS..][..BINS], frame);
            let loudest = (0..=51).flat_map(all).map(|(band, frame)| exact_at(band, frame));
            let floor = loudest.fold(f64::MIN, f64::max) - 8.0;
            for (band, frame) in frames.into_iter().flat_map(all) {
                let meant = (exact_at(band, frame).max(floor) + 4.0) / 4.0;
                let value = f64::from(values[band * COLUMNS + frame]);
                assert!(
                    (value - meant).abs() < 1e-3,
                    "band {band} of {bands}, frame {frame}: {value} {meant}"
                );
            }
        }
    }

    #[test]
    fn silence_is_one_value_and_thirty_seconds_fill_it() {
        let mut spectrum = Spectrum::new(80);
        let silence = spectrum.of(&vec![0.0; 16_000]);
        assert_eq!(silence.len(), 80 * COLUMNS);
        assert!(silence.iter().all(|value| *value == silence[0]));
        let tone: Vec<f32> = (0..480_000).map(|at| (at as f32 * 0.2).sin()).collect();
        let values = spectrum.of(&tone);
        let loudest =
            |frame: usize| (0..80).map(|band| values[band * COLUMNS + frame]).fold(f32::MIN, f32::max);
        assert!((loudest(10) - loudest(FRAMES - 10)).abs() < 0.01);
    }
}
