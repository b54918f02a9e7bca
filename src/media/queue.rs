//! Samples that wait to be read. Silence costs no memory, however long it is.

use std::collections::VecDeque;

/// Interleaved samples in order.
#[derive(Debug)]
pub(super) struct SampleQueue {
    width: usize,
    runs: VecDeque<Run>,
    length: usize,
}

#[derive(Debug)]
enum Run {
    Silence(usize),
    Samples(VecDeque<f32>),
}

impl SampleQueue {
    /// An empty queue of `width` channels.
    pub(super) fn new(width: usize) -> Self {
        Self { width, runs: VecDeque::new(), length: 0 }
    }

    /// Samples a channel that wait.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.length = 0;
    }

    /// Appends interleaved samples.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.length += samples.len() / self.width;
        match self.runs.back_mut() {
            Some(Run::Samples(run)) => run.extend(samples),
            Some(Run::Silence(_)) | None => {
                self.runs.push_back(Run::Samples(samples.iter().copied().collect()));
            }
        }
    }

    /// Appends `count` silent samples a channel.
    pub(super) fn push_silence(&mut self, count: usize) {
        self.length += count;
        self.runs.push_back(Run::Silence(count));
    }

    /// Moves up to `count` samples a channel to `out` and returns how many.
    pub(super) fn take(&mut self, count: usize, out: &mut Vec<f32>) -> usize {
        let mut taken = 0;
        while taken < count {
            let wanted = count - taken;
            match self.runs.front_mut() {
                None => break,
                Some(Run::Silence(left)) => {
                    let now = wanted.min(*left);
                    out.resize(out.len() + now * self.width, 0.0);
                    *left -= now;
                    taken += now;
                    if *left == 0 {
                        self.runs.pop_front();
                    }
                }
                Some(Run::Samples(run)) => {
                    let now = wanted.min(run.len() / self.width);
                    out.extend(run.drain(..now * self.width));
                    taken += now;
                    if run.is_empty() {
                        self.runs.pop_front();
                    }
                }
            }
        }
        self.length -= taken;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_silence_come_out_in_order() {
        let mut queue = SampleQueue::new(2);
        queue.push(&[1.0, 2.0]);
        queue.push_silence(2);
        queue.push(&[3.0, 4.0]);
        let mut out = Vec::new();
        assert_eq!((queue.len(), queue.take(3, &mut out)), (4, 3));
        assert_eq!(out, [1.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(queue.take(9, &mut out), 1);
        assert_eq!((&out[6..], queue.len()), (&[3.0, 4.0][..], 0));
    }
}
