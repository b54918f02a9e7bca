//! Text that libass draws as it stands.

/// Keeps a backslash from being read together with the letter after it. It is the word joiner,
/// which libass never draws.
const JOINER: char = '\u{2060}';

/// Marks that do not begin a line.
const CLOSING: [char; 14] =
    ['、', '。', '，', '．', '！', '？', '：', '；', '）', '」', '』', '】', '》', 'ー'];

/// The text as the body of an ASS event that libass (tried with 0.17.1) shows character for
/// character: control characters are dropped, at most `max_chars` stay (the last an ellipsis where
/// something was cut off), and runs without spaces that are wider than `line_width` are broken,
/// because libass breaks at spaces only. `line_width` counts in font sizes (1.0 is as wide as the
/// font is high).
pub fn ass_text(text: &str, max_chars: usize, line_width: f64) -> String {
    let drawable = drawable(text);
    let lines: Vec<String> = shorten(&drawable, max_chars)
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(' ').map(|run| break_run(run, line_width)).collect::<Vec<_>>().join(" "))
        .collect();
    escape(&lines.join("\n"))
}

/// Spaces for all white space except line breaks; nothing for control characters, and for skin
/// tones, which fonts of one colour can only draw as a patch beside the emoji.
fn drawable(text: &str) -> String {
    let unbroken = text.replace("\r\n", "\n");
    unbroken
        .chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{a0}' => Some(c),
            c if c.is_whitespace() => Some(' '),
            c if c.is_control() || matches!(c, '\u{1F3FB}'..='\u{1F3FF}') => None,
            c => Some(c),
        })
        .collect()
}

fn shorten(text: &str, max_chars: usize) -> String {
    if text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' => escaped.extend(['\\', JOINER]),
            '{' | '}' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\N"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Breaks a run without spaces into lines of about equal width, none wider than `line_width` by
/// more than a letter, for which the margins have room.
fn break_run(run: &str, line_width: f64) -> String {
    let total: f64 = run.chars().map(width).sum();
    let lines = (total / line_width.max(1.0)).ceil();
    if lines <= 1.0 {
        return run.to_owned();
    }
    let (target, mut broken, mut filled) = (total / lines, String::new(), 0.0);
    let (mut before, mut line) = ('\n', 1.0);
    for c in run.chars() {
        if filled + width(c) / 2.0 > target * line && may_break(before, c) {
            broken.push('\n');
            line += 1.0;
        }
        broken.push(c);
        filled += width(c);
        before = c;
    }
    broken
}

fn may_break(before: char, after: char) -> bool {
    before != '\n' && before != '\u{200D}' && width(after) > 0.0 && !CLOSING.contains(&after)
}

/// Rough advance of a character in font sizes, measured on bold DejaVu Sans, Noto Sans CJK and
/// Symbola; zero for marks that sit on the character before.
fn width(c: char) -> f64 {
    if sits_on_another(c) {
        return 0.0;
    }
    match u32::from(c) {
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFF60 => 0.75,
        0x1F000..=0x1FAFF => 0.85,
        _ if matches!(c, 'M' | 'W' | 'm' | 'w' | '%' | '@' | '—' | '…') => 0.95,
        _ if matches!(c, '.' | ',' | ':' | ';' | '!' | '|' | '\'' | 'i' | 'j' | 'l' | 'I' | 'f' | 't') => 0.4,
        _ if c.is_uppercase() => 0.73,
        _ => 0.63,
    }
}

/// Combining marks of the common scripts, joiners, variation selectors, marks of direction.
fn sits_on_another(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0610..=0x061A | 0x064B..=0x065F | 0x0900..=0x0903 | 0x093A..=0x094F
        | 0x0E31 | 0x0E34..=0x0E3A | 0x0E47..=0x0E4E | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x2064 | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What libass 0.17 draws of an event's body: the rules of `ass_get_next_char` and of
    /// override blocks. Blocks are given back as `<block>` so that none can hide.
    fn as_libass_reads(body: &str) -> String {
        let (mut rest, mut drawn) = (body, String::new());
        while let Some(first) = rest.chars().next() {
            let pair = ["\\N", "\\n", "\\h", "\\{", "\\}"].into_iter().find(|pair| rest.starts_with(pair));
            if first == '{' && rest.contains('}') {
                drawn.push_str("<block>");
                rest = &rest[rest.find('}').unwrap() + 1..];
            } else if let Some(pair) = pair {
                drawn.push_str(match pair {
                    "\\N" => "\n",
                    "\\{" => "{",
                    "\\}" => "}",
                    _ => " ",
                });
                rest = &rest[2..];
            } else {
                drawn.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        drawn.replace(JOINER, "")
    }

    /// Line ends and spaces around them are layout; all else must be drawn.
    fn literal(text: &str) -> String {
        text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_short_string_of_special_characters_is_drawn_as_it_is() {
        let alphabet: Vec<char> = "'\":;,[]{}\\%\nNnhb0(&| ".chars().collect();
        let mut texts = vec![String::new()];
        let mut from = 0;
        for _ in 0..3 {
            let until = texts.len();
            for index in from..until {
                let stem = texts[index].clone();
                texts.extend(alphabet.iter().map(|c| format!("{stem}{c}")));
            }
            from = until;
        }
        for text in texts {
            assert_eq!(as_libass_reads(&ass_text(&text, 300, 20.0)), literal(&text), "{text:?}");
        }
    }

    #[test]
    fn the_model_of_libass_sees_what_unescaped_text_does() {
        assert_eq!(as_libass_reads("a{\\b1}b\\Nc\\hd"), "a<block>b\nc d");
    }

    #[test]
    fn no_escaped_text_holds_an_open_brace_or_a_line_break() {
        let body = ass_text("{\\fs9000\\blur100}x\r\ny\u{2028}z\u{0}\u{1b}", 300, 20.0);
        assert_eq!(body, "\\{\\\u{2060}fs9000\\\u{2060}blur100\\}x\\Ny\\Nz");
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        let body = ass_text(&"ab ".repeat(500), 300, 1000.0);
        assert!(body.chars().count() <= 300 && body.ends_with("b…"), "{body}");
        assert_eq!(ass_text("abc", 3, 10.0), "abc");
    }

    #[test]
    fn a_run_without_spaces_is_broken_into_even_lines() {
        let body = ass_text(&"字".repeat(40), 300, 20.0);
        let lengths: Vec<_> = body.split("\\N").map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [20, 20]);
        assert_eq!(ass_text("words with spaces need no help from here at all", 300, 20.0).find("\\N"), None);
    }

    #[test]
    fn a_line_begins_with_no_closing_mark_and_no_combining_mark() {
        let body = ass_text(&"中。".repeat(30), 300, 10.0);
        assert!(body.split("\\N").count() > 2);
        assert!(body.split("\\N").all(|line| line.starts_with('中')), "{body}");
        let body = ass_text(&"e\u{301}".repeat(60), 300, 10.0);
        assert!(body.split("\\N").all(|line| line.starts_with('e')), "{body}");
    }
}
