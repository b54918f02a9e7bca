//! What was heard in a span of a source: plain data, beside what was seen.

use crate::outcome::TimeRange;

/// What was heard in a span of a source. The default knows nothing: then only pictures tell who
/// speaks, and at any time somebody may.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hearing {
    /// When somebody speaks, in seconds of the source, in order, none overlapping another.
    pub speech: Vec<TimeRange>,
    /// How loud it is (root mean square, 0 to 1), value after value; empty where nobody listened.
    pub envelope: Vec<f32>,
    /// Values of the envelope a second.
    pub envelope_rate: f64,
    /// Time at which the first value's span begins, in seconds of the source.
    pub envelope_start: f64,
}

/// What is taken for silence, in dB below full scale.
const SILENCE: f64 = -60.0;

/// Speech that is interrupted for less than this goes on, in seconds.
const BREATH: f64 = 0.3;

impl Hearing {
    /// Speech as words or spans in any order, overlapping or not, without an envelope.
    pub fn of(mut speech: Vec<TimeRange>) -> Self {
        speech.retain(|span| span.end > span.start);
        speech.sort_by(|a, b| a.start.total_cmp(&b.start));
        speech.dedup_by(|later, earlier| {
            let joined = later.start - earlier.end < BREATH;
            if joined {
                earlier.end = earlier.end.max(later.end);
            }
            joined
        });
        Self { speech, ..Self::default() }
    }

    /// The same with an envelope whose first value's span begins at `start` (seconds of the
    /// source), of `rate` values a second.
    #[must_use]
    pub fn with_envelope(self, envelope: Vec<f32>, rate: f64, start: f64) -> Self {
        Self { envelope, envelope_rate: rate, envelope_start: start, ..self }
    }

    /// Whether nobody listened.
    pub fn is_unknown(&self) -> bool {
        self.speech.is_empty() && self.envelope.is_empty()
    }

    /// The part of a span in which somebody speaks, 0 to 1; 1 where nobody listened.
    pub fn speech_in(&self, start: f64, end: f64) -> f64 {
        if self.is_unknown() {
            return 1.0;
        }
        let after = self.speech.partition_point(|span| span.end <= start);
        let spoken: f64 = self.speech[after..]
            .iter()
            .take_while(|span| span.start < end)
            .map(|span| span.end.min(end) - span.start.max(start))
            .sum();
        (spoken / (end - start)).clamp(0.0, 1.0)
    }

    /// Mean level of a span in dB below full scale, −60 at least; `None` outside the envelope.
    pub fn level_in(&self, start: f64, end: f64) -> Option<f64> {
        let place = |time: f64| ((time - self.envelope_start) * self.envelope_rate).round().max(0.0) as usize;
        let (from, to) = (place(start), place(end).max(place(start) + 1));
        let values = self.envelope.get(from..to.min(self.envelope.len()))?;
        let decibel = |value: &f32| (20.0 * f64::from(*value).max(1e-6).log10()).max(SILENCE);
        (!values.is_empty()).then(|| values.iter().map(decibel).sum::<f64>() / values.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: f64, end: f64) -> TimeRange {
        TimeRange { start, end }
    }

    #[test]
    fn words_are_joined_to_speech() {
        let words = vec![
            span(5.0, 5.5),
            span(0.0, 9.0),
            span(12.0, 12.3),
            span(12.4, 13.0),
            span(3.0, 3.0),
            span(f64::NAN, 1.0),
        ];
        assert_eq!(Hearing::of(words).speech, [span(0.0, 9.0), span(12.0, 13.0)]);
    }

    #[test]
    fn speech_is_counted_within_a_span_only() {
        let hearing = Hearing::of(vec![span(0.0, 1.0), span(2.0, 3.0)]);
        assert_eq!(hearing.speech_in(0.5, 2.5), 0.5);
        assert_eq!(hearing.speech_in(1.0, 2.0), 0.0);
        assert_eq!(hearing.speech_in(4.0, 5.0), 0.0);
        assert_eq!(Hearing::default().speech_in(4.0, 5.0), 1.0, "unheard");
    }

    #[test]
    fn levels_are_decibels_of_their_place() {
        let envelope = vec![0.1, 0.1, 1.0, 1.0, 0.0];
        let hearing = Hearing::default().with_envelope(envelope, 10.0, 5.0);
        assert!((hearing.level_in(5.0, 5.2).unwrap() + 20.0).abs() < 1e-4);
        assert!(hearing.level_in(5.2, 5.4).unwrap().abs() < 1e-9);
        assert_eq!(hearing.level_in(5.4, 5.5), Some(SILENCE));
        assert_eq!(hearing.level_in(5.5, 5.6), None);
    }
}
