//! Frame rates as exact fractions.

use ffmpeg_next::Rational;

/// Rates in use, as numerator and denominator.
const STANDARD: [(i32, i32); 10] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
    (120, 1),
];

/// How far a measured rate may lie from a standard one to count as it (0.5 %).
const TOLERANCE: f64 = 0.005;

/// Frames a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRate {
    num: i32,
    den: i32,
}

impl FrameRate {
    /// The standard rate nearest to `fps`, or `fps` itself in thousandths.
    pub fn near(fps: f64) -> Self {
        let distance = |&(num, den): &(i32, i32)| (f64::from(num) / f64::from(den) / fps - 1.0).abs();
        let nearest = STANDARD.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        match nearest {
            Some(&(num, den)) if distance(&(num, den)) < TOLERANCE => Self { num, den },
            Some(_) | None => Self { num: (fps * 1000.0).round().max(1.0) as i32, den: 1000 },
        }
    }

    /// Frames a second.
    pub fn fps(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// Length of `frames` in seconds.
    pub fn seconds(self, frames: u64) -> f64 {
        frames as f64 * f64::from(self.den) / f64::from(self.num)
    }

    /// Whole frames nearest to `seconds`.
    pub fn frames(self, seconds: f64) -> u64 {
        (seconds * self.fps()).round().max(0.0) as u64
    }

    /// Samples at `sample_rate` that end where frame `frames` begins.
    pub fn samples(self, frames: u64, sample_rate: u32) -> u64 {
        let num = self.num.unsigned_abs() as u128;
        let exact = u128::from(frames) * u128::from(sample_rate) * self.den.unsigned_abs() as u128;
        ((exact + num / 2) / num) as u64
    }

    /// The length of one frame, which is also the time base of the output.
    pub fn time_base(self) -> Rational {
        Rational::new(self.den, self.num)
    }

    /// The rate as FFmpeg has it.
    pub fn rational(self) -> Rational {
        Rational::new(self.num, self.den)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_rates_snap_to_standard_ones() {
        assert_eq!(FrameRate::near(29.97).rational(), Rational::new(30_000, 1001));
        assert_eq!(FrameRate::near(30.0).rational(), Rational::new(30, 1));
        assert_eq!(FrameRate::near(23.98).rational(), Rational::new(24_000, 1001));
        assert_eq!(FrameRate::near(12.5).fps(), 12.5);
    }

    #[test]
    fn samples_never_drift_from_frames() {
        let rate = FrameRate::near(29.97);
        for frames in [0, 1, 1001, 107_892] {
            let exact = rate.seconds(frames) * 48_000.0;
            assert!((rate.samples(frames, 48_000) as f64 - exact).abs() <= 0.51);
        }
    }
}
