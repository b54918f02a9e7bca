//! Which clips are made: those that the caller chose, or those that the analysis finds.

use super::words::Heard;
use crate::analysis::{clip_words, find_interesting_clips, text_of};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{ClipCandidate, Download, Word};
use crate::spec::{ClipPart, ClipRequest, ProcessSpec};

/// The clips of a job in order, those that were not selected left out.
pub(super) fn candidates(spec: &ProcessSpec, heard: &Heard, source: &Download) -> Result<Vec<ClipCandidate>> {
    let mut all = if spec.clips.is_empty() {
        find_interesting_clips(&heard.segments, &spec.selection, Some(source.duration))
    } else {
        spec.clips.iter().enumerate().map(|(index, clip)| requested(index + 1, clip, heard)).collect()
    };
    if all.is_empty() {
        let message = "no speech was found to choose clips from; name clips with start and end instead";
        return Err(Error::new(ErrorKind::UnsupportedMedia, message));
    }
    if !spec.selected_clips.is_empty() {
        check_selected(&spec.selected_clips, all.len())?;
        all.retain(|clip| spec.selected_clips.contains(&clip.clip_number));
    }
    Ok(all)
}

/// Fewer clips may have been found than the request asked for; how many, it could not know.
fn check_selected(selected: &[usize], found: usize) -> Result<()> {
    let Some(missing) = selected.iter().find(|number| !(1..=found).contains(*number)) else { return Ok(()) };
    let message = format!("names clip {missing}, but the number of clips that were found is {found}");
    Err(Error::invalid("selected_clips", message))
}

fn requested(clip_number: usize, clip: &ClipRequest, heard: &Heard) -> ClipCandidate {
    let ranges = clip.ranges();
    let words = words_of(clip, heard);
    let text = text_in(clip).unwrap_or_else(|| text_of(&words));
    ClipCandidate {
        clip_number,
        start: ranges.iter().map(|range| range.start).fold(f64::INFINITY, f64::min),
        end: ranges.iter().map(|range| range.end).fold(0.0, f64::max),
        text,
        words,
        score: 0.0,
        fallback: false,
        title: clip.title.clone(),
        reason: clip.reason.clone(),
        keywords: clip.keywords.clone(),
        parts: if ranges.len() > 1 { ranges } else { Vec::new() },
    }
}

/// The clip's own words, else those of each part, else what was heard there.
fn words_of(clip: &ClipRequest, heard: &Heard) -> Vec<Word> {
    let heard_in = |range| clip_words(heard.words.iter(), range);
    let part_words =
        |part: &ClipPart| if part.words.is_empty() { heard_in(part.range()) } else { part.words.clone() };
    match (clip.words.is_empty(), clip.parts.is_empty()) {
        (false, _) => clip.words.clone(),
        (true, false) => clip.parts.iter().flat_map(part_words).collect(),
        (true, true) => clip.ranges().into_iter().flat_map(heard_in).collect(),
    }
}

/// The text that the caller brought: the clip's own, else that of its parts.
fn text_in(clip: &ClipRequest) -> Option<String> {
    if !clip.text.is_empty() {
        return Some(clip.text.clone());
    }
    let texts: Vec<_> = clip.parts.iter().map(|part| part.text.trim()).filter(|t| !t.is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Segment, TimeRange};
    use crate::spec::Validate;

    fn word(word: &str, start: f64) -> Word {
        Word { word: word.to_owned(), start, end: start + 0.4, probability: None }
    }

    fn part(start: f64, end: f64) -> ClipPart {
        TimeRange { start, end }.into()
    }

    #[test]
    fn a_clip_of_parts_takes_the_words_of_each_part() {
        let parts = vec![part(5.0, 6.0), part(1.0, 2.0)];
        let clip = ClipRequest { parts, ..ClipRequest::default() };
        let heard = Heard { words: vec![word("a", 1.2), word("b", 3.0), word("c", 5.2)], ..Heard::default() };
        let made = requested(1, &clip, &heard);
        assert_eq!(made.text, "c a");
        assert_eq!((made.start, made.end), (1.0, 6.0));
    }

    #[test]
    fn what_the_parts_bring_goes_before_what_was_heard() {
        let heard = Heard { words: vec![word("a", 1.2), word("c", 5.2)], ..Heard::default() };
        let analysed = ClipPart { words: vec![word("C", 5.1)], ..part(5.0, 6.0) };
        let mut clip = ClipRequest { parts: vec![analysed, part(1.0, 2.0)], ..ClipRequest::default() };
        assert_eq!(requested(1, &clip, &heard).text, "C a");
        clip.parts[0].text = " See. ".to_owned();
        assert_eq!(requested(1, &clip, &heard).text, "See.");
        clip.parts[1].text = "Eh?".to_owned();
        assert_eq!(requested(1, &clip, &heard).text, "See. Eh?");
        (clip.words, clip.text) = (vec![word("own", 5.3)], "Own.".to_owned());
        let made = requested(1, &clip, &heard);
        assert_eq!((made.words, made.text.as_str()), (clip.words.clone(), "Own."));
        assert_eq!(made.parts, clip.ranges());
    }

    fn source() -> Download {
        Download {
            video_path: "a.mp4".into(),
            video_id: String::new(),
            title: String::new(),
            channel: String::new(),
            duration: 60.0,
            description: String::new(),
            url: String::new(),
            reused: true,
        }
    }

    #[test]
    fn a_selected_clip_that_was_not_found_is_named() {
        let mut spec = ProcessSpec { selected_clips: vec![1, 4], ..ProcessSpec::new("a.mp4") };
        spec.validate().unwrap();
        let error = candidates(&spec, &Heard::default(), &source()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedMedia, "{error}");
        let words = vec![word("Amazing!", 0.0)];
        let text = "Why is this the most amazing secret ever?".to_owned();
        let segment = Segment { end: 20.0, text, words: words.clone(), ..Segment::default() };
        let heard = Heard { segments: vec![segment], words, ..Heard::default() };
        let error = candidates(&spec, &heard, &source()).unwrap_err();
        assert_eq!(
            (error.kind(), error.context()["field"].as_str()),
            (ErrorKind::InvalidSpec, "selected_clips")
        );
        assert!(error.message().contains("found is 1"), "{error}");
        spec.selected_clips = vec![1];
        assert_eq!(candidates(&spec, &heard, &source()).unwrap().len(), 1);
    }
}
