//! Runs of pictures from look to look, within scenes.

use std::sync::Arc;

use super::segment::{Segment, Shared};
use crate::vision::frame::Frame;

/// Time from one look at whole pictures to the next, in seconds.
const INTERVAL: f64 = 1.0;
/// The same for the first two looks of a scene: the first picture after a cut is often blurred.
const FIRST_INTERVAL: f64 = 0.4;
/// Faces are followed through no more pictures a second than these.
const MAX_RATE: f64 = 32.0;

/// Gathers pictures.
pub(super) struct Segmenter {
    rate: f64,
    number: usize,
    scene: usize,
    cuts: Vec<f64>,
    frames: Vec<Arc<Frame>>,
    ticks: Vec<bool>,
    /// A picture left out for [`MAX_RATE`], which a cut behind it may make the last.
    spare: Option<Arc<Frame>>,
    head: Arc<Shared>,
    /// Whether the run's first picture is a scene's first.
    fresh: bool,
    next_tick: f64,
}

impl Segmenter {
    /// Faces are to be placed `rate` times a second.
    pub(super) fn new(rate: f64) -> Self {
        Self {
            rate,
            number: 0,
            scene: 0,
            cuts: Vec::new(),
            frames: Vec::new(),
            ticks: Vec::new(),
            spare: None,
            head: Arc::default(),
            fresh: true,
            next_tick: f64::MIN,
        }
    }

    /// The times of the cuts.
    pub(super) fn into_cuts(self) -> Vec<f64> {
        self.cuts
    }

    /// Takes the next picture; gives what became whole.
    pub(super) fn push(&mut self, frame: Arc<Frame>, cut: bool) -> Option<Segment> {
        if cut {
            let before = self.finish();
            self.scene += 1;
            self.cuts.push(frame.time);
            self.begin(frame, Arc::default(), true);
            return before;
        }
        let Some(last) = self.frames.last() else {
            self.begin(frame, Arc::default(), true);
            return None;
        };
        // Rounded times must not make a run a picture longer.
        let interval = if self.fresh { FIRST_INTERVAL } else { INTERVAL } - 1e-3;
        let due = frame.time - self.frames[0].time >= interval;
        if !due && frame.time - last.time < 1.0 / MAX_RATE {
            self.spare = Some(frame);
            return None;
        }
        self.add(Arc::clone(&frame));
        due.then(|| {
            let (segment, tail) = self.take();
            self.begin(frame, tail, false);
            segment
        })
    }

    /// What is left, at the end of a scene or of the pictures.
    pub(super) fn finish(&mut self) -> Option<Segment> {
        if let Some(spare) = self.spare.take() {
            self.add(spare);
        }
        // A lone picture that ended the run before was looked at there.
        let left = self.frames.len() > 1 || (self.fresh && !self.frames.is_empty());
        let segment = left.then(|| self.take().0);
        self.frames.clear();
        self.ticks.clear();
        segment
    }

    fn begin(&mut self, frame: Arc<Frame>, head: Arc<Shared>, fresh: bool) {
        (self.head, self.fresh, self.spare) = (head, fresh, None);
        if fresh {
            self.next_tick = frame.time;
        }
        self.frames.clear();
        self.ticks.clear();
        self.add(frame);
    }

    fn add(&mut self, frame: Arc<Frame>) {
        self.spare = None;
        // A quarter of a picture's time early, so that rounded times do not slip by a picture.
        let tick = frame.time + 0.25 / self.rate.max(MAX_RATE) >= self.next_tick;
        while tick && self.next_tick <= frame.time + 0.25 / self.rate.max(MAX_RATE) {
            self.next_tick += 1.0 / self.rate;
        }
        self.ticks.push(tick);
        self.frames.push(frame);
    }

    fn take(&mut self) -> (Segment, Arc<Shared>) {
        let tail = Arc::new(Shared::default());
        let segment = Segment {
            number: self.number,
            scene: self.scene,
            frames: std::mem::take(&mut self.frames),
            ticks: std::mem::take(&mut self.ticks),
            head: Arc::clone(&self.head),
            tail: Arc::clone(&tail),
        };
        self.number += 1;
        (segment, tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{PictureView, PlaneView};
    use crate::vision::frame::Pool;

    /// The segments of pictures at a rate, cut at some of them.
    fn segments(count: usize, rate: f64, cuts: &[usize]) -> (Vec<Segment>, Vec<f64>) {
        let pool = Arc::new(Pool::default());
        let plane = PlaneView { data: &[0; 16], stride: 4, width: 4, height: 4 };
        let mut segmenter = Segmenter::new(6.0);
        let mut found = Vec::new();
        for number in 0..count {
            let frame = pool.keep(&PictureView { planes: [plane; 3], time: number as f64 / rate });
            found.extend(segmenter.push(frame, cuts.contains(&number)));
        }
        found.extend(segmenter.finish());
        (found, segmenter.into_cuts())
    }

    fn ends(segment: &Segment) -> (f64, f64) {
        (segment.frames[0].time, segment.frames[segment.frames.len() - 1].time)
    }

    #[test]
    fn segments_of_a_scene_share_their_ends_and_none_reaches_across_a_cut() {
        let (segments, cuts) = segments(100, 25.0, &[40]);
        assert_eq!(cuts, [1.6]);
        let spans: Vec<_> = segments.iter().map(|segment| (segment.scene, ends(segment))).collect();
        assert_eq!(
            spans,
            [
                (0, (0.0, 0.4)),
                (0, (0.4, 1.4)),
                (0, (1.4, 1.56)),
                (1, (1.6, 2.0)),
                (1, (2.0, 3.0)),
                (1, (3.0, 3.96))
            ]
        );
        assert!(Arc::ptr_eq(&segments[0].tail, &segments[1].head), "one look for both");
        assert!(!Arc::ptr_eq(&segments[2].tail, &segments[3].head));
        assert!(segments.iter().enumerate().all(|(number, segment)| segment.number == number));
    }

    #[test]
    fn faces_are_placed_six_times_a_second_whatever_the_rate() {
        for rate in [24.0, 25.0, 29.97, 30.0, 50.0, 60.0] {
            let (segments, _) = segments((rate * 10.0) as usize, rate, &[]);
            let ticks: usize = segments.iter().map(|s| s.ticks.iter().filter(|tick| **tick).count()).sum();
            assert!((60..=72).contains(&ticks), "{ticks} at {rate}, ends of segments twice");
        }
    }

    #[test]
    fn fast_pictures_are_thinned_but_the_last_before_a_cut_is_kept() {
        let (segments, _) = segments(60, 120.0, &[31]);
        let longest = segments.iter().map(|segment| segment.frames.len()).max();
        assert!(longest <= Some(15), "{longest:?}");
        assert!(segments.iter().any(|segment| ends(segment).1 == 30.0 / 120.0));
    }

    #[test]
    fn a_scene_of_one_picture_is_a_segment_and_what_was_looked_at_is_not_again() {
        let (segments, _) = segments(12, 25.0, &[11]);
        let spans: Vec<_> = segments.iter().map(ends).collect();
        assert_eq!(spans, [(0.0, 0.4), (0.44, 0.44)]);
        assert!(super::tests::segments(0, 25.0, &[]).0.is_empty());
    }
}
