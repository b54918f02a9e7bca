//! A job's progress: monotonic, numbered, coalesced, with its recent past.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::context::Report;
use crate::outcome::{Progress, Segment, Stage};
use crate::sys;

/// Shortest time between two events of a job that may be held back: ten a second.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);
/// Events that are kept for replay.
pub(crate) const HISTORY: usize = 256;
/// Share of the job from which its speed tells how long it will take.
const ETA_FROM: f64 = 0.02;
/// Seconds over which the estimate follows a change of speed.
const ETA_SMOOTHING_S: f64 = 2.0;

/// What a report calls for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Due {
    /// Deliver: there is a new event.
    Now,
    /// Look again at that time: the report is held back until then.
    At(Instant),
    /// Nothing: a look is arranged already.
    Later,
}

/// The progress of one job.
#[derive(Debug)]
pub(crate) struct Tracker {
    newest: Progress,
    history: VecDeque<Progress>,
    /// When the last event went out.
    emitted: Option<Instant>,
    /// Whether `newest` has not gone out.
    held: bool,
    /// Whether a look at a later time is arranged.
    armed: bool,
    begun: Option<Instant>,
    /// When the work last got on.
    moved: Option<Instant>,
    eta: Eta,
}

impl Tracker {
    pub(crate) fn new() -> Self {
        let newest = queued("waiting for a worker", 1);
        let history = VecDeque::from([newest.clone()]);
        Self {
            newest,
            history,
            emitted: None,
            held: false,
            armed: false,
            begun: None,
            moved: None,
            eta: Eta::default(),
        }
    }

    /// The newest state, also where it is held back.
    pub(crate) fn newest(&self) -> &Progress {
        &self.newest
    }

    /// The number of the last event.
    pub(crate) fn last_event(&self) -> u64 {
        self.history.back().map_or(0, |event| event.seq)
    }

    /// The kept events after number `seq`, oldest first.
    pub(crate) fn since(&self, seq: u64) -> Vec<Progress> {
        let from = self.history.partition_point(|event| event.seq <= seq);
        self.history.range(from..).cloned().collect()
    }

    /// When the work began and when it last got on.
    pub(crate) fn moved(&self) -> Option<(Instant, Instant)> {
        self.begun.zip(self.moved)
    }

    /// The work has begun; the estimate counts from here.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.begun = Some(now);
        self.moved = Some(now);
    }

    /// Takes all events but the last.
    pub(crate) fn forget(&mut self) -> VecDeque<Progress> {
        let last = self.history.split_off(self.history.len().saturating_sub(1));
        std::mem::replace(&mut self.history, last)
    }

    /// Takes a report of a stage.
    pub(crate) fn report(&mut self, report: Report, now: Instant) -> Due {
        let percent = (report.fraction * 100.0).clamp(self.newest.percent, 100.0);
        if self.gets_on(&report, percent) {
            self.moved = Some(now);
        }
        let passes = report.stage != self.newest.stage || (percent >= 100.0 && self.newest.percent < 100.0);
        let elapsed = self.begun.map_or(0.0, |begun| (now - begun).as_secs_f64());
        let eta_s = self.eta.update(elapsed, percent / 100.0, now);
        let seq = self.newest.seq + 1;
        let segments = self.held_segments().into_iter().chain(report.segments).collect();
        self.newest =
            Progress { stage: report.stage, percent, message: report.message, eta_s, seq, segments };
        self.held = true;
        if passes || now >= self.due() {
            self.emit(now);
            return Due::Now;
        }
        if std::mem::replace(&mut self.armed, true) { Due::Later } else { Due::At(self.due()) }
    }

    /// Whether a report says something new.
    fn gets_on(&self, report: &Report, percent: f64) -> bool {
        percent > self.newest.percent
            || report.stage != self.newest.stage
            || report.message != self.newest.message
            || !report.segments.is_empty()
    }

    /// The arranged look: sends out what is held back. `Some` where it came too early.
    pub(crate) fn look(&mut self, now: Instant) -> Option<Instant> {
        self.armed = false;
        if !self.held {
            return None;
        }
        if now >= self.due() {
            self.emit(now);
            return None;
        }
        self.armed = true;
        Some(self.due())
    }

    /// The job is over: what is held back goes out; a success ends at 100 %.
    pub(crate) fn finish(&mut self, succeeded: bool, now: Instant) {
        let complete = self.newest.stage == Stage::Complete && self.newest.percent >= 100.0;
        if succeeded && !complete {
            let seq = self.newest.seq + 1;
            let segments = self.held_segments();
            self.newest = Progress {
                stage: Stage::Complete,
                percent: 100.0,
                message: "done".into(),
                eta_s: Some(0.0),
                seq,
                segments,
            };
            self.held = true;
        }
        if self.held {
            self.emit(now);
        }
    }

    /// Segments that have not gone out.
    fn held_segments(&mut self) -> Vec<Segment> {
        if self.held { std::mem::take(&mut self.newest.segments) } else { Vec::new() }
    }

    fn due(&self) -> Instant {
        self.emitted.map_or_else(|| self.begun.unwrap_or_else(sys::now), |last| last + INTERVAL)
    }

    fn emit(&mut self, now: Instant) {
        if self.history.len() == HISTORY {
            let oldest = self.history.pop_front();
            // Segments are never left out: they go along with what is the oldest now.
            if let (Some(oldest), Some(next)) = (oldest, self.history.front_mut()) {
                next.segments.splice(..0, oldest.segments);
            }
        }
        self.history.push_back(self.newest.clone());
        self.emitted = Some(now);
        self.held = false;
    }
}

