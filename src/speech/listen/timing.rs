//! When words are spoken: the alignment's ends, corrected by where the sound is.

use super::vad::{FRAME_SECONDS, Frame};
use super::words::RawWord;

/// Words that the alignment ends within this many seconds of each other share their time.
const SAME: f64 = 0.06;
/// No word is shorter, in seconds.
const SHORTEST: f64 = 0.04;
/// How far the end of a pause may be off, in seconds.
const SLACK: f64 = 0.3;
/// Quiet frames that part two runs of sound: 128 ms. Less is a stop within a word.
const PAUSE: usize = 8;
/// Where between the quiet and the loud frames sound begins.
const BAR: f32 = 0.35;
/// Speech is not softer than this below its loud frames, in dB.
const DEPTH: f32 = 22.0;
/// Below this the detector is sure that nobody speaks.
const UNVOICED: f32 = 0.25;

/// A time span in seconds of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    /// Begin.
    pub start: f64,
    /// End.
    pub end: f64,
}

/// The spans of a window's words: in order, without overlap, within the window.
pub(crate) fn spans(words: &[RawWord], frames: &[Frame], seconds: f64) -> Vec<Span> {
    let ends = spread(&raw_ends(words, seconds), words);
    let active = active(frames);
    let mut spans: Vec<Span> = Vec::with_capacity(words.len());
    let mut pause = None;
    let mut sentence = false;
    for (word, end) in words.iter().zip(ends) {
        let mut lower = 0.0;
        if let Some(last) = spans.last_mut() {
            last.end = after_pause(last.end, pause, &active).unwrap_or(last.end);
            lower = last.end.max(pause.map_or(0.0, |pause: f64| (pause - SLACK).min(end)));
        }
        let (tail, span) = fit(lower, end, sentence, &active);
        if let (Some(tail), Some(last)) = (tail, spans.last_mut())
            && lower <= last.end
        {
            last.end = tail;
        }
        spans.push(span);
        pause = word.pause.filter(|pause| pause - end > SLACK);
        sentence = word.text.ends_with(['.', '!', '?', '…']);
    }
    settle(&mut spans, seconds);
    spans
}

/// The alignment's ends, never going back; a word without one lies between its neighbours.
fn raw_ends(words: &[RawWord], seconds: f64) -> Vec<f64> {
    let mut ends = Vec::with_capacity(words.len());
    let mut last = 0.0_f64;
    for (index, word) in words.iter().enumerate() {
        let known = word.end.unwrap_or_else(|| {
            let ahead = words[index..].iter().zip(1..).find_map(|(word, steps)| Some((word.end?, steps)));
            let (next, steps) = ahead.unwrap_or((seconds, words.len() - index));
            last + (next - last) / steps as f64
        });
        last = known.clamp(last, seconds);
        ends.push(last);
    }
    ends
}

/// Parts the time of words that end together among them, by their letters.
fn spread(ends: &[f64], words: &[RawWord]) -> Vec<f64> {
    let mut out = ends.to_vec();
    let mut first = 0;
    while first < ends.len() {
        let mut last = first;
        while last + 1 < ends.len() && ends[last + 1] - ends[last] < SAME {
            last += 1;
        }
        let begin = if first == 0 { 0.0 } else { out[first - 1] };
        let letters = |range: std::ops::RangeInclusive<usize>| -> f64 {
            words[range].iter().map(|word| word.text.chars().count() as f64).sum()
        };
        if last > first {
            // A group at the very begin may stand after silence: it takes what it needs only.
            let begin = begin.max(ends[last] - 0.09 * letters(first..=last));
            for (index, out) in out.iter_mut().enumerate().take(last + 1).skip(first) {
                *out = begin + (ends[last] - begin) * letters(first..=index) / letters(first..=last);
            }
        }
        first = last + 1;
    }
    out
}

/// Whether each frame carries speech: by level, as against the window's own floor and its loud
/// frames (digital silence says nothing of the room's), and not against the detector's word.
fn active(frames: &[Frame]) -> Vec<bool> {
    let mut levels: Vec<f32> = frames.iter().map(|frame| frame.level).collect();
    levels.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| levels.get(levels.len() * share / 100).copied().unwrap_or(-100.0);
    let (floor, loud) = (at(5), at(90));
    let bar = (floor + (loud - floor) * BAR).max(loud - DEPTH);
    frames.iter().map(|frame| frame.level > bar && frame.voice > UNVOICED).collect()
}

/// The end of the sound that goes on right after `end` and stops within the pause.
fn after_pause(end: f64, pause: Option<f64>, active: &[bool]) -> Option<f64> {
    let frame = |seconds: f64| ((seconds / FRAME_SECONDS).round() as usize).min(active.len());
    let (from, to) = (frame(end), frame(pause? - SLACK));
    let runs = runs(active.get(from..to)?);
    let first = runs.first().filter(|run| run.start <= PAUSE && run.end < to - from)?;
    Some((from + first.end) as f64 * FRAME_SECONDS)
}

/// The longest run of sound between `lower` and `end` is the word. A run before it that begins at
/// `lower` is the tail of the word before, whose end comes back first; also one that is longer than the
/// word, where this begins a `sentence`: there the pause is, and the word after it.
fn fit(lower: f64, end: f64, sentence: bool, active: &[bool]) -> (Option<f64>, Span) {
    let end = end.max(lower);
    let frame = |seconds: f64| ((seconds / FRAME_SECONDS).round() as usize).min(active.len());
    let (from, to) = (frame(lower), frame(end));
    let runs = runs(&active[from..to.max(from)]);
    let first = usize::from(sentence && runs.len() > 1 && runs[0].start == 0);
    let Some(longest) = (first..runs.len()).max_by_key(|index| (runs[*index].len(), *index)) else {
        return (None, Span { start: lower, end });
    };
    let seconds = |at: usize| (from + at) as f64 * FRAME_SECONDS;
    let run = &runs[longest];
    let start = if run.start == 0 { lower } else { seconds(run.start) };
    let stop = if run.end == to - from { end } else { seconds(run.end) };
    let tail = (longest > 0 && runs[0].start == 0).then(|| seconds(runs[0].end));
    (tail, Span { start, end: stop.max(start) })
}

