//! A job as its host sees it.

mod core;
mod deadline;
mod future;
mod handle;
mod progress;
mod subscribe;

pub(crate) use core::{Alarm, Delivery, Job};
pub(crate) use deadline::{Deadline, Limits};
pub use handle::JobHandle;
pub use subscribe::{Subscriber, Subscription};
