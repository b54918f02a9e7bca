//! Loudness by EBU R 128: measured over the joined sound, brought to a target by one gain.

use std::path::Path;

use ebur128::{EbuR128, Mode};

use super::soundtrack::{SAMPLE_RATE, Soundtrack};
use super::timeline::Timeline;
use crate::context::CancelToken;
use crate::error::{Error, Result};
use crate::spec::Loudness;

/// Frames that are measured at a time.
const STEP: u64 = 100;

/// What was measured, and the gain that follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gain {
    /// Integrated loudness in LUFS; negative infinity for silence.
    pub measured_lufs: f64,
    /// Gain in dB: to the target, but never beyond the allowed true peak.
    pub db: f64,
}

impl Gain {
    /// Factor for samples.
    pub(super) fn factor(self) -> f32 {
        10_f64.powf(self.db / 20.0) as f32
    }
}

/// Measures the sound of a timeline; `None` where the source has none. Only sound is decoded.
pub(super) fn measure(
    path: &Path,
    timeline: &Timeline,
    target: Loudness,
    cancel: &CancelToken,
) -> Result<Option<Gain>> {
    let Some(mut track) = Soundtrack::open(path, timeline, cancel)? else { return Ok(None) };
    let broken = |error: ebur128::Error| Error::internal(format!("cannot measure the loudness: {error}"));
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK).map_err(broken)?;
    let mut samples = Vec::new();
    for (index, part) in timeline.parts.iter().enumerate() {
        track.begin_part(index, part.range.start)?;
        let mut frame = part.first_frame;
        while frame < part.first_frame + part.frames {
            cancel.check()?;
            frame = (frame + STEP).min(part.first_frame + part.frames);
            samples.clear();
            track.read_until(timeline.rate.samples(frame, SAMPLE_RATE), &mut samples)?;
            meter.add_frames_f32(&samples).map_err(broken)?;
        }
    }
    let lufs = meter.loudness_global().map_err(broken)?;
    let peak = (0..2).filter_map(|channel| meter.true_peak(channel).ok()).fold(0.0, f64::max);
    Ok(Some(gain(lufs, peak, target)))
}

fn gain(lufs: f64, peak: f64, target: Loudness) -> Gain {
    if !lufs.is_finite() || peak <= 0.0 {
        return Gain { measured_lufs: lufs, db: 0.0 };
    }
    let wanted = target.integrated_lufs - lufs;
    let room = target.true_peak_db - 20.0 * peak.log10();
    Gain { measured_lufs: lufs, db: wanted.min(room) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_stops_at_the_true_peak() {
        let target = Loudness { integrated_lufs: -14.0, true_peak_db: -1.0 };
        assert!((gain(-20.0, 0.1, target).db - 6.0).abs() < 1e-9);
        assert!((gain(-20.0, 0.5, target).db - 5.0206).abs() < 1e-3);
        assert_eq!(gain(f64::NEG_INFINITY, 0.0, target).db, 0.0, "silence stays silent");
    }
}