/// Runs of sound, with shorter quiet stretches than [`PAUSE`] bridged.
fn runs(active: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..active.len()).filter(|at| active[*at]) {
        match runs.last_mut() {
            Some(run) if at - run.end < PAUSE => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Gives every span a length: into the gap after it, else by pushing the next ones on, and where
/// that leaves the window, by pulling all back.
fn settle(spans: &mut [Span], seconds: f64) {
    let mut lower = 0.0_f64;
    for span in spans.iter_mut() {
        span.start = span.start.max(lower);
        span.end = span.end.max(span.start + SHORTEST);
        lower = span.end;
    }
    let mut upper = seconds;
    for span in spans.iter_mut().rev() {
        span.end = span.end.min(upper);
        span.start = span.start.min(span.end - SHORTEST).max(0.0);
        upper = span.start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, end: f64) -> RawWord {
        RawWord {
            text: text.into(),
            spaced: true,
            probability: 1.0,
            end: Some(end),
            pause: None,
            begins_segment: false,
        }
    }

    /// Sound at the given spans of seconds, silence elsewhere.
    fn sound(seconds: f64, loud: &[(f64, f64)]) -> Vec<Frame> {
        (0..(seconds / FRAME_SECONDS) as usize)
            .map(|frame| {
                let at = (frame as f64 + 0.5) * FRAME_SECONDS;
                let on = loud.iter().any(|(start, end)| (*start..*end).contains(&at));
                Frame { voice: 0.5, level: if on { -20.0 } else { -60.0 } }
            })
            .collect()
    }

    fn near(span: Span, start: f64, end: f64) {
        assert!((span.start - start).abs() < 0.02 && (span.end - end).abs() < 0.02, "{span:?} {start} {end}");
    }

    #[test]
    fn a_word_does_not_swallow_the_pause_around_it() {
        let frames = sound(4.0, &[(0.5, 1.0), (2.0, 2.6)]);
        let spans = spans(&[word("one", 1.4), word("two", 2.9)], &frames, 4.0);
        near(spans[0], 0.5, 1.0);
        near(spans[1], 2.0, 2.6);
    }

    #[test]
    fn an_end_that_comes_too_early_is_carried_to_the_end_of_the_sound() {
        let frames = sound(4.0, &[(0.5, 1.2), (2.0, 2.6)]);
        let spans = spans(&[word("one", 1.0), word("two", 2.6)], &frames, 4.0);
        near(spans[0], 0.5, 1.2);
        near(spans[1], 2.0, 2.6);
    }

    #[test]
    fn an_onset_before_the_boundary_belongs_to_the_later_word() {
        let frames = sound(4.0, &[(0.2, 1.0), (1.8, 2.6)]);
        let spans = spans(&[word("one", 1.9), word("two", 2.6)], &frames, 4.0);
        near(spans[0], 0.2, 1.0);
        near(spans[1], 1.8, 2.6);
    }

    #[test]
    fn a_pause_after_punctuation_keeps_the_next_word_out_of_the_tail() {
        // "was." trails off in two bursts, "He" is cut short by the alignment.
        let frames = sound(4.0, &[(0.5, 0.9), (1.0, 1.3), (2.5, 3.5)]);
        let was = RawWord { pause: Some(2.4), ..word("was.", 0.9) };
        let spans = spans(&[was, word("he", 2.6), word("might", 3.5)], &frames, 4.0);
        near(spans[0], 0.5, 1.3);
        near(spans[1], 2.5, 2.6);
    }

    #[test]
    fn a_sentence_begins_after_the_pause_also_where_the_tail_before_it_is_longer() {
        let frames = sound(4.0, &[(0.5, 1.3), (1.9, 3.5)]);
        for (text, end, start) in [("was.", 1.3, 1.9), ("was", 0.9, 0.9)] {
            let spans = spans(&[word(text, 0.9), word("he", 2.0), word("might", 3.5)], &frames, 4.0);
            near(spans[0], 0.5, end);
            assert!((spans[1].start - start).abs() < 0.02, "{text} {:?}", spans[1]);
        }
    }

    #[test]
    fn words_that_end_together_share_their_time() {
        let frames = sound(2.0, &[(0.0, 2.0)]);
        let spans = spans(&[word("a", 0.5), word("had", 1.2), word("then", 1.2)], &frames, 2.0);
        near(spans[1], 0.5, 0.84);
        near(spans[2], 0.84, 1.2);
    }

    #[test]
    fn whatever_the_alignment_says_spans_are_in_order_and_within() {
        let ends = [Some(3.0), None, Some(1.0), Some(1.0), None, Some(9.0), Some(2.0), None];
        let words: Vec<RawWord> = ends.iter().map(|end| RawWord { end: *end, ..word("xy", 0.0) }).collect();
        for frames in [sound(2.0, &[]), sound(2.0, &[(0.3, 0.4), (1.9, 2.0)]), Vec::new()] {
            let spans = spans(&words, &frames, 2.0);
            assert_eq!(spans.len(), words.len());
            assert!(spans.iter().all(|span| span.start >= 0.0 && span.end > span.start && span.end <= 2.0));
            assert!(spans.windows(2).all(|pair| pair[1].start >= pair[0].end - 1e-9), "{spans:?}");
        }
    }
}
