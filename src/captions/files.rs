//! Cues as files beside a clip: SRT, WebVTT and JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::Cue;

/// Cues as SubRip. The format knows no escapes; texts are written as they are, on one line.
pub fn srt(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (index, cue) in cues.iter().enumerate() {
        let (start, end) = (time(cue.start, ','), time(cue.end, ','));
        // Writing to a String cannot fail.
        let _ = write!(out, "{}\n{start} --> {end}\n{}\n\n", index + 1, one_line(&cue.text));
    }
    out
}

/// Cues as WebVTT, with `&`, `<` and `>` escaped.
pub fn vtt(cues: &[Cue]) -> String {
    let mut out = "WEBVTT\n\n".to_owned();
    for cue in cues {
        let (start, end) = (time(cue.start, '.'), time(cue.end, '.'));
        let text = one_line(&cue.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // Writing to a String cannot fail.
        let _ = write!(out, "{start} --> {end}\n{text}\n\n");
    }
    out
}

/// Cues as a JSON array of `{start, end, text, words}`, times in seconds to the millisecond.
pub fn json(cues: &[Cue]) -> String {
    let entries: Vec<_> = cues.iter().map(Entry::of).collect();
    // Strings and finite numbers always have a JSON form.
    serde_json::to_string_pretty(&entries).unwrap_or_default()
}

#[derive(Serialize)]
struct Entry<'a> {
    start: f64,
    end: f64,
    text: &'a str,
    words: Vec<WordEntry<'a>>,
}

#[derive(Serialize)]
struct WordEntry<'a> {
    word: &'a str,
    start: f64,
    end: f64,
}

impl<'a> Entry<'a> {
    fn of(cue: &'a Cue) -> Self {
        let words = cue.words.iter();
        let words = words.map(|w| WordEntry { word: &w.word, start: to_ms(w.start), end: to_ms(w.end) });
        Self { start: to_ms(cue.start), end: to_ms(cue.end), text: &cue.text, words: words.collect() }
    }
}

fn to_ms(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// A blank line would end a cue.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn time(seconds: f64, point: char) -> String {
    let ms = (seconds.max(0.0) * 1000.0).round() as u64;
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}{point}{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Word;

    fn cues() -> Vec<Cue> {
        let word = Word { word: "a".to_owned(), start: 0.1 + 0.2, end: 1.0, probability: Some(0.5) };
        vec![
            Cue { start: 0.1 + 0.2, end: 1.0, text: "a <b> & c --> d\n\ne".to_owned(), words: vec![word] },
            Cue { start: 3661.5, end: 3662.0, text: "{\\an8}".to_owned(), words: Vec::new() },
        ]
    }

    #[test]
    fn srt_is_numbered_from_one_with_commas_and_plain_text() {
        let expected = "1\n00:00:00,300 --> 00:00:01,000\na <b> & c --> d e\n\n\
                        2\n01:01:01,500 --> 01:01:02,000\n{\\an8}\n\n";
        assert_eq!(srt(&cues()), expected);
    }

    #[test]
    fn vtt_escapes_markup() {
        let expected = "WEBVTT\n\n00:00:00.300 --> 00:00:01.000\na &lt;b&gt; &amp; c --&gt; d e\n\n\
                        01:01:01.500 --> 01:01:02.000\n{\\an8}\n\n";
        assert_eq!(vtt(&cues()), expected);
    }

    #[test]
    fn json_has_times_to_the_millisecond_and_the_words() {
        let parsed: serde_json::Value = serde_json::from_str(&json(&cues())).unwrap();
        assert_eq!(parsed[0]["start"], 0.3);
        assert_eq!(parsed[0]["words"][0], serde_json::json!({"word": "a", "start": 0.3, "end": 1.0}));
        assert_eq!(parsed[1]["text"], "{\\an8}");
        assert_eq!(json(&[]), "[]");
    }
}
