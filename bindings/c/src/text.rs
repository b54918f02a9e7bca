//! Texts that cross the border.

use std::ffi::{CStr, CString, c_char};

use serde::Serialize;
use ytclipper::Error;

use crate::boundary::Out;
use crate::handle;
use crate::status::Fault;

/// A text of the host.
///
/// # Safety
/// `text` is NULL or ends with NUL and stays as it is while the result is in use.
pub(crate) unsafe fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str, Fault> {
    // SAFETY: the caller promises the same.
    unsafe { optional(text, name)? }.ok_or_else(|| Fault::argument(name, "must not be NULL"))
}

/// As [`required`], but NULL is no text.
///
/// # Safety
/// As for [`required`].
pub(crate) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>, Fault> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not NULL, so the caller promises a NUL-ended text that stays.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| Fault::argument(name, "must be UTF-8"))
}

/// A text for C. A NUL inside of it, which C would take for its end, becomes U+FFFD.
pub(crate) fn to_c(text: &str) -> CString {
    CString::new(text).unwrap_or_else(|_| CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default())
}

/// JSON of one of our own values.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value)
        .map_err(|error| Error::internal(format!("cannot write JSON: {error}")).into())
}

impl Out<*mut c_char> {
    /// Hands a text to the host, who frees it with `ytc_string_free`.
    pub(crate) fn give(&self, text: &str) {
        if self.is_wanted() {
            self.set(handle::give_text(to_c(text)));
        }
    }
}

/// Fills a text of fixed size, cut before a character that has no room, and ended with NUL.
pub(crate) fn fill<const N: usize>(text: &str) -> [c_char; N] {
    let mut end = text.len().min(N - 1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut filled = [0; N];
    for (to, from) in filled.iter_mut().zip(text[..end].bytes().filter(|byte| *byte != 0)) {
        *to = from as c_char;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let bytes = |text: &str| fill::<6>(text).map(|c| c as u8);
        assert_eq!(&bytes("abcdefgh"), b"abcde\0");
        assert_eq!(&bytes("abcdé"), b"abcd\0\0");
        assert_eq!(&bytes("a\0b"), b"ab\0\0\0\0");
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        // SAFETY: both are NUL-ended.
        let (bad, good) = unsafe { (required(c"\xff".as_ptr(), "x"), required(c"\xc3\xa9".as_ptr(), "x")) };
        assert!(bad.is_err());
        assert_eq!(good.unwrap(), "é");
    }
}
