//! Words to segments of about a sentence.

use crate::outcome::{Segment, Word};

/// A pause that parts segments, in seconds.
const PAUSE: f64 = 0.8;

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

/// Parts words where the model did, at ends of sentences and at long pauses.
pub(crate) fn segments(words: Vec<PlacedWord>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for placed in words {
        match segments.last_mut() {
            Some(segment) if !parts(segment, &placed) => append(segment, placed),
            _ => segments.push(Segment {
                id: segments.len(),
                start: placed.word.start,
                end: placed.word.end,
                text: placed.word.word.clone(),
                words: vec![placed.word],
            }),
        }
    }
    segments
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
