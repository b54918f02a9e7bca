//! What was seen and chosen, drawn upon the whole picture, so that a person can judge it.

use std::fmt::Write as _;

use super::ass::{EVENT_FORMAT, STYLE_FORMAT, time};
use super::text::ass_text;
use crate::picture::Rect;

/// Most characters of a label, and most faces and cut-outs of one picture.
const MAX_LABEL_CHARS: usize = 200;
const MAX_RECTS: usize = 32;
/// Height of text, and thickness of outlines, as a fraction of the picture's height.
const TEXT: f64 = 0.035;
const LINE: f64 = 0.004;
/// Colours of people by number, as ASS writes them (blue, green, red).
const COLORS: [&str; 6] = ["4DD2FF", "FF9F40", "66E066", "D98CFF", "5C5CFF", "E6E64D"];
/// Colour of cut-outs.
const CROP: &str = "FFFFFF";
/// How clear the dimming of what is not shown is, as ASS counts (00 opaque to FF).
const DIMMED: &str = "70";

/// What is drawn for a while. Rectangles are in pixels of the whole picture that is drawn upon.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DebugPicture {
    /// When it appears, in seconds of the output.
    pub time: f64,
    /// When it is gone, in seconds of the output.
    pub until: f64,
    /// The faces, with the numbers of the persons; 32 at most are drawn.
    pub faces: Vec<(u32, Rect)>,
    /// The cut-outs that were chosen; what is outside all of them is dimmed. 32 at most are drawn.
    pub crops: Vec<Rect>,
    /// The person that is thought to speak.
    pub speaker: Option<u32>,
    /// A line of text at the top.
    pub label: String,
}

/// An ASS document that draws `pictures` upon a picture of `width` by `height` pixels: the faces
/// in their persons' colours, the cut-outs in white, the rest dimmed, and the label. Rectangles
/// stand on whole pixels. What stays the same from one picture to the next is one event, so that
/// a document costs little where little moves.
pub fn debug_document(width: u32, height: u32, pictures: &[DebugPicture]) -> String {
    let canvas = Canvas { width: f64::from(width), height: f64::from(height) };
    let mut events = Events::default();
    for picture in pictures {
        canvas.draw(picture, &mut events);
    }
    let text = canvas.height * TEXT;
    let margin = (text / 2.0).round();
    let style = |name: &str, outline: f64| {
        format!(
            "Style: {name},DejaVu Sans,{text:.2},&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,-1,0,0,0,\
             100,100,0,0,1,{outline:.2},0,7,{margin},{margin},{margin},-1\n"
        )
    };
    format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\nWrapStyle: 2\n\
         ScaledBorderAndShadow: yes\n\n[V4+ Styles]\n{STYLE_FORMAT}\n{}{}\n[Events]\n{EVENT_FORMAT}\n{}",
        style("Shape", 0.0),
        style("Text", text * 0.1),
        events.finish(),
    )
}

/// Events in the making: what was drawn before goes on where it is drawn again at once.
#[derive(Default)]
struct Events {
    open: Vec<Event>,
    done: String,
}

struct Event {
    start: u64,
    end: u64,
    /// Layer and style, and the text.
    head: (u8, &'static str),
    body: String,
}

impl Events {
    fn add(&mut self, span: (u64, u64), layer: u8, style: &'static str, body: String) {
        let head = (layer, style);
        let same = |event: &&mut Event| event.end == span.0 && event.head == head && event.body == body;
        match self.open.iter_mut().find(same) {
            Some(event) => event.end = span.1,
            None => self.open.push(Event { start: span.0, end: span.1, head, body }),
        }
    }

    /// Writes what ended before a time.
    fn close(&mut self, before: u64) {
        let done = &mut self.done;
        self.open.retain(|event| {
            let goes_on = event.end >= before;
            if !goes_on {
                write_event(done, event);
            }
            goes_on
        });
    }

