//! Which top-level modules a file refers to, through `crate::` or by climbing with `super::`.

use crate::lexer::{Kind, Token};

/// A reference to something at the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name after `crate::`; `*` for all of them, `as` where the root itself is renamed.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
}

/// All references of a file whose module path within the crate is `module`.
pub fn references(tokens: &[Token], module: &[String]) -> Vec<Reference> {
    let mut scan = Scan { tokens, module: module.to_vec(), depth: 0, inline: Vec::new(), found: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        at = scan.step(at);
    }
    scan.found
}

struct Scan<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    depth: usize,
    /// Depths of the braces that opened inline modules.
    inline: Vec<usize>,
    found: Vec<Reference>,
}

impl Scan<'_> {
    /// Looks at the token at `at`; tells where to go on.
    fn step(&mut self, at: usize) -> usize {
        match &self.tokens[at].kind {
            Kind::Mark('{') => {
                self.depth += 1;
                if let Some(name) = self.inline_module(at) {
                    self.inline.push(self.depth);
                    self.module.push(name);
                }
            }
            Kind::Mark('}') => {
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.module.pop();
                }
                self.depth = self.depth.saturating_sub(1);
            }
            Kind::Name(name) if name == "crate" => return self.after_crate(at),
            Kind::Name(name) if name == "super" => return self.tree(at, self.module.clone()),
            Kind::Name(_) | Kind::PathSep | Kind::Mark(_) => {}
        }
        at + 1
    }

    /// The name of the module that the brace at `at` opens.
    fn inline_module(&self, at: usize) -> Option<String> {
        let before = self.tokens.get(at.checked_sub(2)?)?;
        match &self.tokens[at - 1].kind {
            Kind::Name(name) if before.is_name("mod") => Some(name.clone()),
            Kind::Name(_) | Kind::PathSep | Kind::Mark(_) => None,
        }
    }

    fn after_crate(&mut self, at: usize) -> usize {
        match self.tokens.get(at + 1).map(|token| &token.kind) {
            Some(Kind::PathSep) => self.tree(at + 2, Vec::new()),
            Some(Kind::Name(name)) if name == "as" => self.emit("as", at),
            Some(Kind::Name(_) | Kind::Mark(_)) | None => at + 1,
        }
    }

    /// Reads a path or a braced tree of paths that starts within `base`.
    fn tree(&mut self, at: usize, mut base: Vec<String>) -> usize {
        let Some(token) = self.tokens.get(at) else { return at };
        match &token.kind {
            Kind::Mark('{') => self.group(at, &base),
            Kind::Name(name) if name == "super" => {
                base.pop();
                let next = self.tokens.get(at + 1).map(|token| &token.kind);
                if next == Some(&Kind::PathSep) { self.tree(at + 2, base) } else { self.rename(at, &base) }
            }
            Kind::Name(name) if base.is_empty() => self.emit(&name.clone(), at),
            Kind::Mark('*') if base.is_empty() => self.emit("*", at),
            Kind::Name(_) | Kind::PathSep | Kind::Mark(_) => at + 1,
        }
    }

    fn rename(&mut self, at: usize, base: &[String]) -> usize {
        let renamed = self.tokens.get(at + 1).is_some_and(|token| token.is_name("as"));
        if base.is_empty() && renamed { self.emit("as", at) } else { at + 1 }
    }

    fn group(&mut self, open: usize, base: &[String]) -> usize {
        let mut at = self.tree(open + 1, base.to_vec());
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Mark('{') => depth += 1,
                Kind::Mark('}') if depth == 0 => return at + 1,
                Kind::Mark('}') => depth -= 1,
                Kind::Mark(',') if depth == 0 => {
                    let last = self.tokens.get(at + 1).is_some_and(|token| token.is_mark('}'));
                    at = if last { at + 1 } else { self.tree(at + 1, base.to_vec()) };
                    continue;
                }
                Kind::Name(_) | Kind::PathSep | Kind::Mark(_) => {}
            }
            at += 1;
        }
        at
    }

    fn emit(&mut self, name: &str, at: usize) -> usize {
        self.found.push(Reference { name: name.to_owned(), line: self.tokens[at].line });
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    fn names(source: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<_> = module.iter().map(|&part| part.to_owned()).collect();
        references(&tokens(source), &module).into_iter().map(|reference| reference.name).collect()
    }

    #[test]
    fn every_form_of_a_path_from_the_root_is_seen() {
        assert_eq!(names("use crate::media::probe;", &["stages"]), ["media"]);
        assert_eq!(names("fn f() { crate::media::probe() }", &["stages"]), ["media"]);
        assert_eq!(names("pub(in crate::spec) fn f() {}", &["spec", "job"]), ["spec"]);
        assert_eq!(
            names("use crate::{media::{a, b}, speech, {store::C},};", &["x"]),
            ["media", "speech", "store"]
        );
        assert_eq!(names("use crate::*;", &["x"]), ["*"]);
        assert_eq!(names("use crate as all;", &["x"]), ["as"]);
    }

    #[test]
    fn climbing_out_of_the_room_is_seen() {
        assert_eq!(names("use super::media::probe;", &["stages"]), ["media"]);
        assert_eq!(names("use super::super::media;", &["stages", "clip"]), ["media"]);
        assert_eq!(names("use super::{a, super::media};", &["stages", "clip"]), ["media"]);
        assert_eq!(names("use super as all;", &["stages"]), ["as"]);
        assert_eq!(names("mod t { fn f() { super::super::media::x() } }", &["stages"]), ["media"]);
    }

    #[test]
    fn staying_in_the_room_is_not_a_reference() {
        assert_eq!(names("use super::clip::a; mod t { use super::*; }", &["stages", "x"]), [""; 0]);
        assert_eq!(names("mod a { mod b { use super::super::c; } } ", &["stages"]), [""; 0]);
        assert_eq!(names("use self::super::c; use ffmpeg::media;", &["stages", "x"]), [""; 0]);
    }

    #[test]
    fn a_closed_inline_module_is_left() {
        assert_eq!(names("mod a { fn f() {} } use super::media;", &["stages"]), ["media"]);
    }
}
