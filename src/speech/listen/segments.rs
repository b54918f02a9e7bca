//! Words to segments of about a sentence.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::guard::GUESS;
use crate::outcome::{Segment, Word};

/// A pause that parts segments, in seconds.
const PAUSE: f64 = 0.8;
/// Text that zlib makes so many times smaller repeats itself: whisper's own bar.
const REPETITIVE: f64 = 2.4;

/// A word with its time in the whole stream, and how it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacedWord {
    /// The word.
    pub word: Word,
    /// Whether a space stands before it.
    pub spaced: bool,
    /// Whether the model began a segment with it.
    pub begins_segment: bool,
}

/// Segments in the making: words are parted where the model did, at ends of sentences and at long
/// pauses. All but the last segment are final.
#[derive(Debug, Default)]
pub(crate) struct Open {
    segments: Vec<Segment>,
    /// Final segments that were handed on.
    told: usize,
    spaced: bool,
}

impl Open {
    /// Takes the next word.
    pub(crate) fn push(&mut self, placed: PlacedWord) {
        self.spaced |= placed.spaced && !self.segments.is_empty();
        match self.segments.last_mut() {
            Some(segment) if !parts(segment, &placed) => append(segment, placed),
            _ => self.segments.push(Segment {
                id: self.segments.len(),
                start: placed.word.start,
                end: placed.word.end,
                text: placed.word.word.clone(),
                words: vec![placed.word],
                ..Segment::default()
            }),
        }
    }

    /// Whether the language writes spaces.
    pub(crate) fn is_spaced(&self) -> bool {
        self.spaced
    }

    /// The segments that became final since the last time.
    pub(crate) fn take_final(&mut self) -> Vec<Segment> {
        self.take(self.segments.len().saturating_sub(1))
    }

    /// The segments that are left, as no word follows.
    pub(crate) fn take_rest(&mut self) -> Vec<Segment> {
        self.take(self.segments.len())
    }

    fn take(&mut self, last: usize) -> Vec<Segment> {
        let last = last.max(self.told);
        self.segments[self.told..last].iter_mut().for_each(judge);
        let fresh = self.segments[self.told..last].to_vec();
        self.told = last;
        fresh
    }

    /// All segments.
    pub(crate) fn finish(mut self) -> Vec<Segment> {
        self.segments[self.told..].iter_mut().for_each(judge);
        self.segments
    }
}

/// Tells how sure a segment is, and whether it should be looked at.
fn judge(segment: &mut Segment) {
    let logarithms: Vec<f64> =
        segment.words.iter().filter_map(|word| Some(word.probability?.max(1e-6).ln())).collect();
    if logarithms.is_empty() {
        return;
    }
    let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    segment.average_log_probability = Some((mean * 1000.0).round() / 1000.0);
    segment.suspicious = mean < GUESS || compression_ratio(&segment.text) > REPETITIVE;
}

/// Bytes of a text over those that zlib makes of it, as whisper measures loops.
fn compression_ratio(text: &str) -> f64 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_or(0.0, |packed| text.len() as f64 / packed.len().max(1) as f64)
}

fn append(segment: &mut Segment, placed: PlacedWord) {
    if placed.spaced {
        segment.text.push(' ');
    }
    segment.text += &placed.word.word;
    segment.end = placed.word.end;
    segment.words.push(placed.word);
}

fn parts(segment: &Segment, next: &PlacedWord) -> bool {
    let Some(last) = segment.words.last() else { return true };
    next.begins_segment || next.word.start - last.end > PAUSE || ends_sentence(&last.word)
}

/// Whether a word ends a sentence: not where its dot abbreviates.
fn ends_sentence(word: &str) -> bool {
    let bare = word.trim_end_matches(['"', '\'', '”', '’', ')', ']', '»']);
    match bare.chars().last() {
        Some('!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।') => true,
        Some('.') => !is_abbreviation(bare.trim_end_matches('.')),
        _ => false,
    }
}

fn is_abbreviation(stem: &str) -> bool {
    let stem = stem.trim_start_matches(|c: char| !c.is_alphanumeric());
    let titles = ["mr", "mrs", "ms", "dr", "st", "sr", "jr", "prof", "vs", "etc", "mt", "gen", "rev"];
    let single = stem.chars().count() == 1 && stem.chars().all(char::is_uppercase) && stem != "I";
    single || stem.contains('.') || titles.contains(&stem.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(words: Vec<PlacedWord>) -> Vec<Segment> {
        let mut open = Open::default();
        for word in words {
            open.push(word);
        }
        open.finish()
    }

    #[test]
    fn segments_are_handed_on_once_and_only_when_the_next_has_begun() {
        let mut open = Open::default();
        let mut told = Vec::new();
        for (index, text) in ["One.", "two", "three.", "Four"].into_iter().enumerate() {
            open.push(placed(text, index as f64));
            told.extend(open.take_final());
        }
        let texts: Vec<_> = told.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(texts, ["One.", "two three."]);
        assert_eq!(open.finish()[..told.len()], told);
    }

    fn placed(text: &str, start: f64) -> PlacedWord {
        PlacedWord {
            word: Word { word: text.into(), start, end: start + 0.3, probability: None },
            spaced: true,
            begins_segment: false,
        }
    }

    fn texts(words: Vec<PlacedWord>) -> Vec<String> {
        segments(words).into_iter().map(|segment| segment.text).collect()
    }

    fn spoken(text: &str) -> Vec<PlacedWord> {
        text.split(' ').enumerate().map(|(index, word)| placed(word, index as f64 * 0.4)).collect()
    }

    #[test]
    fn guesses_and_loops_are_marked_and_plain_speech_is_not() {
        let judged = |text: &str, probability: f64| {
            let mut open = Open::default();
            for mut placed in spoken(text) {
                placed.word.probability = Some(probability);
                open.push(placed);
            }
            open.finish().iter().any(|segment| segment.suspicious)
        };
        let plain = "he was not an ill disposed young man unless to be rather cold hearted";
        assert!(!judged(plain, 0.9) && judged(plain, 0.3));
        assert!(judged(&"and then we went on ".repeat(12), 0.9));
    }

    #[test]
    fn sentences_part_and_abbreviations_do_not() {
        let text = "Mr. Dashwood of J. Smith left. \"Really?\" he said at 5 p.m. to Dr. X";
        assert_eq!(
            texts(spoken(text)),
            ["Mr. Dashwood of J. Smith left.", "\"Really?\"", "he said at 5 p.m. to Dr. X"]
        );
    }

    #[test]
    fn a_long_pause_parts_and_ids_count_from_zero() {
        let list = segments(vec![placed("a", 0.0), placed("b", 0.5), placed("c", 1.7)]);
        assert_eq!(list.iter().map(|s| (s.id, s.text.as_str())).collect::<Vec<_>>(), [(0, "a b"), (1, "c")]);
        assert_eq!((list[0].start, list[0].end, list[1].start), (0.0, 0.8, 1.7));
    }

    #[test]
    fn the_models_own_segments_part() {
        let mut words = spoken("one two three");
        words[1].begins_segment = true;
        assert_eq!(texts(words), ["one", "two three"]);
    }

    #[test]
    fn words_without_spaces_are_joined_without() {
        let mut words = spoken("你 好");
        words[1].spaced = false;
        assert_eq!(texts(words), ["你好"]);
    }
}
