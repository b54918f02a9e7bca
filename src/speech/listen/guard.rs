//! What whisper writes where nobody says it: marks of music, text over silence, loops.

use super::words::RawWord;

/// A phrase that comes more often than this in a row is a loop.
const MOST_REPEATS: usize = 4;
/// Of a loop so many rounds are kept.
const KEPT_REPEATS: usize = 2;
/// Words of the longest phrase that is looked for.
const LONGEST_PHRASE: usize = 10;
/// Words of the longest mark (`[speaking in a foreign language]`).
const LONGEST_MARK: usize = 8;
/// Natural logarithm: below it on average, a guess. Whisper's own bar.
pub(crate) const GUESS: f64 = -1.0;
/// Below this on average nobody would trust it, however long somebody seems to speak.
const WILD_GUESS: f64 = -1.25;
/// Below this on average it is not sure.
const UNSURE: f64 = -0.6;
/// Below this a detected language may be none.
const SURE_LANGUAGE: f64 = 0.6;
/// Half of somebody's words are longer than this, in seconds: at 300 words a minute one lasts 0.2.
const FASTEST: f64 = 0.09;
/// So many words are just before another.
const JUST_BEFORE: usize = 2;
/// Fewer words than this say nothing of pace.
const FEW: usize = 4;
/// Seconds of speech in which some words must be said, and the fewest in a second.
const LONG: f64 = 5.0;
const SCARCE: f64 = 0.3;

/// Whether a window's words are a guess: unlikely ones over next to no speech (`speech` in seconds),
/// very unlikely ones over any, as music is answered with, unlikely ones that are far fewer than
/// anybody says in the time, and unlikely ones in a language of which the model is not sure
/// (`language`, 0 to 1). A word that was said just before is likely, whatever is heard, and does not
/// count for how sure the model is.
pub(crate) fn is_guess(words: &[RawWord], speech: f64, language: f64) -> bool {
    let count = words.len().max(1) as f64;
    let plain: Vec<String> = words.iter().map(plain).collect();
    let new = |at: &usize| !plain[at.saturating_sub(JUST_BEFORE)..*at].contains(&plain[*at]);
    let sure: Vec<f64> =
        (0..words.len()).filter(new).map(|at| words[at].probability.max(1e-6).ln()).collect();
    let mean = sure.iter().sum::<f64>() / sure.len().max(1) as f64;
    let scarce = speech > LONG && count / speech < SCARCE;
    (speech < 1.0 && mean < GUESS)
        || mean < WILD_GUESS
        || ((scarce || language < SURE_LANGUAGE) && mean < UNSURE)
}

/// Whether words of these lengths (seconds) follow each other faster than anybody speaks: the
/// alignment found no sound for them, as for a sentence that music is answered with.
pub(crate) fn is_crowded(lengths: impl Iterator<Item = f64>) -> bool {
    let mut lengths: Vec<f64> = lengths.collect();
    lengths.sort_unstable_by(f64::total_cmp);
    lengths.len() >= FEW && lengths[lengths.len() / 2] < FASTEST
}

/// For each word whether it stays: marks and the further rounds of loops go.
pub(crate) fn kept(words: &[RawWord]) -> Vec<bool> {
    let mut kept = vec![true; words.len()];
    drop_marks(words, &mut kept);
    drop_loops(words, &mut kept);
    kept
}

/// Marks what stands in brackets, between stars or notes.
fn drop_marks(words: &[RawWord], kept: &mut [bool]) {
    let mut index = 0;
    while index < words.len() {
        let closing = match words[index].text.chars().next() {
            Some('[') => ']',
            Some('(') => ')',
            Some('*') => '*',
            Some('♪') => '♪',
            _ => {
                index += 1;
                continue;
            }
        };
        let closes = |at: usize| {
            let text = words[at].text.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != closing);
            text.ends_with(closing) && (at > index || text.chars().count() > 1)
        };
        let reach = (index + LONGEST_MARK).min(words.len());
        if let Some(last) = (index..reach).find(|at| closes(*at)) {
            kept[index..=last].fill(false);
            index = last + 1;
        } else {
            kept[index] = words[index].text.chars().any(char::is_alphanumeric);
            index += 1;
        }
    }
}