/// The state of a job that has not begun.
pub(crate) fn queued(message: &str, seq: u64) -> Progress {
    let message = message.to_owned();
    Progress { stage: Stage::Queued, percent: 0.0, message, eta_s: None, seq, segments: Vec::new() }
}

/// Seconds that are left, from the speed so far, smoothed over time (a first-order low-pass whose
/// weight is `1 - exp(-dt / ETA_SMOOTHING_S)`) so that the number does not jump.
#[derive(Debug, Default)]
struct Eta {
    last: Option<(f64, Instant)>,
}

impl Eta {
    fn update(&mut self, elapsed: f64, fraction: f64, now: Instant) -> Option<f64> {
        if fraction < ETA_FROM || elapsed <= 0.0 {
            return None;
        }
        let raw = elapsed * (1.0 - fraction) / fraction;
        let smooth = match self.last {
            Some((before, at)) if raw > 0.0 => {
                let passed = (now - at).as_secs_f64();
                let expected = (before - passed).max(0.0);
                expected + (raw - expected) * (1.0 - (-passed / ETA_SMOOTHING_S).exp())
            }
            Some(_) | None => raw,
        };
        self.last = Some((smooth, now));
        Some(smooth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(stage: Stage, fraction: f64) -> Report {
        Report { stage, fraction, message: format!("{fraction}"), segments: Vec::new() }
    }

    fn begun() -> (Tracker, Instant) {
        let mut tracker = Tracker::new();
        let start = Instant::now();
        tracker.begin(start);
        (tracker, start)
    }

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn percent_never_falls_and_seq_always_grows() {
        let (mut tracker, start) = begun();
        let mut last = tracker.newest().clone();
        for (step, fraction) in [0.1, 0.5, 0.3, 2.0, -1.0, f64::INFINITY].into_iter().enumerate() {
            tracker.report(report(Stage::Clipping, fraction), at(start, step as u64));
            let newest = tracker.newest().clone();
            assert!(newest.percent >= last.percent && newest.seq > last.seq && newest.percent <= 100.0);
            last = newest;
        }
    }

    #[test]
    fn ten_events_a_second_pass_and_the_newest_is_always_read() {
        let (mut tracker, start) = begun();
        let dues: Vec<_> = (0..1000)
            .map(|ms| tracker.report(report(Stage::Clipping, ms as f64 / 1000.0), at(start, ms)))
            .collect();
        assert_eq!(dues.iter().filter(|due| **due == Due::Now).count(), 10);
        assert_eq!(dues[1], Due::At(at(start, 100)));
        assert_eq!(dues[2], Due::Later);
        assert_eq!(tracker.newest().percent, 99.9);
    }

    #[test]
    fn a_new_stage_and_the_hundredth_percent_always_pass() {
        let (mut tracker, start) = begun();
        assert_eq!(tracker.report(report(Stage::Probing, 0.0), start), Due::Now);
        assert_eq!(tracker.report(report(Stage::Clipping, 0.1), start), Due::Now);
        assert_ne!(tracker.report(report(Stage::Clipping, 0.2), start), Due::Now);
        assert_eq!(tracker.report(report(Stage::Clipping, 1.0), start), Due::Now);
        assert_ne!(tracker.report(report(Stage::Clipping, 1.0), start), Due::Now, "passes once");
    }

    #[test]
    fn what_is_held_back_goes_out_at_its_time_and_at_the_end() {
        let (mut tracker, start) = begun();
        tracker.report(report(Stage::Clipping, 0.1), start);
        assert_eq!(tracker.report(report(Stage::Clipping, 0.2), at(start, 1)), Due::At(at(start, 100)));
        assert_eq!(tracker.look(at(start, 99)), Some(at(start, 100)));
        assert_eq!(tracker.look(at(start, 100)), None);
        assert_eq!(tracker.since(2).iter().map(|event| event.percent).collect::<Vec<_>>(), [20.0]);
        tracker.report(report(Stage::Clipping, 0.3), at(start, 101));
        tracker.finish(false, at(start, 102));
        assert_eq!(tracker.since(3).iter().map(|event| event.percent).collect::<Vec<_>>(), [30.0]);
    }

    #[test]
    fn a_success_ends_with_one_event_of_100_percent() {
        let (mut tracker, start) = begun();
        tracker.finish(true, start);
        let last = tracker.since(1);
        assert_eq!((last.len(), last[0].stage, last[0].percent), (1, Stage::Complete, 100.0));
        let (mut tracker, start) = begun();
        tracker.report(report(Stage::Complete, 1.0), start);
        tracker.finish(true, start);
        assert_eq!(tracker.since(1).len(), 1, "a stage that said so itself is not repeated");
    }

    #[test]
    fn the_history_keeps_the_newest_256() {
        let (mut tracker, start) = begun();
        for step in 0..1000 {
            tracker.report(report(Stage::Clipping, 0.5), at(start, step * 100));
        }
        let kept = tracker.since(0);
        assert_eq!((kept.len(), kept[255].seq, kept[0].seq), (256, 1001, 746));
        assert!(tracker.since(1001).is_empty());
    }

    #[test]
    fn segments_of_reports_that_are_kept_no_longer_go_along_with_the_oldest() {
        let (mut tracker, start) = begun();
        let segment = |id| Segment { id, ..Segment::default() };
        for n in 0..HISTORY as u64 + 40 {
            let segments = if n < 40 { vec![segment(n as usize)] } else { Vec::new() };
            let report = Report { segments, ..report(Stage::Transcribing, n as f64 / 1000.0) };
            tracker.report(report, at(start, n * 200));
        }
        let events = tracker.since(0);
        assert_eq!(events.len(), HISTORY);
        let ids: Vec<_> = events[0].segments.iter().map(|segment| segment.id).collect();
        assert_eq!(ids, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn a_report_that_says_nothing_new_is_no_progress() {
        let (mut tracker, start) = begun();
        assert_eq!(tracker.moved(), Some((start, start)));
        tracker.report(report(Stage::Clipping, 0.1), at(start, 1));
        tracker.report(report(Stage::Clipping, 0.1), at(start, 2));
        assert_eq!(tracker.moved(), Some((start, at(start, 1))));
        tracker.report(report(Stage::Clipping, 0.2), at(start, 3));
        assert_eq!(tracker.moved(), Some((start, at(start, 3))));
        let heard = Report { segments: vec![Segment::default()], ..report(Stage::Clipping, 0.2) };
        tracker.report(heard, at(start, 4));
        assert_eq!(tracker.moved(), Some((start, at(start, 4))));
    }

    #[test]
    fn forgetting_keeps_the_last_event() {
        let (mut tracker, start) = begun();
        for step in 1..50 {
            tracker.report(report(Stage::Clipping, 0.5), at(start, step * 100));
        }
        assert_eq!(tracker.forget().len(), 49);
        assert_eq!(tracker.since(0), [tracker.newest().clone()]);
        assert_eq!(tracker.forget().len(), 0);
    }

    #[test]
    fn the_estimate_starts_at_two_percent_and_follows_the_speed() {
        let (mut tracker, start) = begun();
        tracker.report(report(Stage::Clipping, 0.019), at(start, 1000));
        assert_eq!(tracker.newest().eta_s, None);
        for second in 2..=50 {
            tracker.report(report(Stage::Clipping, second as f64 / 100.0), at(start, second * 1000));
            let eta = tracker.newest().eta_s.unwrap();
            assert!((eta - (100.0 - second as f64)).abs() < 0.01, "{second}: {eta}");
        }
        tracker.report(report(Stage::Clipping, 0.9), at(start, 50_100));
        let jump = tracker.newest().eta_s.unwrap();
        assert!((40.0..50.0).contains(&jump), "one report moves it a little only: {jump}");
        tracker.report(report(Stage::Clipping, 1.0), at(start, 50_200));
        assert_eq!(tracker.newest().eta_s, Some(0.0));
    }
}
