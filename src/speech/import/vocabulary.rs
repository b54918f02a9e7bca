//! The tokens' bytes. The folder spells them in the alphabet of GPT-2, where each byte is a
//! visible character.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::super::ggml::broken;
use crate::error::{Error, ErrorKind, Result};

/// The first `count` tokens of the folder's vocabulary, as bytes.
///
/// # Errors
/// `NotFound` without a vocabulary; `CorruptMedia` where it is short or spelt otherwise.
pub(super) fn read(folder: &Path, count: usize) -> Result<Vec<Vec<u8>>> {
    let spelt = spelt_tokens(folder)?;
    if spelt.len() < count {
        return Err(broken(format_args!("its vocabulary has {} tokens, not {count}", spelt.len())));
    }
    let alphabet = alphabet();
    spelt.iter().take(count).map(|token| unspell(token, &alphabet)).collect()
}

fn spelt_tokens(folder: &Path) -> Result<Vec<String>> {
    let read = |name: &str| -> Result<Option<String>> {
        let path = folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(error, "read the vocabulary", &path)),
        }
    };
    if let Some(text) = read("tokenizer.json")? {
        return from_tokenizer(&text);
    }
    if let Some(text) = read("vocabulary.json")? {
        return serde_json::from_str(&text).map_err(|error| broken(format_args!("vocabulary.json: {error}")));
    }
    if let Some(text) = read("vocabulary.txt")? {
        return Ok(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect());
    }
    Err(Error::new(
        ErrorKind::NotFound,
        format!("{} has no tokenizer.json, vocabulary.json or vocabulary.txt", folder.display()),
    ))
}

/// `model.vocab` of a tokenizer file maps spelt tokens to numbers.
fn from_tokenizer(text: &str) -> Result<Vec<String>> {
    let fault = || broken("tokenizer.json has no model.vocab of numbered tokens");
    let value: Value =
        serde_json::from_str(text).map_err(|error| broken(format_args!("tokenizer.json: {error}")))?;
    let map = value.pointer("/model/vocab").and_then(Value::as_object).ok_or_else(fault)?;
    let mut numbered = map
        .iter()
        .map(|(token, id)| id.as_u64().map(|id| (id, token.clone())).ok_or_else(fault))
        .collect::<Result<Vec<_>>>()?;
    numbered.sort_unstable();
    let dense = numbered.iter().zip(0..).all(|((id, _), place)| *id == place);
    if dense { Ok(numbered.into_iter().map(|(_, token)| token).collect()) } else { Err(fault()) }
}

/// GPT-2's alphabet: visible Latin-1 characters stand for themselves, the other bytes for the
/// characters from 256 on, in order.
fn alphabet() -> HashMap<char, u8> {
    let visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 256_u32;
    (0..=u8::MAX)
        .filter_map(|byte| {
            let character = if visible(byte) {
                char::from(byte)
            } else {
                next += 1;
                char::from_u32(next - 1)?
            };
            Some((character, byte))
        })
        .collect()
}

fn unspell(token: &str, alphabet: &HashMap<char, u8>) -> Result<Vec<u8>> {
    token
        .chars()
        .map(|character| alphabet.get(&character).copied())
        .collect::<Option<_>>()
        .ok_or_else(|| broken(format_args!("its token {token:?} is not spelt in bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_character() {
        let alphabet = alphabet();
        assert_eq!(alphabet.len(), 256);
        assert_eq!(alphabet[&'Ġ'], b' ');
        assert_eq!(alphabet[&'Ċ'], b'\n');
        assert_eq!(unspell("ĠcafÃ©", &alphabet).unwrap(), " café".as_bytes());
        assert!(unspell("日", &alphabet).is_err());
    }

    #[test]
    fn a_tokenizer_is_read_by_number_and_a_gap_is_refused() {
        let text = r#"{"model":{"vocab":{"b":1,"Ġa":0}}}"#;
        assert_eq!(from_tokenizer(text).unwrap(), ["Ġa", "b"]);
        assert!(from_tokenizer(r#"{"model":{"vocab":{"b":2,"a":0}}}"#).is_err());
    }

    #[test]
    fn lists_and_lines_are_read_and_a_short_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), 1).unwrap_err().kind(), ErrorKind::NotFound);
        std::fs::write(folder.path().join("vocabulary.txt"), "!\nĠ\n").unwrap();
        assert_eq!(read(folder.path(), 2).unwrap(), [b"!".to_vec(), b" ".to_vec()]);
        std::fs::write(folder.path().join("vocabulary.json"), r#"["x"]"#).unwrap();
        assert_eq!(read(folder.path(), 1).unwrap(), [b"x".to_vec()]);
        assert!(read(folder.path(), 2).is_err());
    }
}
