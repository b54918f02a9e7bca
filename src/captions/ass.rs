//! Captions and a text watermark as one ASS document for libass.

use std::fmt::Write as _;

use super::Cue;
use super::text::ass_text;
use crate::spec::{CaptionStyle, Corner, Watermark, WatermarkType};

/// Most characters that one cue shows, and that a watermark shows: libass keeps a bitmap for each.
const MAX_CUE_CHARS: usize = 300;
const MAX_WATERMARK_CHARS: usize = 200;

/// The shorter side of the picture that style sizes are given for, in pixels.
const REFERENCE_SIDE: f64 = 1080.0;

/// Free margin at each side of captions, as a fraction of the width: text wraps inside 90 %.
const SIDE_MARGIN: f64 = 0.05;

/// Shadow of a watermark: offset in pixels, and how much it covers.
const WATERMARK_SHADOW: f64 = 2.0;
const WATERMARK_SHADOW_OPACITY: f64 = 0.5;

pub(super) const STYLE_FORMAT: &str = "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, \
OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, \
Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding";

pub(super) const EVENT_FORMAT: &str =
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text";

/// What is to be drawn on a picture of the output.
#[derive(Debug, Clone, Copy)]
pub struct AssScene<'a> {
    /// Width of the output in pixels.
    pub width: u32,
    /// Height of the output in pixels.
    pub height: u32,
    /// The cues, on the output's timeline.
    pub cues: &'a [Cue],
    /// How cues look; none are drawn where absent.
    pub style: Option<&'a CaptionStyle>,
    /// The watermark; only one of type `text` is drawn here.
    pub watermark: Option<&'a Watermark>,
    /// Length of the output in seconds.
    pub duration: f64,
}

impl AssScene<'_> {
    /// Whether there is nothing to draw, so that the renderer can leave libass out.
    pub fn is_empty(&self) -> bool {
        let captions = self.style.is_some() && !self.cues.is_empty();
        !captions && self.text_watermark().is_none()
    }

    fn text_watermark(&self) -> Option<&Watermark> {
        self.watermark.filter(|mark| mark.kind == WatermarkType::Text && !mark.text.trim().is_empty())
    }

    /// Output pixels for one pixel of the reference picture.
    fn scale(&self) -> f64 {
        f64::from(self.width.min(self.height)) / REFERENCE_SIDE
    }
}

/// The scene as an ASS document.
///
/// Font sizes are libass's: the height of the font's line (ascent and descent), not its em; with
/// DejaVu Sans at 48 a capital is 30 pixels high. The direction of each paragraph follows its
/// first letter, so Arabic and Hebrew run from the right.
pub fn ass_document(scene: &AssScene) -> String {
    let (mut styles, mut events) = (String::new(), String::new());
    if let Some(mark) = scene.text_watermark() {
        styles.push_str(&watermark_style(scene, mark));
        events.push_str(&watermark_event(scene, mark));
    }
    if let Some(style) = scene.style {
        styles.push_str(&caption_style(scene, style));
        events.extend(scene.cues.iter().filter_map(|cue| cue_event(scene, style, cue)));
    }
    format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {}\nPlayResY: {}\nWrapStyle: 0\n\
         ScaledBorderAndShadow: yes\n\n[V4+ Styles]\n{STYLE_FORMAT}\n{styles}\n[Events]\n{EVENT_FORMAT}\n{events}",
        scene.width, scene.height,
    )
}

/// The fields of a style line that differ.
struct StyleLine<'a> {
    name: &'a str,
    font: &'a str,
    size: f64,
    primary: String,
    outline_color: String,
    back: String,
    bold: bool,
    outline: f64,
    shadow: f64,
    alignment: u8,
    /// Left, right, vertical, in pixels.
    margins: [f64; 3],
}

