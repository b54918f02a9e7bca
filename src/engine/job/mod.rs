//! A job as its host sees it.

mod core;
mod future;
mod handle;
mod progress;
mod subscribe;

pub(crate) use core::{Delivery, Job};
pub use handle::JobHandle;
pub use subscribe::{Subscriber, Subscription};
