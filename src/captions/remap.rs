//! Words from the source's timeline to the output's.

use super::PlacedPart;
use crate::outcome::Word;

/// A word that a part touches for less than this is not in it, in seconds: rounding of times,
/// not speech.
const INSTANT: f64 = 0.001;

/// What a word keeps of its time where a cross-fade squeezes it, in seconds.
const SQUEEZED: f64 = 0.04;

/// The words that overlap the parts, on the output's timeline: clamped to their part and moved
/// with it, in the order of the parts and of time within each. A word that overlaps two parts is
/// in both. The results never overlap each other: where a cross-fade lays one part over the
/// next, the earlier word ends where the later one starts.
pub fn remap(words: &[Word], parts: &[PlacedPart]) -> Vec<Word> {
    let mut sorted: Vec<&Word> = words.iter().collect();
    sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut placed: Vec<Word> =
        parts.iter().flat_map(|part| sorted.iter().filter_map(|word| place(word, part))).collect();
    separate(&mut placed);
    placed
}

fn place(word: &Word, part: &PlacedPart) -> Option<Word> {
    let start = word.start.max(part.range.start);
    let end = word.end.min(part.range.end);
    let enough = INSTANT.min(word.end - word.start);
    let inside = word.start < part.range.end && word.end > part.range.start && end - start >= enough;
    let moved = part.offset - part.range.start;
    inside.then(|| Word { start: start + moved, end: end + moved, ..word.clone() })
}

/// Ends each word where the next one starts. A word that would vanish keeps an instant, and the
/// next one starts after it.
fn separate(words: &mut [Word]) {
    for index in 1..words.len() {
        let (before, after) = words.split_at_mut(index);
        let (Some(word), Some(next)) = (before.last_mut(), after.first_mut()) else { continue };
        let least = (word.start + SQUEEZED).min(word.end);
        word.end = word.end.min(next.start.max(least));
        next.start = next.start.max(word.end);
        next.end = next.end.max(next.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::TimeRange;

    fn word(text: &str, start: f64, end: f64) -> Word {
        Word { word: text.to_owned(), start, end, probability: None }
    }

    fn part(start: f64, end: f64, offset: f64) -> PlacedPart {
        PlacedPart { range: TimeRange { start, end }, offset }
    }

    fn shape(words: &[Word]) -> Vec<(&str, i64, i64)> {
        let ms = |t: f64| (t * 1000.0).round() as i64;
        words.iter().map(|w| (w.word.as_str(), ms(w.start), ms(w.end))).collect()
    }

    #[test]
    fn words_move_with_their_part_and_are_clamped_to_it() {
        let words =
            [word("a", 9.5, 10.2), word("b", 11.0, 11.5), word("c", 12.8, 13.4), word("d", 14.0, 15.0)];
        let out = remap(&words, &[part(10.0, 13.0, 100.0)]);
        assert_eq!(shape(&out), [("a", 100_000, 100_200), ("b", 101_000, 101_500), ("c", 102_800, 103_000)]);
    }

    #[test]
    fn a_word_over_two_parts_is_in_both() {
        let words = [word("long", 1.0, 3.0)];
        let out = remap(&words, &[part(0.0, 2.0, 0.0), part(2.0, 4.0, 2.0)]);
        assert_eq!(shape(&out), [("long", 1000, 2000), ("long", 2000, 3000)]);
    }

    #[test]
    fn parts_may_run_backwards_in_the_source() {
        let words = [word("one", 0.0, 1.0), word("two", 1.0, 2.0)];
        let out = remap(&words, &[part(1.0, 2.0, 0.0), part(0.0, 1.0, 1.0)]);
        assert_eq!(shape(&out), [("two", 0, 1000), ("one", 1000, 2000)]);
    }

    #[test]
    fn in_a_cross_fade_the_earlier_word_is_trimmed() {
        let words = [word("end", 1.5, 2.0), word("begin", 5.0, 5.6)];
        let out = remap(&words, &[part(0.0, 2.0, 0.0), part(5.0, 7.0, 1.9)]);
        assert_eq!(shape(&out), [("end", 1500, 1900), ("begin", 1900, 2500)]);
    }

    #[test]
    fn a_word_within_the_cross_fade_stays_before_the_next_part() {
        let words = [word("bye", 1.95, 2.0), word("hi", 5.0, 5.03), word("all", 5.03, 5.5)];
        let out = remap(&words, &[part(0.0, 2.0, 0.0), part(5.0, 7.0, 1.9)]);
        assert_eq!(shape(&out), [("bye", 1950, 1990), ("hi", 1990, 1990), ("all", 1990, 2400)]);
    }

    #[test]
    fn words_at_the_edges_are_left_out_and_rounding_does_not_let_them_in() {
        let words = [word("before", 1.0, 2.0 + 1e-9), word("after", 4.0 - 1e-9, 5.0), word("zero", 3.0, 3.0)];
        assert_eq!(shape(&remap(&words, &[part(2.0, 4.0, 0.0)])), [("zero", 1000, 1000)]);
    }

    #[test]
    fn output_words_never_overlap_and_never_run_backwards() {
        let words: Vec<_> =
            (0..60).map(|i| word("w", f64::from(i) * 0.13, f64::from(i) * 0.13 + 0.3)).collect();
        let parts = [part(0.0, 1.0, 0.0), part(0.4, 0.9, 0.75), part(3.0, 5.0, 1.15), part(2.0, 7.5, 3.0)];
        let out = remap(&words, &parts);
        assert!(out.len() > 40);
        assert!(out.iter().all(|w| w.end >= w.start));
        assert!(out.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
