//! Tokens to words: a space begins a word, punctuation belongs to the word that it touches, and a
//! character may be spread over tokens.

use super::decode::Piece;

/// Languages that write no spaces: each token that ends on a whole character is a word there.
const UNSPACED: [&str; 7] = ["zh", "ja", "th", "lo", "my", "yue", "km"];

/// Signs that are words of their own in speech.
const ALOUD: [char; 15] = ['%', '‰', '$', '€', '£', '¥', '¢', '&', '+', '=', '@', '#', '°', '×', '÷'];

/// A word before its times are settled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawWord {
    /// The word with its punctuation.
    pub text: String,
    /// Whether a space stands before it in the text.
    pub spaced: bool,
    /// Mean probability of its tokens.
    pub probability: f64,
    /// Where the alignment ends what is spoken of it, in seconds of the window.
    pub end: Option<f64>,
    /// Where it ends the punctuation after it, which swallows the pause there.
    pub pause: Option<f64>,
    /// Whether the model began a segment with it.
    pub begins_segment: bool,
}

/// A word that is being put together.
#[derive(Default)]
struct Builder {
    bytes: Vec<u8>,
    probabilities: Vec<f64>,
    end: Option<f64>,
    pause: Option<f64>,
    spoken: bool,
    begins_segment: bool,
}

impl Builder {
    fn add(&mut self, bytes: &[u8], probability: f32, end: Option<f64>) {
        self.bytes.extend(bytes);
        self.probabilities.push(f64::from(probability));
        // The alignment lets punctuation swallow the pause after a word.
        let spoken = is_spoken(bytes);
        if spoken || !self.spoken {
            self.end = end.or(self.end);
            self.pause = None;
        } else {
            self.pause = end;
        }
        self.spoken |= spoken;
    }

    fn is_whole(&self) -> bool {
        str::from_utf8(&self.bytes).is_ok()
    }

    fn finish(self) -> Option<RawWord> {
        let text = String::from_utf8_lossy(&self.bytes).replace('\u{fffd}', "");
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let count = self.probabilities.len().max(1) as f64;
        Some(RawWord {
            text: trimmed.to_owned(),
            spaced: text.starts_with(char::is_whitespace),
            probability: self.probabilities.iter().sum::<f64>() / count,
            end: self.end,
            pause: self.pause,
            begins_segment: self.begins_segment,
        })
    }
}

/// Whether a token is more than punctuation: letters, digits and the signs that are read aloud; a
/// piece of a character counts as a letter.
fn is_spoken(bytes: &[u8]) -> bool {
    let aloud = |sign: char| sign.is_alphanumeric() || ALOUD.contains(&sign);
    str::from_utf8(bytes).map_or(true, |text| text.chars().any(aloud))
}

/// The words of a window.
pub(crate) fn build(pieces: &[Piece], language: &str) -> Vec<RawWord> {
    let unspaced = UNSPACED.contains(&language);
    let mut words: Vec<RawWord> = Vec::new();
    let mut current = Builder { begins_segment: true, ..Builder::default() };
    let mut mark_seen = false;
    for piece in pieces {
        match piece {
            Piece::Mark(_) => mark_seen = true,
            Piece::Text { bytes, probability, end } => {
                if begins_word(&current, bytes, unspaced, mark_seen) {
                    let done = std::mem::take(&mut current);
                    current.begins_segment = mark_seen;
                    keep(&mut words, done.finish());
                }
                mark_seen = false;
                current.add(bytes, *probability, *end);
            }
        }
    }
    keep(&mut words, current.finish());
    words
}

fn begins_word(current: &Builder, bytes: &[u8], unspaced: bool, mark_seen: bool) -> bool {
    if current.bytes.is_empty() || !current.is_whole() {
        return false;
    }
    bytes.first() == Some(&b' ') || mark_seen || (unspaced && is_spoken(bytes))
}

/// Punctuation that stands alone joins its neighbour: a dash the word before, an opening quote the
/// word after, which is appended to it here.
fn keep(words: &mut Vec<RawWord>, word: Option<RawWord>) {
    let Some(word) = word else { return };
    let opening = |text: &str| text.chars().all(|c| "\"'“‘¿¡([{«「『".contains(c));
    match words.last_mut() {
        Some(last) if opening(&last.text) => {
            last.text += &word.text;
            last.end = word.end.or(last.end);
            last.pause = word.pause;
            last.probability = word.probability;
        }
        Some(last) if !is_spoken(word.text.as_bytes()) && !opening(&word.text) => last.text += &word.text,
        _ => words.push(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], end: f64) -> Piece {
        Piece::Text { bytes: bytes.to_vec(), probability: 0.5, end: Some(end) }
    }

    fn texts(words: &[RawWord]) -> Vec<&str> {
        words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn tokens_join_until_the_next_space_and_punctuation_does_not_move_the_end() {
        let pieces = [
            Piece::Mark(0.0),
            text(b" ill", 1.0),
            text(b"-", 1.1),
            text(b"dis", 1.2),
            text(b"posed", 1.5),
            text(b".", 2.9),
            text(b" He", 3.0),
        ];
        let words = build(&pieces, "en");
        assert_eq!(texts(&words), ["ill-disposed.", "He"]);
        assert_eq!((words[0].end, words[0].pause), (Some(1.5), Some(2.9)));
        assert!(words[0].begins_segment && !words[1].begins_segment);
    }

    #[test]
    fn a_sign_that_is_read_aloud_carries_the_end() {
        let words = build(&[text(b" 75", 0.7), text(b"%", 1.6), text(b".", 2.4)], "en");
        assert_eq!((texts(&words), words[0].end), (vec!["75%."], Some(1.6)));
    }

    #[test]
    fn a_character_over_two_tokens_is_whole_again() {
        let pieces = [text(b" caf", 1.0), text(b"\xc3", 1.0), text(b"\xa9", 1.2), text(b" x", 2.0)];
        assert_eq!(texts(&build(&pieces, "fr")), ["café", "x"]);
    }

    #[test]
    fn languages_without_spaces_part_at_whole_characters() {
        let pieces = [
            text("你".as_bytes(), 1.0),
            text(b"\xe5\xa5", 1.1),
            text(b"\xbd", 1.2),
            text("。".as_bytes(), 1.9),
        ];
        let words = build(&pieces, "zh");
        assert_eq!(texts(&words), ["你", "好。"]);
        assert!(!words[1].spaced);
        assert_eq!(words[1].end, Some(1.2));
    }

    #[test]
    fn lone_punctuation_joins_its_neighbour() {
        let pieces = [text(b" \"", 0.1), text(b" Yes", 0.5), text(b" -", 0.9), text(b" no", 1.2)];
        assert_eq!(texts(&build(&pieces, "en")), ["\"Yes-", "no"]);
    }

    #[test]
    fn a_mark_begins_a_segment() {
        let pieces =
            [text(b" a", 0.1), Piece::Mark(1.0), Piece::Mark(1.0), text(b" b", 1.2), Piece::Mark(2.0)];
        let words = build(&pieces, "en");
        assert!(words[1].begins_segment);
    }
}