    fn finish(mut self) -> String {
        self.close(u64::MAX);
        self.done
    }
}

fn write_event(to: &mut String, event: &Event) {
    let Event { start, end, head: (layer, style), body } = event;
    // Writing to a String cannot fail.
    let _ = writeln!(to, "Dialogue: {layer},{},{},{style},,0,0,0,,{body}", time(*start), time(*end));
}

struct Canvas {
    width: f64,
    height: f64,
}

impl Canvas {
    fn draw(&self, picture: &DebugPicture, events: &mut Events) {
        let span = (begun(picture.time), begun(picture.until));
        events.close(span.0);
        if span.1 <= span.0 {
            return;
        }
        let crops: Vec<Rect> =
            picture.crops.iter().take(MAX_RECTS).filter_map(|crop| self.whole(*crop)).collect();
        let dimmed = self.outside(&crops);
        if !crops.is_empty() && !dimmed.is_empty() {
            events.add(span, 0, "Shape", shape("000000", DIMMED, &dimmed));
        }
        for crop in crops {
            events.add(span, 1, "Shape", shape(CROP, "00", &self.outline(crop, 1.0)));
        }
        for (person, face) in picture.faces.iter().take(MAX_RECTS) {
            if let Some(face) = self.whole(*face) {
                self.face(*person, face, picture.speaker == Some(*person), span, events);
            }
        }
        let label = ass_text(&picture.label, MAX_LABEL_CHARS, f64::INFINITY);
        if !label.is_empty() {
            events.add(span, 3, "Text", label);
        }
    }

    /// The box, the person's number above it, and a mark below it for who speaks.
    fn face(&self, person: u32, face: Rect, speaks: bool, span: (u64, u64), events: &mut Events) {
        let color = COLORS[person as usize % COLORS.len()];
        let thick = if speaks { 2.0 } else { 1.0 };
        events.add(span, 2, "Shape", shape(color, "00", &self.outline(face, thick)));
        let (x, y) = (face.centre().0, face.y.max(self.height * TEXT));
        let number = format!("{{\\an2\\pos({x:.0},{y:.0})\\1c&H{color}&}}{person}");
        events.add(span, 3, "Text", number);
        if speaks {
            let (size, y) = (self.height * TEXT, face.bottom() + self.height * LINE * 2.0);
            let (left, right, low) = (x - size / 2.0, x + size / 2.0, y + size * 0.8);
            let mark = format!("m {x:.0} {y:.0} l {right:.0} {low:.0} {left:.0} {low:.0} ");
            events.add(span, 2, "Shape", drawing(color, "00", &mark));
        }
    }

    /// The part of a rectangle that is on the picture, on whole pixels; `None` where there is
    /// none.
    fn whole(&self, rect: Rect) -> Option<Rect> {
        let x = rect.x.clamp(0.0, self.width).round();
        let y = rect.y.clamp(0.0, self.height).round();
        let right = rect.right().clamp(0.0, self.width).round();
        let bottom = rect.bottom().clamp(0.0, self.height).round();
        (right > x && bottom > y).then_some(Rect { x, y, width: right - x, height: bottom - y })
    }

    /// The four sides of a rectangle, within it.
    fn outline(&self, rect: Rect, thick: f64) -> Vec<Rect> {
        let line = (self.height * LINE * thick).round().max(1.0);
        let (wide, high) = (line.min(rect.width), line.min(rect.height));
        vec![
            Rect { height: high, ..rect },
            Rect { y: rect.bottom() - high, height: high, ..rect },
            Rect { width: wide, ..rect },
            Rect { x: rect.right() - wide, width: wide, ..rect },
        ]
    }

    /// The picture without rectangles, as rectangles that do not overlap.
    fn outside(&self, holes: &[Rect]) -> Vec<Rect> {
        let mut edges: Vec<f64> = holes.iter().flat_map(|hole| [hole.y, hole.bottom()]).collect();
        edges.extend([0.0, self.height]);
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        edges.windows(2).flat_map(|band| self.outside_of_band(band[0], band[1], holes)).collect()
    }

