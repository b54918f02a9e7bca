//! Just enough of Rust's lexical grammar to see names and braces, and not what stands in comments
//! and literals.

/// A piece of source that can matter to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Name(String),
    /// `::`
    PathSep,
    /// Any other character outside names, literals and white space.
    Mark(char),
}

/// A [`Kind`] and the line it stands on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub line: usize,
}

impl Token {
    pub fn is_name(&self, name: &str) -> bool {
        matches!(&self.kind, Kind::Name(own) if own == name)
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The tokens of a file.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source, line: 1, found: Vec::new() };
    while let Some(first) = lexer.rest.chars().next() {
        lexer.step(first);
    }
    lexer.found
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    found: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, first: char) {
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(block_comment(self.rest));
        } else if let Some(length) = raw_string(self.rest) {
            self.skip(length);
        } else if first == '"' || self.rest.starts_with("b\"") || self.rest.starts_with("c\"") {
            self.skip(quoted(self.rest, '"'));
        } else if first == '\'' {
            self.skip(char_or_lifetime(self.rest));
        } else if first.is_alphanumeric() || first == '_' {
            let length = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let length = length.unwrap_or(self.rest.len());
            self.push(Kind::Name(self.rest[..length].to_owned()), length);
        } else if self.rest.starts_with("::") {
            self.push(Kind::PathSep, 2);
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else {
            self.push(Kind::Mark(first), first.len_utf8());
        }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.found.push(Token { kind, line: self.line });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }
}

/// Length of a block comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text.as_bytes()[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if text.as_bytes()[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Length of a raw string at the beginning of `text`, if one stands there.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('b').or_else(|| text.strip_prefix('c')).unwrap_or(text);
    let hashes_on = after.strip_prefix('r')?;
    let body = hashes_on.trim_start_matches('#');
    let close = format!("\"{}", "#".repeat(hashes_on.len() - body.len()));
    let inner = body.strip_prefix('"')?;
    let end = inner.find(&close).map_or(inner.len(), |at| at + close.len());
    Some(text.len() - inner.len() + end)
}

/// Length of a literal that ends at an unescaped `quote`.
fn quoted(text: &str, quote: char) -> usize {
    let open = text.find(quote).unwrap_or(0) + 1;
    let mut escaped = false;
    for (at, c) in text[open..].char_indices() {
        if c == quote && !escaped {
            return open + at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// Length of `'x'` or `'\n'`; of the tick alone where it begins a lifetime.
fn char_or_lifetime(text: &str) -> usize {
    let mut inner = text.chars().skip(1);
    let (first, second) = (inner.next(), inner.next());
    if first == Some('\\') || second == Some('\'') { quoted(text, '\'') } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<String> {
        let name = |token: Token| if let Kind::Name(name) = token.kind { Some(name) } else { None };
        tokens(source).into_iter().filter_map(name).collect()
    }

    #[test]
    fn comments_and_literals_are_not_seen() {
        assert_eq!(names("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(names(r##"a "b \" c" r#"d " e"# f"##), ["a", "f"]);
        assert_eq!(names(r#"a b"c" '"' d '\'' e"#), ["a", "d", "e"]);
    }

    #[test]
    fn lifetimes_do_not_swallow_code() {
        assert_eq!(names("fn a<'b>(c: &'b str) -> D<'_>"), ["fn", "a", "b", "c", "b", "str", "D", "_"]);
    }

    #[test]
    fn lines_are_counted_through_literals() {
        let found = tokens("\"x\ny\"\n/* \n */ a");
        assert_eq!(found, [Token { kind: Kind::Name("a".to_owned()), line: 4 }]);
    }
}
