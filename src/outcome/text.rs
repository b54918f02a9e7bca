//! Words back into text.

use super::Word;

/// The words as running text: joined by single spaces, except where both neighbours belong to a
/// script that is written without (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
pub fn join_words<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    let mut text = String::new();
    for piece in words.into_iter().flat_map(|word| word.word.split_whitespace()) {
        if needs_space(&text, piece) {
            text.push(' ');
        }
        text.push_str(piece);
    }
    text
}

fn needs_space(before: &str, after: &str) -> bool {
    match (before.chars().next_back(), after.chars().next()) {
        (Some(last), Some(first)) => !(is_unspaced(last) && is_unspaced(first)),
        (None, _) | (_, None) => false,
    }
}

/// Whether a letter's script puts no spaces between words (Unicode blocks).
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Burmese
        | 0x1780..=0x17FF // Khmer
        | 0x2E80..=0x312F // CJK radicals and punctuation, kana, bopomofo
        | 0x31A0..=0x9FFF // kana extensions, CJK ideographs
        | 0xF900..=0xFAFF
        | 0xFF00..=0xFFEF // full-width forms
        | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(words: &[&str]) -> String {
        let words: Vec<_> = words
            .iter()
            .map(|word| Word { word: (*word).to_owned(), start: 0.0, end: 1.0, probability: None })
            .collect();
        join_words(&words)
    }

    #[test]
    fn words_are_joined_by_one_space() {
        assert_eq!(join(&[" so ", "", "it\n goes."]), "so it goes.");
    }

    #[test]
    fn chinese_japanese_and_thai_get_no_spaces_but_korean_does() {
        assert_eq!(join(&["你", "好", "。", "OK", "ขอ", "บ"]), "你好。 OK ขอบ");
        assert_eq!(join(&["안녕", "하세요"]), "안녕 하세요");
    }
}