impl StyleLine<'_> {
    /// Encoding −1 lets libass find each paragraph's direction.
    fn line(&self) -> String {
        let [left, right, vertical] = self.margins.map(f64::round);
        format!(
            "Style: {},{},{:.2},{primary},{primary},{},{},{},0,0,0,100,100,0,0,1,{:.2},{:.2},{},{left},{right},{vertical},-1\n",
            self.name,
            font_name(self.font),
            self.size,
            self.outline_color,
            self.back,
            if self.bold { -1 } else { 0 },
            self.outline,
            self.shadow,
            self.alignment,
            primary = self.primary,
        )
    }
}

/// The family without what would end the field, and without the `@` that asks libass for
/// vertical writing. Validation refuses the first already.
fn font_name(family: &str) -> String {
    let plain: String = family.chars().filter(|c| *c != ',' && !c.is_control()).collect();
    plain.trim().trim_start_matches('@').to_owned()
}

fn caption_style(scene: &AssScene, style: &CaptionStyle) -> String {
    let scale = scene.scale();
    let side = f64::from(scene.width) * SIDE_MARGIN;
    let line = StyleLine {
        name: "Caption",
        font: &style.font_family,
        size: style.font_size * scale,
        primary: ass_color(&style.primary_color, 1.0),
        outline_color: ass_color(&style.outline_color, 1.0),
        back: ass_color(&style.shadow_color, 1.0),
        bold: style.bold,
        outline: style.outline_width * scale,
        shadow: style.shadow_offset * scale,
        alignment: 5,
        margins: [side, side, 0.0],
    };
    line.line()
}

fn watermark_style(scene: &AssScene, mark: &Watermark) -> String {
    let scale = scene.scale();
    let line = StyleLine {
        name: "Watermark",
        font: &mark.font_family,
        size: mark.font_size * scale,
        primary: ass_color(&mark.color, mark.opacity),
        outline_color: ass_color("#000000", mark.opacity),
        back: ass_color("#000000", mark.opacity.min(WATERMARK_SHADOW_OPACITY)),
        bold: false,
        outline: 0.0,
        shadow: WATERMARK_SHADOW * scale,
        alignment: match mark.position {
            Corner::TopLeft => 7,
            Corner::TopRight => 9,
            Corner::BottomLeft => 1,
            Corner::BottomRight => 3,
        },
        margins: watermark_margins(scene, mark),
    };
    line.line()
}

/// The gap towards the watermark's corner, kept so small that room for text stays; a small margin
/// on the other side, so that long text wraps late.
fn watermark_margins(scene: &AssScene, mark: &Watermark) -> [f64; 3] {
    let (width, height) = (f64::from(scene.width), f64::from(scene.height));
    let gap = mark.gap * scene.scale();
    let near = gap.min(width * 0.45);
    let far = near.min(width * SIDE_MARGIN);
    let vertical = gap.min(height * 0.9);
    match mark.position {
        Corner::TopLeft | Corner::BottomLeft => [near, far, vertical],
        Corner::TopRight | Corner::BottomRight => [far, near, vertical],
    }
}

/// The whole length, one layer below the captions.
fn watermark_event(scene: &AssScene, mark: &Watermark) -> String {
    let [left, right, _] = watermark_margins(scene, mark);
    let room = f64::from(scene.width) - left - right;
    let text = ass_text(&mark.text, MAX_WATERMARK_CHARS, room / (mark.font_size * scene.scale()));
    let end = centiseconds(scene.duration.max(0.0)) + 1;
    format!("Dialogue: 0,{},{},Watermark,,0,0,0,,{text}\n", time(0), time(end))
}

/// A cue around its place; `None` if it has no text or no time within the output.
fn cue_event(scene: &AssScene, style: &CaptionStyle, cue: &Cue) -> Option<String> {
    let (start, end) = (centiseconds(cue.start.max(0.0)), centiseconds(cue.end.min(scene.duration)));
    let room = f64::from(scene.width) * (1.0 - 2.0 * SIDE_MARGIN);
    let text = ass_text(&cue.text, MAX_CUE_CHARS, room / (style.font_size * scene.scale()));
    let x = f64::from(scene.width) / 2.0;
    let y = caption_y(scene, style);
    (end > start && !text.is_empty()).then(|| {
        format!("Dialogue: 1,{},{},Caption,,0,0,0,,{{\\pos({x:.1},{y:.1})}}{text}\n", time(start), time(end))
    })
}

