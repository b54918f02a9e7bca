//! Which clips are made: those that the caller chose, or those that the analysis finds.

use super::words::Heard;
use crate::analysis::{clip_words, find_interesting_clips, text_of};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{ClipCandidate, Download, Word};
use crate::spec::{ClipRequest, ProcessSpec};

/// The clips of a job in order, those that were not selected left out.
pub(super) fn candidates(spec: &ProcessSpec, heard: &Heard, source: &Download) -> Result<Vec<ClipCandidate>> {
    let mut all = if spec.clips.is_empty() {
        find_interesting_clips(&heard.segments, &spec.selection, Some(source.duration))
    } else {
        spec.clips.iter().enumerate().map(|(index, clip)| requested(index + 1, clip, heard)).collect()
    };
    if !spec.selected_clips.is_empty() {
        all.retain(|clip| spec.selected_clips.contains(&clip.clip_number));
    }
    if all.is_empty() {
        let message = "no speech was found to choose clips from; name clips with start and end instead";
        return Err(Error::new(ErrorKind::UnsupportedMedia, message));
    }
    Ok(all)
}

fn requested(clip_number: usize, clip: &ClipRequest, heard: &Heard) -> ClipCandidate {
    let ranges = clip.ranges();
    let words: Vec<Word> = if clip.words.is_empty() {
        ranges.iter().flat_map(|range| clip_words(heard.words.iter(), *range)).collect()
    } else {
        clip.words.clone()
    };
    let text = if clip.text.is_empty() { text_of(&words) } else { clip.text.clone() };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::TimeRange;

    fn word(word: &str, start: f64) -> Word {
        Word { word: word.to_owned(), start, end: start + 0.4, probability: None }
    }

    #[test]
    fn a_clip_of_parts_takes_the_words_of_each_part() {
        let parts = vec![TimeRange { start: 5.0, end: 6.0 }, TimeRange { start: 1.0, end: 2.0 }];
        let clip = ClipRequest { parts, ..ClipRequest::default() };
        let heard = Heard { words: vec![word("a", 1.2), word("b", 3.0), word("c", 5.2)], ..Heard::default() };
        let made = requested(1, &clip, &heard);
        assert_eq!(made.text, "c a");
        assert_eq!((made.start, made.end), (1.0, 6.0));
    }
}
