//! How promising a segment is, 0 to 100.

use crate::outcome::Segment;

/// Words that show excitement: 10 points each, 30 at most.
pub const EXCITEMENT_WORDS: &[&str] = &[
    "amazing",
    "astonishing",
    "awesome",
    "brilliant",
    "crazy",
    "epic",
    "excited",
    "exciting",
    "explode",
    "exploded",
    "extraordinary",
    "fantastic",
    "fascinating",
    "genius",
    "hilarious",
    "huge",
    "incredible",
    "incredibly",
    "insane",
    "insanely",
    "legendary",
    "love",
    "magic",
    "magical",
    "massive",
    "mind-blowing",
    "mindblowing",
    "outrageous",
    "perfect",
    "phenomenal",
    "ridiculous",
    "secret",
    "shocked",
    "shocking",
    "spectacular",
    "stunning",
    "surprised",
    "surprising",
    "terrifying",
    "unbelievable",
    "unreal",
    "wild",
    "wonderful",
    "wow",
];

/// Words that ask: 5 points each, as does half a `?`; 20 at most.
pub const QUESTION_WORDS: &[&str] =
    &["how", "what", "what's", "when", "where", "which", "who", "who's", "whom", "whose", "why"];

/// Words that stress: 3 points each, 15 at most.
pub const EMPHASIS_WORDS: &[&str] = &[
    "absolutely",
    "actually",
    "always",
    "best",
    "biggest",
    "certainly",
    "clearly",
    "completely",
    "crucial",
    "definitely",
    "entirely",
    "especially",
    "essential",
    "exactly",
    "extremely",
    "fundamental",
    "greatest",
    "important",
    "importantly",
    "indeed",
    "key",
    "literally",
    "most",
    "must",
    "never",
    "obviously",
    "only",
    "really",
    "remember",
    "seriously",
    "so",
    "totally",
    "truly",
    "truth",
    "ultimate",
    "very",
    "worst",
];

/// Scores a segment by the server's rules.
///
/// Excitement words 10 each (30 at most), question words 5 each with each `?` counting two (20),
/// emphasis words 3 each (15), `!` 5 each (10), over 30 % of the letters capital 10, 11 to 49
/// words 5. A segment under 5 s keeps half of that, one over 120 s keeps 0.3 of it. Words are
/// matched whole and in any letter case.
pub fn score_segment(segment: &Segment) -> f64 {
    let text = segment.text.to_lowercase().replace('’', "'");
    let tokens: Vec<&str> = tokens(&text).collect();
    let count = |list: &[&str]| tokens.iter().filter(|token| list.contains(token)).count();
    let marks = |mark: char| segment.text.chars().filter(|c| *c == mark).count();
    let capped = |points: usize, most: usize| points.min(most);

    let mut points = capped(10 * count(EXCITEMENT_WORDS), 30)
        + capped(5 * (count(QUESTION_WORDS) + 2 * (marks('?') + marks('？') + marks('؟'))), 20)
        + capped(3 * count(EMPHASIS_WORDS), 15)
        + capped(5 * (marks('!') + marks('！')), 10);
    if mostly_capitals(&segment.text) {
        points += 10;
    }
    if (11..=49).contains(&segment.text.split_whitespace().count()) {
        points += 5;
    }
    (points as f64 * length_factor(segment.end - segment.start)).clamp(0.0, 100.0)
}

/// Runs of letters, digits, apostrophes and hyphens.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'))
        .map(|token| token.trim_matches(['\'', '-']))
        .filter(|token| !token.is_empty())
}

fn mostly_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters > 0 && capitals as f64 > 0.3 * letters as f64
}

fn length_factor(seconds: f64) -> f64 {
    if seconds < 5.0 {
        0.5
    } else if seconds > 120.0 {
        0.3
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str, seconds: f64) -> f64 {
        score_segment(&Segment {
            start: 10.0,
            end: 10.0 + seconds,
            text: text.to_owned(),
            ..Segment::default()
        })
    }

    #[test]
    fn each_rule_gives_its_points() {
        assert_eq!(score("plain words here", 10.0), 0.0);
        assert_eq!(score("that is amazing", 10.0), 10.0);
        assert_eq!(score("amazing incredible insane epic wow", 10.0), 30.0, "30 at most");
        assert_eq!(score("tell me why", 10.0), 5.0);
        assert_eq!(score("is it?", 10.0), 10.0, "a question mark counts two");
        assert_eq!(score("why? how? what?", 10.0), 20.0, "20 at most");
        assert_eq!(score("it is really important", 10.0), 6.0);
        assert_eq!(score("never always really exactly truly must", 10.0), 15.0, "15 at most");
        assert_eq!(score("go!", 10.0), 5.0);
        assert_eq!(score("go! go! go!", 10.0), 10.0, "10 at most");
        assert_eq!(score("NASA and esa", 10.0), 10.0);
    }

    #[test]
    fn a_usual_number_of_words_gives_five() {
        let words = |n: usize| score(&vec!["word"; n].join(" "), 10.0);
        assert_eq!([words(10), words(11), words(49), words(50)], [0.0, 5.0, 5.0, 0.0]);
    }

    #[test]
    fn words_are_matched_whole_in_any_case() {
        assert_eq!(score("amazingly", 10.0), 0.0);
        assert_eq!(score("we said “Amazing,” twice", 10.0), 10.0);
        assert_eq!(score("mind-blowing stuff", 10.0), 10.0);
        assert_eq!(score("what’s up", 10.0), 5.0);
    }

    #[test]
    fn very_short_and_very_long_segments_lose() {
        assert_eq!(score("amazing", 4.9), 5.0);
        assert_eq!(score("amazing", 5.0), 10.0);
        assert_eq!(score("amazing", 120.0), 10.0);
        assert_eq!(score("amazing", 120.1), 3.0);
    }

    #[test]
    fn capitals_count_from_over_three_in_ten_letters() {
        assert_eq!(score("ABCdefghij", 10.0), 0.0);
        assert_eq!(score("ABCDefghij", 10.0), 10.0);
        assert_eq!(score("", 10.0), 0.0);
    }

    #[test]
    fn no_text_reaches_over_a_hundred() {
        let all = "AMAZING INCREDIBLE INSANE WHY HOW WHAT WHEN REALLY NEVER ALWAYS EXACTLY TRULY !!! ???";
        assert_eq!(score(all, 10.0), 90.0);
    }

    #[test]
    fn no_word_is_listed_twice_and_all_can_match() {
        let mut all: Vec<&str> = [EXCITEMENT_WORDS, QUESTION_WORDS, EMPHASIS_WORDS].concat();
        let total = all.len();
        assert!(all.iter().all(|word| tokens(word).eq([*word]) && *word == word.to_lowercase()));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), total);
    }
}
