//! Words into cues.

use super::Cue;
use crate::outcome::{Word, join_words};
use crate::spec::{CaptionStyle, LetterCase};

/// Shortest time that a cue is shown, in seconds: two frames at 25 a second.
const MIN_VISIBLE: f64 = 0.08;

/// A pause that is this much longer than the style's `hold_gap` ends a group, in seconds.
const BREAK_PAUSE: f64 = 0.4;

/// Marks that end a sentence, in the scripts that have their own.
const SENTENCE_ENDS: [char; 9] = ['.', '!', '?', '…', '。', '！', '？', '؟', '।'];

/// Closing marks that may follow the end of a sentence.
const CLOSERS: [char; 9] = ['"', '\'', ')', ']', '”', '’', '»', '」', '』'];

/// Words that end in a dot within a sentence, in lower case.
const ABBREVIATIONS: [&str; 12] =
    ["mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "jr.", "sr.", "no.", "e.g.", "i.e."];

/// Groups words of the output's timeline into cues, in order of time.
///
/// A cue holds at most `words_per_caption` words and ends early at the end of a sentence and at a
/// pause of more than `hold_gap` + 0.4 s. It stays until the next one where the pause is at most
/// `hold_gap`. Cues never overlap, and none is shown for less than 0.08 s.
pub fn group(words: &[Word], style: &CaptionStyle) -> Vec<Cue> {
    let mut sorted: Vec<Word> = words.iter().filter_map(cleaned).collect();
    sorted.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut cues: Vec<Cue> = split(sorted, style).into_iter().filter_map(|run| cue(run, style)).collect();
    fit_times(&mut cues, style.hold_gap);
    cues
}

/// The word without control characters and with single spaces; `None` if nothing is left.
fn cleaned(word: &Word) -> Option<Word> {
    let spaced = word.word.replace(char::is_whitespace, " ");
    let visible: String = spaced.chars().filter(|c| !c.is_control()).collect();
    let text = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let usable = !text.is_empty() && word.start.is_finite() && word.end.is_finite();
    usable.then(|| Word { word: text, ..word.clone() })
}

fn split(words: Vec<Word>, style: &CaptionStyle) -> Vec<Vec<Word>> {
    let mut runs: Vec<Vec<Word>> = Vec::new();
    for word in words {
        match runs.last_mut() {
            Some(run) if belongs(run, &word, style) => run.push(word),
            Some(_) | None => runs.push(vec![word]),
        }
    }
    runs
}

fn belongs(run: &[Word], word: &Word, style: &CaptionStyle) -> bool {
    run.len() < style.words_per_caption
        && run.last().is_some_and(|last| {
            !ends_sentence(&last.word) && word.start - last.end <= style.hold_gap + BREAK_PAUSE
        })
}

fn ends_sentence(word: &str) -> bool {
    let bare = word.trim_end_matches(CLOSERS);
    if !bare.ends_with(SENTENCE_ENDS) {
        return false;
    }
    let initial = bare.ends_with('.') && bare.chars().count() == 2;
    !initial && !ABBREVIATIONS.contains(&bare.to_lowercase().as_str())
}

fn cue(words: Vec<Word>, style: &CaptionStyle) -> Option<Cue> {
    let start = words.first()?.start;
    let end = words.iter().map(|word| word.end).fold(start, f64::max);
    let said = join_words(&words);
    let text = match style.letter_case {
        LetterCase::Upper => said.to_uppercase(),
        LetterCase::Lower => said.to_lowercase(),
        LetterCase::AsIs => said,
    };
    Some(Cue { start, end, text, words })
}

/// Gives each cue at least `MIN_VISIBLE`, ends it before the next, and holds it over short pauses.
fn fit_times(cues: &mut [Cue], hold_gap: f64) {
    let mut earliest = f64::NEG_INFINITY;
    for cue in &mut *cues {
        cue.start = cue.start.max(earliest);
        earliest = cue.start + MIN_VISIBLE;
        cue.end = cue.end.max(earliest);
    }
    for index in 1..cues.len() {
        let next = cues[index].start;
        let cue = &mut cues[index - 1];
        if next - cue.end <= hold_gap {
            cue.end = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, start: f64, end: f64) -> Word {
        Word { word: text.to_owned(), start, end, probability: None }
    }

    fn spoken(text: &str) -> Vec<Word> {
        let at = |i: usize| i as f64 * 0.4;
        text.split(' ').enumerate().map(|(i, w)| word(w, at(i), at(i) + 0.3)).collect()
    }

    fn texts(cues: &[Cue]) -> Vec<&str> {
        cues.iter().map(|cue| cue.text.as_str()).collect()
    }

    #[test]
    fn two_words_at_a_time_in_capitals_by_default() {
        let cues = group(&spoken("so it goes on"), &CaptionStyle::default());
        assert_eq!(texts(&cues), ["SO IT", "GOES ON"]);
        assert_eq!(cues[0].words[1].word, "it", "words stay as they were said");
    }

    #[test]
    fn a_sentence_end_and_a_long_pause_end_a_group() {
        let style = CaptionStyle { words_per_caption: 4, ..CaptionStyle::default() };
        let mut words = spoken("one. two \"three?\" four five");
        words.push(word("six", 3.5, 4.0));
        assert_eq!(texts(&group(&words, &style)), ["ONE.", "TWO \"THREE?\"", "FOUR FIVE", "SIX"]);
    }

    #[test]
    fn abbreviations_and_initials_end_no_sentence() {
        let style = CaptionStyle { words_per_caption: 3, ..CaptionStyle::default() };
        assert_eq!(texts(&group(&spoken("Mr. J. Smith left"), &style)), ["MR. J. SMITH", "LEFT"]);
    }

    #[test]
    fn letter_case_knows_unicode() {
        let mut style = CaptionStyle::default();
        assert_eq!(texts(&group(&spoken("straße élan"), &style)), ["STRASSE ÉLAN"]);
        style.letter_case = LetterCase::Lower;
        assert_eq!(texts(&group(&spoken("ÉLAN ΣΑΣ"), &style)), ["élan σας"]);
        style.letter_case = LetterCase::AsIs;
        assert_eq!(texts(&group(&spoken("Élan iPhone"), &style)), ["Élan iPhone"]);
    }

    #[test]
    fn a_cue_is_held_over_a_short_pause_and_gone_in_a_long_one() {
        let style = CaptionStyle { words_per_caption: 1, ..CaptionStyle::default() };
        let cues = group(&[word("a", 0.0, 0.5), word("b", 0.75, 1.0), word("c", 1.5, 2.0)], &style);
        let times: Vec<_> = cues.iter().map(|c| (c.start, c.end)).collect();
        assert_eq!(times, [(0.0, 0.75), (0.75, 1.0), (1.5, 2.0)]);
    }

    #[test]
    fn words_of_no_length_at_one_time_are_all_seen() {
        let style = CaptionStyle { words_per_caption: 1, ..CaptionStyle::default() };
        let words: Vec<_> = (0..5).map(|_| word("x", 1.0, 1.0)).collect();
        let cues = group(&words, &style);
        assert_eq!(cues.len(), 5);
        check_times(&cues);
    }

    #[test]
    fn overlapping_and_unsorted_words_give_ordered_cues_without_overlap() {
        let style = CaptionStyle { words_per_caption: 3, hold_gap: 0.1, ..CaptionStyle::default() };
        let words: Vec<_> = (0..200_u32)
            .map(|i| {
                let start = f64::from(i * 7919 % 199) * 0.11;
                word("x", start, start + f64::from(i % 9) * 0.2)
            })
            .collect();
        let cues = group(&words, &style);
        assert_eq!(cues.iter().map(|cue| cue.words.len()).sum::<usize>(), 200);
        check_times(&cues);
    }

    fn check_times(cues: &[Cue]) {
        assert!(cues.iter().all(|cue| cue.end - cue.start >= MIN_VISIBLE - 1e-9), "{cues:?}");
        assert!(cues.windows(2).all(|pair| pair[0].end <= pair[1].start), "{cues:?}");
    }

    #[test]
    fn control_characters_and_empty_words_are_dropped() {
        let words = [word("a\u{7}\nb\u{1b}", 0.0, 0.1), word(" \u{0} ", 0.1, 0.2), word("c", 0.2, 0.3)];
        assert_eq!(texts(&group(&words, &CaptionStyle::default())), ["A B C"]);
    }

    #[test]
    fn chinese_words_are_joined_without_spaces() {
        assert_eq!(texts(&group(&spoken("你 好"), &CaptionStyle::default())), ["你好"]);
    }
}
