//! The info file beside a clip.

use serde_json::{Value, json};

use crate::outcome::{ClipCandidate, Download, RenderReport};
use crate::spec::OutputFormat;

/// What an info file tells about.
#[derive(Debug, Clone, Copy)]
pub struct ClipInfo<'a> {
    /// What was chosen.
    pub candidate: &'a ClipCandidate,
    /// Shape of the clip.
    pub format: OutputFormat,
    /// The source.
    pub video: &'a Download,
    /// How it was rendered; its length is the clip's.
    pub report: &'a RenderReport,
}

/// The info file's content, under the keys that the existing server writes: `clip`, `video` and
/// `transcript`. What only this engine knows stands under `engine`.
///
/// Times are seconds in the source, rounded to the millisecond; of a clip of parts, the begin of
/// the first and the end of the last. `duration_seconds` is the length of the finished clip.
/// A clip without a title is `Clip <number>`; the reason for the choice is its description.
pub fn clip_info(info: &ClipInfo) -> Value {
    let ClipInfo { candidate, format, video, report } = *info;
    let start = candidate.parts.first().map_or(candidate.start, |part| part.start);
    let end = candidate.parts.last().map_or(candidate.end, |part| part.end);
    json!({
        "clip": {
            "title": title(candidate),
            "description": candidate.reason,
            "keywords": candidate.keywords,
            "start_time": to_ms(start),
            "end_time": to_ms(end),
            "duration_seconds": to_ms(report.duration),
            "format": format.as_str(),
        },
        "video": {
            "title": video.title,
            "channel": video.channel,
            "description": video.description,
            "url": video.url,
        },
        "transcript": candidate.text,
        "engine": {
            "clip_number": candidate.clip_number,
            "score": candidate.score,
            "fallback": candidate.fallback,
            "parts": candidate.parts,
            "report": report,
        },
    })
}

fn title(candidate: &ClipCandidate) -> String {
    let title = candidate.title.trim();
    if title.is_empty() { format!("Clip {}", candidate.clip_number) } else { title.to_owned() }
}

fn to_ms(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::outcome::TimeRange;

    fn candidate() -> ClipCandidate {
        ClipCandidate {
            clip_number: 2,
            start: 10.000_000_01,
            end: 25.5,
            text: "What is \"said\".".into(),
            words: Vec::new(),
            score: 42.0,
            fallback: false,
            title: "The point".into(),
            reason: "It makes one".into(),
            keywords: vec!["a".into(), "b".into()],
            parts: Vec::new(),
        }
    }

    fn video() -> Download {
        Download {
            video_path: PathBuf::from("x.mp4"),
            video_id: "x".into(),
            title: "Talk".into(),
            channel: "Me".into(),
            duration: 100.0,
            description: "About it".into(),
            url: "https://example.org/x".into(),
            reused: false,
        }
    }

    fn report() -> RenderReport {
        RenderReport {
            output: PathBuf::from("clip_002.mp4"),
            width: 1080,
            height: 1920,
            fps: 30.0,
            frames: 465,
            duration: 15.5,
            size_bytes: 1,
            encodes: 1,
            decoded_frames: 465,
            part_count: 1,
            has_audio: true,
            loudness_lufs: None,
            gain_db: None,
            elapsed_s: 5.0,
            realtime_factor: 3.1,
            framing: None,
            framing_path: None,
            debug_path: None,
            notes: Vec::new(),
            timings: std::collections::BTreeMap::new(),
        }
    }

    fn info_of(candidate: &ClipCandidate) -> Value {
        let (video, report) = (video(), report());
        clip_info(&ClipInfo { candidate, format: OutputFormat::Vertical9x16, video: &video, report: &report })
    }

    #[test]
    fn the_keys_are_those_of_the_server() {
        let mut info = info_of(&candidate());
        let extras = info.as_object_mut().unwrap().remove("engine").unwrap();
        let expected = json!({
            "clip": {
                "title": "The point",
                "description": "It makes one",
                "keywords": ["a", "b"],
                "start_time": 10.0,
                "end_time": 25.5,
                "duration_seconds": 15.5,
                "format": "vertical_9x16",
            },
            "video": {
                "title": "Talk",
                "channel": "Me",
                "description": "About it",
                "url": "https://example.org/x",
            },
            "transcript": "What is \"said\".",
        });
        assert_eq!(info, expected);
        assert_eq!((&extras["score"], &extras["report"]["encodes"]), (&json!(42.0), &json!(1)));
    }

    #[test]
    fn parts_give_first_begin_and_last_end() {
        let parts = vec![TimeRange { start: 5.0, end: 8.0 }, TimeRange { start: 40.0, end: 50.0 }];
        let info = info_of(&ClipCandidate { parts, ..candidate() });
        assert_eq!((&info["clip"]["start_time"], &info["clip"]["end_time"]), (&json!(5.0), &json!(50.0)));
        assert_eq!(info["engine"]["parts"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_clip_without_a_title_is_named_by_its_number() {
        let info = info_of(&ClipCandidate { title: "  ".into(), ..candidate() });
        assert_eq!(info["clip"]["title"], "Clip 2");
    }
}
