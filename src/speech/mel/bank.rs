//! The mel filter bank that Whisper was trained with: Slaney's scale (linear below 1 kHz,
//! logarithmic above) with filters of equal area, as `librosa.filters.mel(sr=16000, n_fft=400)`.

const RATE: f64 = 16_000.0;
const TRANSFORM: f64 = 400.0;
/// Bins of the spectrum that a filter weighs: half of the transform and one.
pub(super) const BINS: usize = 201;

/// Hz a mel below the corner.
const LINEAR_STEP: f64 = 200.0 / 3.0;
/// Where the scale turns logarithmic, in Hz and in mel.
const CORNER_HZ: f64 = 1000.0;
const CORNER_MEL: f64 = 15.0;

/// Natural logarithm of the step above the corner: 27 steps to 6.4 times the frequency.
fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn to_mel(hz: f64) -> f64 {
    if hz < CORNER_HZ { hz / LINEAR_STEP } else { CORNER_MEL + (hz / CORNER_HZ).ln() / log_step() }
}

fn to_hz(mel: f64) -> f64 {
    if mel < CORNER_MEL { mel * LINEAR_STEP } else { CORNER_HZ * (log_step() * (mel - CORNER_MEL)).exp() }
}

/// `bands` rows of 201 weights.
pub(in crate::speech) fn filter_bank(bands: usize) -> Vec<f32> {
    let top = to_mel(RATE / 2.0);
    let edges: Vec<f64> =
        (0..bands + 2).map(|index| to_hz(top * index as f64 / (bands + 1) as f64)).collect();
    let mut weights = Vec::with_capacity(bands * BINS);
    for edge in edges.windows(3) {
        let (low, middle, high) = (edge[0], edge[1], edge[2]);
        let area = 2.0 / (high - low);
        weights.extend((0..BINS).map(|bin| {
            let hz = bin as f64 * RATE / TRANSFORM;
            let slope = ((hz - low) / (middle - low)).min((high - hz) / (high - middle));
            (slope.max(0.0) * area) as f32
        }));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_has_the_known_weights() {
        let bank = filter_bank(80);
        assert_eq!(bank.len(), 80 * 201);
        // First row of the bank that OpenAI ships: one bin of weight 0.02486259.
        assert_eq!(bank[0], 0.0);
        assert!((bank[1] - 0.024_862_593).abs() < 1e-7, "{}", bank[1]);
        assert!(bank[3..201].iter().all(|weight| *weight == 0.0));
    }

    #[test]
    fn every_band_hears_something_and_higher_ones_hear_higher() {
        for bands in [80, 128] {
            let bank = filter_bank(bands);
            let peaks: Vec<usize> = bank
                .chunks(BINS)
                .map(|row| (0..BINS).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap())
                .collect();
            assert!(peaks.is_sorted());
            assert!(bank.chunks(BINS).all(|row| row.iter().sum::<f32>() > 0.0));
        }
    }
}
