//! Every order of the steps of few threads; where there are too many, within a bound of preemptions.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod planted;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ytclipper_models::under_loom::engine::scenarios::ALL;

/// Every order of the threads' steps.
fn check(name: &str) {
    explore(name, None);
}

/// Every order with at most so many preemptions, of a model that has too many orders: in a quick
/// run, and where `YTC_LONG` is set.
fn check_bounded(name: &str, quick: usize, long: usize) {
    let is_long = std::env::var_os("YTC_LONG").is_some();
    explore(name, Some(if is_long { long } else { quick }));
}

fn explore(name: &str, preemptions: Option<usize>) {
    let (_, scenario) = ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.max_branches = 10_000;
    let (orders, begun) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let count = Arc::clone(&orders);
    model.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        scenario();
    });
    let (orders, took) = (orders.load(Ordering::Relaxed), begun.elapsed().as_secs_f64());
    let bound = preemptions.map_or(String::new(), |most| format!(" with at most {most} preemptions"));
    println!("loom: {name}: all {orders} orders{bound}, {took:.2} s");
}

#[test]
fn an_end_reaches_a_waiter_whoever_cancels() {
    check("an_end_reaches_a_waiter_whoever_cancels");
}

#[test]
fn an_end_reaches_whoever_awaits_it() {
    check("an_end_reaches_whoever_awaits_it");
}

#[test]
fn of_two_cancels_one_has_an_effect() {
    check("of_two_cancels_one_has_an_effect");
}

#[test]
fn a_cancel_reaches_a_part_that_begins_meanwhile() {
    check("a_cancel_reaches_a_part_that_begins_meanwhile");
}

#[test]
fn a_listener_that_leaves_hears_no_end() {
    check("a_listener_that_leaves_hears_no_end");
}

#[test]
fn a_shutdown_ends_the_worker_and_every_job() {
    check_bounded("a_shutdown_ends_the_worker_and_every_job", 4, 6);
}

#[test]
fn a_drain_ends_a_pause() {
    check("a_drain_ends_a_pause");
}

#[test]
fn a_whole_engine_comes_to_its_end() {
    check_bounded("a_whole_engine_comes_to_its_end", 2, 3);
}

#[test]
fn every_planted_fault_is_found() {
    planted::is_found("lost_wake_up", "an_end_reaches_a_waiter_whoever_cancels", "deadlock");
    planted::is_found("no_wake_up", "an_end_reaches_a_waiter_whoever_cancels", "deadlock");
    planted::is_found("stolen_cancel", "of_two_cancels_one_has_an_effect", "panicked");
}