/// A word's letters and digits, in lower case.
fn plain(word: &RawWord) -> String {
    word.text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn drop_loops(words: &[RawWord], kept: &mut [bool]) {
    let plain: Vec<String> = words.iter().map(plain).collect();
    let mut index = 0;
    while index < plain.len() {
        let (phrase, rounds) = loop_at(&plain, index);
        if rounds > MOST_REPEATS {
            kept[index + phrase * KEPT_REPEATS..index + phrase * rounds].fill(false);
            index += phrase * rounds;
        } else {
            index += 1;
        }
    }
}

/// The phrase length that is repeated most from `index` on, and how often it stands there.
fn loop_at(plain: &[String], index: usize) -> (usize, usize) {
    let rounds = |phrase: usize| {
        let head = &plain[index..index + phrase];
        plain[index..].chunks_exact(phrase).take_while(|chunk| *chunk == head).count()
    };
    (1..=LONGEST_PHRASE.min(plain.len() - index))
        .map(|phrase| (phrase, rounds(phrase)))
        .find(|(_, rounds)| *rounds > MOST_REPEATS)
        .unwrap_or((1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<RawWord> {
        text.split(' ')
            .map(|word| RawWord {
                text: word.into(),
                spaced: true,
                probability: 0.3,
                end: None,
                pause: None,
                begins_segment: false,
            })
            .collect()
    }

    fn left(text: &str) -> String {
        let words = words(text);
        let kept = kept(&words);
        let left: Vec<_> =
            words.iter().zip(kept).filter(|(_, kept)| *kept).map(|(w, _)| w.text.clone()).collect();
        left.join(" ")
    }

    #[test]
    fn marks_go_and_speech_stays() {
        assert_eq!(left("[BLANK_AUDIO]"), "");
        assert_eq!(left("so (upbeat music) we [Music]. go ♪ la la ♪ on *sighs* now"), "so we go on now");
        assert_eq!(
            left("an (open bracket that never ends in these ten words here)"),
            left("an (open bracket that never ends in these ten words here)")
        );
        assert_eq!(left("plain words, (stay"), "plain words, (stay");
    }

    #[test]
    fn loops_are_cut_and_natural_repeats_stay() {
        assert_eq!(left("no no no no way"), "no no no no way");
        assert_eq!(left(&format!("so {}end", "thank you. ".repeat(9))), "so thank you. thank you. end");
        assert_eq!(left("Ha, ".repeat(50).trim_end()), "Ha, Ha,");
    }

    #[test]
    fn a_guess_needs_both_little_speech_and_little_confidence() {
        assert!(is_guess(&words("thank you"), 0.4, 1.0));
        assert!(!is_guess(&words("thank you"), 4.0, 1.0));
    }

    #[test]
    fn saying_it_again_makes_it_no_surer() {
        let mut said = words("Basa, basa, basa! Basa");
        for word in &mut said[1..] {
            word.probability = 0.95;
        }
        assert!(is_guess(&said, 20.0, 0.38), "its first word is unlikely");
        said[0].probability = 0.95;
        assert!(!is_guess(&said, 4.0, 1.0));
    }

    #[test]
    fn words_faster_than_anybody_speaks_are_crowded() {
        assert!(is_crowded([16.1, 0.06, 0.07, 0.07, 0.04, 0.09, 0.06, 0.1].into_iter()));
        assert!(!is_crowded([0.3, 0.06, 0.12, 0.08, 0.25, 0.2].into_iter()));
        assert!(!is_crowded([0.05, 0.05].into_iter()));
    }

    #[test]
    fn few_unsure_words_over_long_sound_and_wild_ones_are_guesses() {
        let with = |text: &str, probability: f64| -> Vec<RawWord> {
            words(text).into_iter().map(|word| RawWord { probability, ..word }).collect()
        };
        assert!(
            is_guess(&with("thank you", 0.5), 20.0, 1.0) && !is_guess(&with("thank you", 0.9), 20.0, 1.0)
        );
        assert!(!is_guess(&with("we went on and on and on from there", 0.5), 20.0, 1.0));
        assert!(is_guess(&with("we went on and on and on from there", 0.25), 4.0, 1.0));
        assert!(is_guess(&with("we went on and on and on from there", 0.5), 4.0, 0.4));
    }
}
