//! Threads that work on segments side by side, each with its own network.

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

use super::segment::{Findings, Lane, Segment};
use crate::context::CancelToken;
use crate::error::{Error, Result};
use crate::spec::FaceFilter;
use crate::vision::detect::{Detector, FaceModel};

/// Part of the least confidence at which a face is considered: the same face may be surer in
/// another look.
const CONSIDERED: f64 = 0.6;

/// Part of the least height at which a face is considered: it may come nearer.
const CONSIDERED_HEIGHT: f64 = 0.6;

/// Most lanes: more wait for pictures, and each holds a network of some 70 MB.
const MAX_LANES: usize = 4;

/// The reading thread's end.
pub(super) struct Lanes {
    segments: Option<Sender<Segment>>,
    findings: Receiver<Result<Findings>>,
}

impl Lanes {
    /// Hands a segment over; waits while all lanes are busy. Where they have all failed, it goes
    /// nowhere: the next [`ready`](Self::ready) or [`wait`](Self::wait) tells why.
    pub(super) fn send(&self, segment: Segment) {
        if let Some(segments) = &self.segments
            && segments.send(segment).is_err()
        {
            tracing::debug!("no lane is left");
        }
    }

    /// No more segments come.
    pub(super) fn close(&mut self) {
        self.segments = None;
    }

    /// Findings that are there already.
    pub(super) fn ready(&self) -> Result<Option<Findings>> {
        match self.findings.try_recv() {
            Ok(findings) => findings.map(Some),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(broken()),
        }
    }

    /// The next findings, or `None` once all lanes have ended.
    pub(super) fn wait(&self) -> Result<Option<Findings>> {
        self.findings.recv().ok().transpose()
    }
}

fn broken() -> Error {
    Error::internal("the threads that look for faces have ended early")
}

/// Runs `read` beside at most `threads` lanes for pictures of this size.
pub(super) fn run(
    model: &FaceModel,
    size: (usize, usize),
    faces: &FaceFilter,
    threads: usize,
    cancel: &CancelToken,
    read: impl FnOnce(&mut Lanes) -> Result<()>,
) -> Result<()> {
    let (send_segments, segments) = bounded::<Segment>(1);
    let (send_findings, findings) = unbounded();
    std::thread::scope(|scope| {
        let mut started = Vec::new();
        for _ in 0..threads.clamp(1, MAX_LANES) {
            let (segments, results) = (segments.clone(), send_findings.clone());
            let work = move || work(model, size, faces, cancel, &segments, &results);
            let lane = std::thread::Builder::new().name("ytc-faces".into());
            started.push(lane.spawn_scoped(scope, work).map_err(|error| {
                Error::internal(format!("cannot start a thread that looks for faces: {error}"))
            })?);
        }
        drop((segments, send_findings));
        let mut lanes = Lanes { segments: Some(send_segments), findings };
        let read = read(&mut lanes);
        drop(lanes);
        let ended: Vec<_> = started.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        let panicked = ended.iter().any(Result::is_err);
        match (read, panicked) {
            (_, true) => Err(Error::internal("a thread that looks for faces panicked")),
            (read, false) => read,
        }
    })
}

/// A lane's life: segments until there are no more, or until one fails.
fn work(
    model: &FaceModel,
    size: (usize, usize),
    faces: &FaceFilter,
    cancel: &CancelToken,
    segments: &Receiver<Segment>,
    results: &Sender<Result<Findings>>,
) {
    let sure = faces.min_confidence;
    let least_height = CONSIDERED_HEIGHT * faces.min_height * size.1 as f64;
    let done = Detector::with(model, size, |detector| {
        let mut lane = Lane { detector, least: CONSIDERED * sure, sure, least_height, cancel };
        for segment in segments {
            // Nobody listens once the reading thread has failed.
            if results.send(Ok(lane.work(segment)?)).is_err() {
                break;
            }
        }
        Ok(())
    });
    if let Err(error) = done
        && results.send(Err(error)).is_err()
    {
        tracing::debug!("the reader of the faces has gone");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::error::ErrorKind;
    use crate::picture::{PictureView, PlaneView};
    use crate::vision::frame::Pool;

    #[test]
    fn what_opencv_throws_ends_the_pass_as_an_error() {
        let model = FaceModel::unchecked(b"no network");
        let plane = PlaneView { data: &[0; 16], stride: 4, width: 4, height: 4 };
        let frame = Arc::new(Pool::default()).keep(&PictureView { planes: [plane; 3], time: 0.0 });
        let cancel = CancelToken::default();
        let error = run(&model, (4, 4), &FaceFilter::default(), 2, &cancel, |lanes| {
            for number in 0..20 {
                let frames = vec![Arc::clone(&frame)];
                let (head, tail) = (Arc::default(), Arc::default());
                lanes.send(Segment { number, scene: 0, frames, ticks: vec![true], head, tail });
            }
            lanes.close();
            while lanes.wait()?.is_some() {}
            Ok(())
        });
        assert_eq!(error.unwrap_err().kind(), ErrorKind::ModelUnavailable);
    }
}