    fn outside_of_band(&self, top: f64, bottom: f64, holes: &[Rect]) -> Vec<Rect> {
        let mut across: Vec<&Rect> =
            holes.iter().filter(|hole| hole.y <= top && hole.bottom() >= bottom).collect();
        across.sort_by(|a, b| a.x.total_cmp(&b.x));
        let (mut left, mut parts) = (0.0, Vec::new());
        let mut part = |left: f64, right: f64| {
            if right > left {
                parts.push(Rect { x: left, y: top, width: right - left, height: bottom - top });
            }
        };
        for hole in across {
            part(left, hole.x);
            left = hole.right().max(left);
        }
        part(left, self.width);
        parts
    }
}

/// The last hundredth that is not after a time, so that a picture shown from that time on is drawn
/// upon from its first time on.
fn begun(seconds: f64) -> u64 {
    (seconds.max(0.0) * 100.0 + 1e-6).floor() as u64
}

/// Filled rectangles.
fn shape(color: &str, alpha: &str, rects: &[Rect]) -> String {
    let mut path = String::new();
    for rect in rects {
        let (x, y, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
        // Writing to a String cannot fail.
        let _ =
            write!(path, "m {x:.0} {y:.0} l {right:.0} {y:.0} {right:.0} {bottom:.0} {x:.0} {bottom:.0} ");
    }
    drawing(color, alpha, &path)
}

fn drawing(color: &str, alpha: &str, path: &str) -> String {
    format!("{{\\an7\\pos(0,0)\\1c&H{color}&\\1a&H{alpha}&\\p1}}{}", path.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect { x, y, width, height }
    }

    fn picture(time: f64, until: f64) -> DebugPicture {
        DebugPicture {
            time,
            until,
            faces: vec![(0, rect(100.0, 50.0, 40.0, 60.0)), (1, rect(300.0, 50.0, 40.0, 60.0))],
            crops: vec![rect(50.3, 0.0, 202.5, 360.0)],
            speaker: Some(1),
            label: "shot 1 single 0.00 {\\fs900}".to_owned(),
        }
    }

    fn events(document: &str) -> Vec<&str> {
        document.lines().filter(|line| line.starts_with("Dialogue:")).collect()
    }

    #[test]
    fn a_picture_is_dimmed_outlined_numbered_and_labelled() {
        let document = debug_document(640, 360, &[picture(1.0, 1.1)]);
        let events = events(&document);
        assert!(events.iter().all(|event| event.contains("0:00:01.00,0:00:01.10")));
        assert_eq!(events.len(), 8, "dimming, cut-out, two boxes, two numbers, mark, label: {document}");
        assert!(
            events[0].contains("m 0 0 l 50 0 50 360 0 360 m 253 0 l 640 0 640 360 253 360"),
            "{document}"
        );
        assert_eq!(document.matches("\\fs900").count(), 0, "a label is only text");
        assert_eq!(document.matches("}0\n").count() + document.matches("}1\n").count(), 2);
    }

    #[test]
    fn what_stays_is_one_event() {
        let still: Vec<DebugPicture> =
            (0..600).map(|at| picture(f64::from(at) / 15.0, f64::from(at + 1) / 15.0)).collect();
        let document = debug_document(640, 360, &still);
        assert_eq!(events(&document).len(), 8);
        assert!(events(&document)[0].contains("0:00:00.00,0:00:40.00"));
        let mut moving = still;
        for (at, picture) in moving.iter_mut().enumerate() {
            picture.crops[0].x += at as f64 * 0.5;
        }
        let document = debug_document(640, 360, &moving);
        assert!(document.len() < 600 * 500, "{}", document.len());
    }

    #[test]
    fn every_picture_has_its_own_drawing_at_common_rates() {
        for rate in [24.0, 23.976, 25.0, 29.97, 30.0, 50.0, 60.0] {
            for at in 0..500 {
                let (shown, next) = (f64::from(at) / rate, f64::from(at + 1) / rate);
                let (start, end) = (begun(shown) as f64 / 100.0, begun(next) as f64 / 100.0);
                assert!(start <= shown + 1e-6 && shown < end && end <= next + 1e-6, "{rate} {at}");
            }
        }
    }

    #[test]
    fn dimming_covers_exactly_what_no_cut_out_shows() {
        let canvas = Canvas { width: 40.0, height: 30.0 };
        let holes = [rect(5.0, 5.0, 20.0, 10.0), rect(15.0, 10.0, 20.0, 12.0), rect(0.0, 25.0, 40.0, 5.0)];
        let parts = canvas.outside(&holes);
        for (x, y) in (0..40).flat_map(|x| (0..30).map(move |y| (f64::from(x), f64::from(y)))) {
            let pixel = rect(x, y, 1.0, 1.0);
            let shown = holes.iter().any(|hole| hole.contains(pixel));
            let count = parts.iter().filter(|part| part.contains(pixel)).count();
            assert_eq!(count, usize::from(!shown), "{x} {y}");
        }
    }

    #[test]
    fn hostile_rectangles_and_times_draw_nothing_outside() {
        let wild = DebugPicture {
            faces: vec![(7, rect(f64::NAN, 0.0, 5.0, 5.0)), (8, rect(-1e300, -9.0, 1e301, 20.0))],
            crops: vec![rect(900.0, 0.0, 10.0, 10.0); 1000],
            ..picture(0.0, 1.0)
        };
        let document = debug_document(640, 360, &[wild, picture(2.0, 1.0), picture(f64::NAN, 3.0)]);
        assert!(!document.contains("NaN") && !document.contains("inf"), "{document}");
        assert!(document.len() < 8000, "{}", document.len());
    }
}
