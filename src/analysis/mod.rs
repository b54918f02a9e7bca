//! Choosing clips from what was said, by the rules of the existing server's `SectionAnalyzer`.

mod fallback;
mod score;
mod select;
mod timeline;

use crate::outcome::{Segment, TimeRange, Word, join_words};

pub use score::{EMPHASIS_WORDS, EXCITEMENT_WORDS, QUESTION_WORDS, score_segment};
pub use select::{MIN_SCORE, adjust_clip_timing, find_interesting_clips};

/// The words that overlap the span, as they are: a word belongs to a clip that it overlaps.
pub fn clip_words<'a>(words: impl Iterator<Item = &'a Word>, range: TimeRange) -> Vec<Word> {
    words.filter(|word| range.overlaps(word.start, word.end)).cloned().collect()
}

/// The words as running text.
pub fn text_of<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    join_words(words)
}

/// The texts of the segments that overlap `start..end` (seconds), joined by spaces.
pub fn text_at(segments: &[Segment], start: f64, end: f64) -> String {
    let range = TimeRange { start, end };
    let inside = segments.iter().filter(|segment| range.overlaps(segment.start, segment.end));
    inside.map(|segment| segment.text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, start: f64, end: f64) -> Word {
        Word { word: text.to_owned(), start, end, probability: None }
    }

    #[test]
    fn a_word_belongs_to_a_clip_that_it_overlaps() {
        let words = [word("a", 0.0, 1.0), word("b", 0.9, 1.1), word("c", 1.9, 2.5), word("d", 2.0, 3.0)];
        let found = clip_words(words.iter(), TimeRange { start: 1.0, end: 2.0 });
        assert_eq!(text_of(&found), "b c");
    }

    #[test]
    fn text_at_joins_the_segments_of_a_span() {
        let segment = |start: f64, text: &str| Segment {
            start,
            end: start + 1.0,
            text: text.to_owned(),
            ..Segment::default()
        };
        let segments =
            [segment(0.0, " One. "), segment(1.0, "Two."), segment(2.0, ""), segment(3.0, "Four.")];
        assert_eq!(text_at(&segments, 0.5, 3.5), "One. Two. Four.");
        assert_eq!(text_at(&segments, 1.0, 2.0), "Two.");
    }
}
