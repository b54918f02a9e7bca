//! Which face of one look is which face of the next, and its way in between.

use std::sync::Arc;

use super::follow::{Follower, Place};
use crate::error::Result;
use crate::picture::Rect;
use crate::vision::detect::Detection;
use crate::vision::frame::Frame;

/// Least overlap of a followed face with the one that the next look found there.
const MEET: f64 = 0.25;
/// Longest time between two looks without a sure face, in seconds: shorter visits do not count.
const EMPTY: f64 = 0.6;
/// Largest ratio of the widths of the same face in two looks.
const GROWTH: f64 = 1.7;

/// A face's way from one look to the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hop {
    /// The face's index in the earlier look.
    pub from: usize,
    /// Its index in the later one.
    pub to: usize,
    /// The face in every picture from the earlier look to the later one, both included.
    pub path: Vec<Rect>,
}

/// A look within a stretch of pictures.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Index of its picture in the stretch.
    pub at: usize,
    /// What it found.
    pub found: Arc<[Detection]>,
}

/// Looks in order of time, and the hops from each to the next: one list fewer than looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    /// The looks.
    pub looks: Vec<Look>,
    /// The hops.
    pub hops: Vec<Vec<Hop>>,
}

/// Looks at a picture in between.
pub(crate) type Peek<'a> = dyn FnMut(&Frame) -> Result<Arc<[Detection]>> + 'a;

/// Joins looks, and looks again in the middle where somebody came or went.
pub(crate) struct Bridge<'a, 'b> {
    /// The pictures of the stretch.
    pub frames: &'a [Arc<Frame>],
    /// Least confidence of a face whose coming or going is worth another look.
    pub sure: f64,
    /// Shortest time between two looks, in seconds.
    pub shortest: f64,
    /// Looks at one more picture.
    pub peek: &'a mut Peek<'b>,
}

impl Bridge<'_, '_> {
    /// The trace from the look `head` to the look `tail`.
    pub(crate) fn trace(&mut self, head: Look, tail: Look) -> Result<Trace> {
        let mut trace = Trace { looks: vec![head.clone()], hops: Vec::new() };
        self.extend(&mut trace, &head, tail)?;
        Ok(trace)
    }

    fn extend(&mut self, trace: &mut Trace, head: &Look, tail: Look) -> Result<()> {
        let frames = &self.frames[head.at..=tail.at];
        let hops = join(frames, &head.found, &tail.found);
        if self.is_whole(&hops, head, &tail) {
            trace.looks.push(tail);
            trace.hops.push(hops);
            return Ok(());
        }
        let at = usize::midpoint(head.at, tail.at);
        let middle = Look { at, found: (self.peek)(&self.frames[at])? };
        self.extend(trace, head, middle.clone())?;
        self.extend(trace, &middle, tail)
    }

    /// Whether every sure face of both looks was joined, or the looks are too near for one more.
    /// Where neither has any, somebody may have come and gone: they are near much earlier.
    fn is_whole(&self, hops: &[Hop], head: &Look, tail: &Look) -> bool {
        let span = self.frames[tail.at].time - self.frames[head.at].time;
        let sure = |found: &[Detection], joined: &dyn Fn(&Hop) -> usize| {
            found
                .iter()
                .enumerate()
                .filter(|(_, detection)| detection.confidence >= self.sure)
                .all(|(index, _)| hops.iter().any(|hop| joined(hop) == index))
        };
        if span < 2.0 * self.shortest || tail.at - head.at < 4 {
            return true;
        }
        let nobody = |look: &Look| look.found.iter().all(|detection| detection.confidence < self.sure);
        if nobody(head) && nobody(tail) {
            return span < EMPTY;
        }
        sure(&head.found, &|hop| hop.from) && sure(&tail.found, &|hop| hop.to)
    }
}

/// Follows every face of the first picture forwards and every one of the last backwards, and joins
/// those that meet.
fn join(frames: &[Arc<Frame>], head: &[Detection], tail: &[Detection]) -> Vec<Hop> {
    if head.is_empty() || tail.is_empty() {
        return Vec::new();
    }
    let forwards: Vec<_> = head.iter().map(|d| follow(frames.iter(), d.face)).collect();
    let backwards: Vec<_> = tail.iter().map(|d| follow(frames.iter().rev(), d.face)).collect();
    let mut pairs = Vec::new();
    for (from, ahead) in forwards.iter().enumerate() {
        for (to, back) in backwards.iter().enumerate() {
            let met = met(ahead, back, head[from].face, tail[to].face);
            pairs.extend((met > MEET).then_some((met, from, to)));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut hops: Vec<Hop> = Vec::new();
    for (_, from, to) in pairs {
        if hops.iter().all(|hop| hop.from != from && hop.to != to) {
            let path = blend(&forwards[from], &backwards[to], head[from].face, tail[to].face);
            hops.push(Hop { from, to, path });
        }
    }
    hops
}

fn follow<'a>(mut frames: impl Iterator<Item = &'a Arc<Frame>>, face: Rect) -> Vec<Place> {
    let Some(first) = frames.next() else { return Vec::new() };
    let mut follower = Follower::new(first.luma(), face);
    let mut places = vec![Place { face, likeness: 1.0 }];
    places.extend(frames.map(|frame| follower.next(frame.luma())));
    places
}

/// How well two ways meet at the better of their ends, 0 to 1.
fn met(ahead: &[Place], back: &[Place], head: Rect, tail: Rect) -> f64 {
    let growth = tail.width / head.width;
    if !(1.0 / GROWTH..=GROWTH).contains(&growth) {
        return 0.0;
    }
    let meets = |end: Option<&Place>, found: Rect| {
        end.map_or(0.0, |place| {
            let (x, y) = place.face.centre();
            Rect::around(x, y, found.width, found.height).overlap(found)
        })
    };
    meets(ahead.last(), tail).max(meets(back.last(), head))
}

/// One way of two: at each end that of the look there, in between both by nearness and likeness.
fn blend(ahead: &[Place], back: &[Place], head: Rect, tail: Rect) -> Vec<Rect> {
    let last = ahead.len().saturating_sub(1);
    let along = |from: f64, to: f64, part: f64| from * (to / from).powf(part);
    (0..ahead.len())
        .map(|index| {
            let part = index as f64 / last.max(1) as f64;
            let (one, two) = (ahead[index], back[last - index]);
            let belief = |place: Place| f64::from((place.likeness - 0.3).max(0.02));
            let (near, far) = ((1.0 - part) * belief(one), part * belief(two));
            let share = far / (near + far);
            let ((x, y), (to_x, to_y)) = (one.face.centre(), two.face.centre());
            let width = along(head.width, tail.width, part);
            let height = along(head.height, tail.height, part);
            Rect::around(x + (to_x - x) * share, y + (to_y - y) * share, width, height)
        })
        .collect()
}
