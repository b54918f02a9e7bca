//! Hearing without words, against the sample that `make sample` makes: read sentences whose begins
//! and ends are known.

use std::path::{Path, PathBuf};

use ytclipper::context::Context;
use ytclipper::media::AudioReader;
use ytclipper::speech::{ENVELOPE_RATE, Heard, hear};

fn sample(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("media").join(name);
    assert!(path.exists(), "{} is missing: `make sample`", path.display());
    path
}

/// Begin and end of each sentence, in seconds.
fn sentences() -> Vec<(f64, f64)> {
    let text = std::fs::read_to_string(sample("sample.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
    let time = |sentence: &serde_json::Value, name: &str| sentence[name].as_f64().unwrap();
    let sentences = truth["sentences"].as_array().unwrap();
    sentences.iter().map(|sentence| (time(sentence, "onset"), time(sentence, "offset"))).collect()
}

fn heard(from: f64, to: f64) -> Heard {
    let ctx = Context::detached();
    let mut sound = AudioReader::open(&sample("sample.mp4"), &ctx.cancel).unwrap();
    hear(&mut sound, from, to, &ctx).unwrap()
}

/// The part of a span that is speech.
fn spoken(heard: &Heard, (start, end): (f64, f64)) -> f64 {
    let common = |span: &ytclipper::outcome::TimeRange| (span.end.min(end) - span.start.max(start)).max(0.0);
    heard.speech.iter().map(common).sum::<f64>() / (end - start)
}

#[test]
fn sentences_are_heard_and_long_pauses_are_not() {
    let sentences = sentences();
    let heard = heard(0.0, 120.0);
    for sentence in &sentences {
        assert!(spoken(&heard, *sentence) > 0.9, "{sentence:?}: {:?}", heard.speech);
    }
    let pauses = sentences.windows(2).map(|pair| (pair[0].1 + 0.4, pair[1].0 - 0.4));
    let long: Vec<(f64, f64)> = pauses.filter(|pause| pause.1 - pause.0 > 0.2).collect();
    assert!(long.len() >= 3, "{long:?}");
    for pause in long {
        assert!(spoken(&heard, pause) < 0.3, "{pause:?}: {:?}", heard.speech);
    }
}

#[test]
fn a_part_is_heard_as_it_is_in_the_whole() {
    let (whole, part) = (heard(0.0, 120.0), heard(40.0, 70.0));
    assert_eq!(part.envelope.len(), 30 * ENVELOPE_RATE as usize);
    assert_eq!(part.envelope[..], whole.envelope[40 * ENVELOPE_RATE as usize..][..part.envelope.len()]);
    let differ = (0..300).map(|at| (40.0 + f64::from(at) * 0.1, 40.1 + f64::from(at) * 0.1));
    let differ = differ.filter(|span| (spoken(&whole, *span) - spoken(&part, *span)).abs() > 0.5).count();
    assert!(differ < 15, "{differ} of 300 tenths: {:?} {:?}", part.speech, whole.speech);
}
