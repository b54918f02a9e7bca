//! Awaiting a job. It needs no runtime: the dispatcher wakes whoever waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::JobHandle;
use super::core::Job;
use crate::engine::guard::forked;
use crate::error::Result;
use crate::outcome::Outcome;

/// A handle's place among a job's wakers, taken at its first poll.
#[derive(Default)]
pub(super) struct WakerSlot(Option<u64>);

impl WakerSlot {
    /// Stores the waker, in place of the one that this slot stored before.
    fn store(&mut self, job: &Job, wakers: &mut Vec<(u64, Waker)>, waker: Waker) -> Option<Waker> {
        let slot = *self.0.get_or_insert_with(|| job.new_slot());
        if let Some((_, stored)) = wakers.iter_mut().find(|(owner, _)| *owner == slot) {
            return Some(std::mem::replace(stored, waker));
        }
        wakers.push((slot, waker));
        None
    }

    /// Takes the waker back.
    pub(super) fn clear(&mut self, job: &Job) {
        let Some(slot) = self.0.take() else { return };
        if job.process.is_forked() {
            return;
        }
        let mut inner = job.inner.lock();
        let place = inner.wakers.iter().position(|(owner, _)| *owner == slot);
        let removed = place.map(|place| inner.wakers.swap_remove(place));
        // A waker is the host's code, which must not run under the lock.
        drop(inner);
        drop(removed);
    }
}

impl Future for JobHandle {
    type Output = Result<Arc<Outcome>>;

    /// Ready with the job's result. Any number of handles of a job may be awaited, in any mix of
    /// runtimes; a handle that was ready stays ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.job.process.is_forked() {
            return Poll::Ready(Err(forked()));
        }
        let waker = context.waker().clone();
        let mut inner = this.job.inner.lock();
        if let Some(result) = &inner.result {
            let result = result.clone();
            drop(inner);
            return Poll::Ready(result);
        }
        let replaced = this.slot.store(&this.job, &mut inner.wakers, waker);
        drop(inner);
        drop(replaced);
        Poll::Pending
    }
}
