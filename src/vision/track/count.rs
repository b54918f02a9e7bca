//! Which faces count: the filter of the request, with hysteresis, so that a face at a threshold
//! does not come and go.

use super::assemble::Chain;
use crate::spec::FaceFilter;
use crate::vision::FacePoint;

/// A face that counts goes on counting down to this part of the thresholds.
const SLACK: f64 = 0.8;
/// Shortest span of a face that counts, in seconds, unless its scene is shorter still.
const SHORTEST: f64 = 0.4;
/// Looks that must have seen a face.
const SIGHTINGS: usize = 2;
/// Least mean confidence of a face's looks, as a part of the least confidence of the surest one.
const MEAN: f64 = 0.75;
/// Part of a span in which a face must count without slack.
const FIRM: f64 = 0.4;

/// The spans of the chains in which their faces count, the earliest first. `lengths` are the
/// seconds from each scene's first picture to its last.
pub(super) fn count(
    chains: Vec<Chain>,
    filter: &FaceFilter,
    size: (f64, f64),
    lengths: &[f64],
) -> Vec<Chain> {
    let shortest = |chain: &Chain| lengths.get(chain.scene).map_or(SHORTEST, |length| SHORTEST.min(*length));
    let believed: Vec<Chain> =
        chains.into_iter().filter(|chain| is_believed(chain, filter, shortest(chain))).collect();
    let spans: Vec<Vec<Chain>> = believed
        .iter()
        .map(|chain| {
            let grade = |point: &FacePoint| grade(point, filter, size);
            spans(chain, &chain.points.iter().map(grade).collect::<Vec<_>>())
        })
        .collect();
    let sized: Vec<Chain> = spans.into_iter().flatten().collect();
    let mut counted: Vec<Chain> = sized
        .iter()
        .flat_map(|chain| {
            let grade = |point: &FacePoint| beside(point, chain, &sized, filter.min_relative_width);
            spans_of(chain, grade)
        })
        .collect();
    counted.sort_by(|a, b| a.start().total_cmp(&b.start()));
    counted
}

fn spans_of(chain: &Chain, grade: impl Fn(&FacePoint) -> f64) -> Vec<Chain> {
    spans(chain, &chain.points.iter().map(grade).collect::<Vec<_>>())
}

/// Whether the network was sure of the face, for at least so many seconds: once for good, and not
/// much less on the whole.
fn is_believed(chain: &Chain, filter: &FaceFilter, shortest: f64) -> bool {
    chain.best >= filter.min_confidence
        && chain.sum / chain.sightings as f64 >= MEAN * filter.min_confidence
        && chain.sightings >= SIGHTINGS
        && chain.end() - chain.start() >= shortest - 1e-6
}

/// By how much a place passes the filter: 1 and more passes, [`SLACK`] and more passes with slack.
fn grade(point: &FacePoint, filter: &FaceFilter, (width, height): (f64, f64)) -> f64 {
    let face = point.face;
    let tall = face.height / height / filter.min_height;
    let (x, _) = face.centre();
    let inner = x.min(width - x) / width / filter.edge.max(1e-9);
    let aspect = face.width / face.height;
    tall.min(inner).min(aspect / filter.min_aspect).min(filter.max_aspect / aspect)
}

/// By how much a face is large enough beside the largest one at the time.
fn beside(point: &FacePoint, own: &Chain, all: &[Chain], least: f64) -> f64 {
    let others = all.iter().filter(|other| other.scene == own.scene && !std::ptr::eq(*other, own));
    let largest = others.filter_map(|other| width_at(other, point.time)).fold(0.0, f64::max);
    if largest > 0.0 { point.face.width / largest / least.max(1e-9) } else { 1.0 }
}

/// The face's width at the nearest look, while it is there.
fn width_at(chain: &Chain, time: f64) -> Option<f64> {
    if time < chain.start() || time > chain.end() {
        return None;
    }
    let at = chain.points.partition_point(|point| point.time < time);
    chain.points.get(at).map(|point| point.face.width)
}

/// The runs of places that pass with slack, where enough of each passes without.
fn spans(chain: &Chain, grades: &[f64]) -> Vec<Chain> {
    let mut spans = Vec::new();
    let mut from = 0;
    while from < grades.len() {
        if grades[from] < SLACK {
            from += 1;
            continue;
        }
        let to = grades[from..].iter().position(|grade| *grade < SLACK).map_or(grades.len(), |n| from + n);
        let firm = grades[from..to].iter().filter(|grade| **grade >= 1.0).count();
        let whole = to - from == grades.len();
        let long = chain.points[to - 1].time - chain.points[from].time >= SHORTEST;
        if firm as f64 >= FIRM * (to - from) as f64 && (whole || long) {
            spans.push(part(chain, from, to));
        }
        from = to;
    }
    spans
}

fn part(chain: &Chain, from: usize, to: usize) -> Chain {
    let points = chain.points[from..to].to_vec();
    let (start, end) = (chain.points[from].time, chain.points[to - 1].time);
    let within = |time: f64| time >= start && time <= end;
    let mouth = chain.mouth.iter().copied().filter(|(time, _)| within(*time)).collect();
    Chain { points, mouth, ..chain.clone() }
}