/// Centre of the captions in pixels from the top: where the style says, but a line never leaves
/// the picture.
fn caption_y(scene: &AssScene, style: &CaptionStyle) -> f64 {
    let height = f64::from(scene.height);
    let half_line = (style.font_size / 2.0 + style.outline_width + style.shadow_offset) * scene.scale();
    let edge = half_line.min(height / 2.0);
    (height * style.vertical_position / 100.0).clamp(edge, height - edge)
}

fn centiseconds(seconds: f64) -> u64 {
    (seconds * 100.0).round() as u64
}

pub(super) fn time(centiseconds: u64) -> String {
    let seconds = centiseconds / 100;
    format!("{}:{:02}:{:02}.{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60, centiseconds % 100)
}

/// `#RRGGBB` or `#RRGGBBAA` as `&HAABBGGRR`, where ASS counts alpha from opaque (00) to clear
/// (FF), covering `opacity` (0 to 1) of what the colour's own alpha covers. Black for anything
/// that validation would have refused.
fn ass_color(color: &str, opacity: f64) -> String {
    let digits = color.strip_prefix('#').unwrap_or(color);
    let byte = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let cover = f64::from(byte(6).unwrap_or(255)) * opacity.clamp(0.0, 1.0);
    let mut ass = format!("&H{:02X}", 255 - cover.round() as u8);
    for at in [4, 2, 0] {
        // Writing to a String cannot fail.
        let _ = write!(ass, "{:02X}", byte(at).unwrap_or(0));
    }
    ass
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: f64, end: f64, text: &str) -> Cue {
        Cue { start, end, text: text.to_owned(), words: Vec::new() }
    }

    fn document(cues: &[Cue], watermark: Option<&Watermark>) -> String {
        let style = CaptionStyle::default();
        let (width, height) = (1080, 1920);
        ass_document(&AssScene { width, height, cues, style: Some(&style), watermark, duration: 15.0 })
    }

    fn lines<'a>(document: &'a str, prefix: &str) -> Vec<&'a str> {
        document.lines().filter(|line| line.starts_with(prefix)).collect()
    }

    #[test]
    fn the_default_caption_is_white_with_a_black_outline_at_80_percent() {
        let document = document(&[cue(0.0, 1.25, "HI YOU")], None);
        assert!(document.contains("PlayResX: 1080\nPlayResY: 1920\n"), "{document}");
        assert_eq!(
            lines(&document, "Style:"),
            [
                "Style: Caption,DejaVu Sans,48.00,&H00FFFFFF,&H00FFFFFF,&H00000000,&H7F000000,-1,0,0,0,100,100,0,0,1,3.00,2.00,5,54,54,0,-1"
            ]
        );
        assert_eq!(
            lines(&document, "Dialogue:"),
            ["Dialogue: 1,0:00:00.00,0:00:01.25,Caption,,0,0,0,,{\\pos(540.0,1536.0)}HI YOU"]
        );
    }

    #[test]
    fn style_lines_have_the_fields_that_their_format_names() {
        let mark = Watermark::text("me");
        let document = document(&[], Some(&mark));
        let count = |line: &str| line.split(',').count();
        for line in lines(&document, "Style:") {
            assert_eq!(count(line), count(STYLE_FORMAT));
        }
    }

    #[test]
    fn sizes_scale_with_the_shorter_side() {
        let style = CaptionStyle::default();
        let mark = Watermark::text("me");
        let scene = AssScene {
            width: 1280,
            height: 540,
            cues: &[],
            style: Some(&style),
            watermark: Some(&mark),
            duration: 1.0,
        };
        let document = ass_document(&scene);
        assert!(document.contains("Caption,DejaVu Sans,24.00,"), "{document}");
        assert!(document.contains(",1.50,1.00,5,64,64,0,"), "{document}");
        assert!(document.contains("Watermark,DejaVu Sans,16.00,"), "{document}");
        assert!(document.contains(",0.00,1.00,9,50,50,50,"), "{document}");
    }

    #[test]
    fn a_watermark_stands_in_its_corner_below_the_captions_for_the_whole_length() {
        let corners = [
            (Corner::TopLeft, ",7,100,54,100,"),
            (Corner::TopRight, ",9,54,100,100,"),
            (Corner::BottomLeft, ",1,100,54,100,"),
            (Corner::BottomRight, ",3,54,100,100,"),
        ];
        for (position, expected) in corners {
            let mark = Watermark { position, ..Watermark::text("@me") };
            let document = document(&[cue(0.0, 1.0, "x")], Some(&mark));
            assert!(lines(&document, "Style: Watermark")[0].contains(expected), "{document}");
            assert_eq!(
                lines(&document, "Dialogue: 0"),
                ["Dialogue: 0,0:00:00.00,0:00:15.01,Watermark,,0,0,0,,@me"]
            );
        }
    }

    #[test]
    fn opacity_becomes_inverted_alpha() {
        let document = document(&[], Some(&Watermark::text("x")));
        // 0.7 of 255 is 178.5, rounded to 179: 76 remain; the shadow covers half.
        assert!(document.contains("&H4CFFFFFF"), "{document}");
        assert!(document.contains("&H7F000000"), "{document}");
        assert_eq!(ass_color("#12345678", 1.0), "&H87563412");
        assert_eq!(ass_color("#FF0000", 0.0), "&HFF0000FF");
    }

    #[test]
    fn a_large_gap_leaves_room_for_text() {
        let mark = Watermark { gap: 1000.0, ..Watermark::text("x") };
        assert!(document(&[], Some(&mark)).contains(",9,54,486,1000,"));
    }

    #[test]
    fn cues_outside_the_output_are_not_drawn_and_others_end_with_it() {
        let cues =
            [cue(14.5, 16.0, "in"), cue(15.0, 16.0, "out"), cue(1.0, 1.001, "none"), cue(2.0, 3.0, "\u{7}")];
        let document = document(&cues, None);
        let events = lines(&document, "Dialogue:");
        assert_eq!(events.len(), 1, "{document}");
        assert!(events[0].contains("0:00:14.50,0:00:15.00"));
    }

    #[test]
    fn user_text_opens_no_line_and_no_override() {
        let mark = Watermark::text("a\nDialogue: 9,x{\\b1}");
        let document = document(&[cue(0.0, 1.0, "{\\fs9000}\nStyle: x")], Some(&mark));
        assert_eq!(lines(&document, "Dialogue: 9").len(), 0);
        assert_eq!(lines(&document, "Style: x").len(), 0);
        let open = document.replace("\\{", "").matches('{').count();
        assert_eq!(open, 1, "only our own block: {document}");
    }

    #[test]
    fn a_caption_at_the_very_bottom_stays_in_the_picture() {
        let style = CaptionStyle { vertical_position: 100.0, ..CaptionStyle::default() };
        let cues = [cue(0.0, 1.0, "x")];
        let scene = AssScene {
            width: 1080,
            height: 1920,
            cues: &cues,
            style: Some(&style),
            watermark: None,
            duration: 2.0,
        };
        assert!(ass_document(&scene).contains("\\pos(540.0,1891.0)"));
    }

    #[test]
    fn a_font_name_cannot_leave_its_field() {
        assert_eq!(font_name("@Evil, 900\nStyle: x"), "Evil 900Style: x");
    }

    #[test]
    fn an_image_watermark_is_not_ours_to_draw() {
        let mark = Watermark::image("logo.png");
        let scene = AssScene {
            width: 640,
            height: 360,
            cues: &[],
            style: None,
            watermark: Some(&mark),
            duration: 1.0,
        };
        assert!(scene.is_empty());
        assert!(!ass_document(&scene).contains("Dialogue"));
    }
}
