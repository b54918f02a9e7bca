//! How words are drawn on the picture.

use serde::{Deserialize, Serialize};

use super::speech::yes;
use super::{Faults, Validate};
use crate::outcome::Word;

/// Captions to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaptionSpec {
    /// Words in source time; those outside the parts are left out, the others move with them.
    pub words: Vec<Word>,
    /// How they look.
    #[serde(default)]
    pub style: CaptionStyle,
}

/// Letter case of captions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LetterCase {
    /// ALL CAPITALS.
    Upper,
    /// no capitals.
    Lower,
    /// As it was said.
    AsIs,
}

/// Look of captions. Sizes are pixels on a picture whose shorter side is 1080 pixels, and scale
/// with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CaptionStyle {
    /// Words shown at a time (1 to 20).
    pub words_per_caption: usize,
    /// Font family; glyphs that it lacks come from an installed font that has them.
    pub font_family: String,
    /// Height of the font (8 to 400).
    pub font_size: f64,
    /// Bold weight.
    #[serde(default = "yes")]
    pub bold: bool,
    /// Colour of the letters, `#RRGGBB` or `#RRGGBBAA` (alpha ff is opaque).
    pub primary_color: String,
    /// Colour of the outline.
    pub outline_color: String,
    /// Colour of the shadow.
    pub shadow_color: String,
    /// Width of the outline (0 to 40).
    pub outline_width: f64,
    /// Offset of the shadow (0 to 40).
    pub shadow_offset: f64,
    /// Centre of the text as percent of the height from the top (0 to 100).
    pub vertical_position: f64,
    /// Letter case.
    pub letter_case: LetterCase,
    /// A caption stays until the next one when the pause is at most this long, in seconds.
    pub hold_gap: f64,
}

impl Default for CaptionStyle {
    fn default() -> Self {
        Self {
            words_per_caption: 2,
            font_family: "DejaVu Sans".to_owned(),
            font_size: 48.0,
            bold: true,
            primary_color: "#FFFFFF".to_owned(),
            outline_color: "#000000".to_owned(),
            shadow_color: "#00000080".to_owned(),
            outline_width: 3.0,
            shadow_offset: 2.0,
            vertical_position: 80.0,
            letter_case: LetterCase::Upper,
            hold_gap: 0.3,
        }
    }
}

impl Validate for CaptionSpec {
    fn check(&self, faults: &mut Faults) {
        check_words(&self.words, faults);
        faults.within("style", |faults| self.style.check(faults));
    }
}

pub(super) fn check_words(words: &[Word], faults: &mut Faults) {
    for (index, word) in words.iter().enumerate() {
        faults.within(format!("words[{index}]"), |faults| {
            faults.text("word", &word.word);
            let ok = word.start.is_finite() && word.end.is_finite() && word.end >= word.start;
            faults.require(ok, "end", "must be a finite time, not before start");
        });
    }
}

pub(super) fn check_color(field: &str, value: &str, faults: &mut Faults) {
    let ok = value.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    faults.require(ok, field, format_args!("must be #RRGGBB or #RRGGBBAA, got {value:?}"));
}

pub(super) fn check_font(value: &str, faults: &mut Faults) {
    let ok = !value.is_empty() && value.len() <= 100 && !value.contains(|c: char| c == ',' || c.is_control());
    faults.require(
        ok,
        "font_family",
        "must be a font's name of at most 100 bytes, without commas or line breaks",
    );
}

impl Validate for CaptionStyle {
    fn check(&self, faults: &mut Faults) {
        faults.range("words_per_caption", self.words_per_caption as f64, 1.0, 20.0);
        check_font(&self.font_family, faults);
        faults.range("font_size", self.font_size, 8.0, 400.0);
        check_color("primary_color", &self.primary_color, faults);
        check_color("outline_color", &self.outline_color, faults);
        check_color("shadow_color", &self.shadow_color, faults);
        faults.range("outline_width", self.outline_width, 0.0, 40.0);
        faults.range("shadow_offset", self.shadow_offset, 0.0, 40.0);
        faults.range("vertical_position", self.vertical_position, 0.0, 100.0);
        faults.range("hold_gap", self.hold_gap, 0.0, 10.0);
    }
}
