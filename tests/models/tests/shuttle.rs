//! Schedules of whole engines, at random. The variables `YTC_SCHEDULES` (of each scenario) and
//! `YTC_SEED` say how many and which; a schedule that fails is printed, to be replayed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod planted;

use std::time::Instant;

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};
use ytclipper_models::under_shuttle::engine::scenarios::ALL;

/// Schedules of each scenario in a quick run.
const QUICK: usize = 2000;
/// Steps after which a schedule is taken for one that never ends; most take a few hundred.
const STEPS: usize = 100_000;
/// Preemptions that the second scheduler places.
const DEPTH: usize = 3;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text}")))
}

fn run(scheduler: impl Scheduler + 'static, scenario: fn()) {
    let mut config = Config::new();
    config.stack_size = 0x20000;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(scenario);
}

/// Half of the schedules switch at random at every step, half at few steps only.
fn check(name: &str) {
    let schedules = number("YTC_SCHEDULES").map_or(QUICK, |count| usize::try_from(count).unwrap());
    let seed = number("YTC_SEED").unwrap_or(1);
    let (_, scenario) = ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let begun = Instant::now();
    run(RandomScheduler::new_from_seed(seed, schedules.div_ceil(2)), scenario);
    run(PctScheduler::new_from_seed(seed, DEPTH, schedules / 2), scenario);
    println!("shuttle: {name}: {schedules} schedules, seed {seed}, {:.2} s", begun.elapsed().as_secs_f64());
}

#[test]
fn hosts_submit_wait_and_cancel() {
    check("hosts_submit_wait_and_cancel");
}

#[test]
fn hosts_await_and_let_go() {
    check("hosts_await_and_let_go");
}

#[test]
fn a_shutdown_meets_submit_and_cancel() {
    check("a_shutdown_meets_submit_and_cancel");
}

#[test]
fn a_pause_meets_submit_and_drain() {
    check("a_pause_meets_submit_and_drain");
}

#[test]
fn deadlines_meet_start_end_and_cancel() {
    check("deadlines_meet_start_end_and_cancel");
}

#[test]
fn callbacks_call_back() {
    check("callbacks_call_back");
}

#[test]
fn every_planted_fault_is_found() {
    planted::is_found("lost_wake_up", "hosts_submit_wait_and_cancel", "deadlock");
    planted::is_found("no_wake_up", "hosts_submit_wait_and_cancel", "deadlock");
    planted::is_found("stolen_cancel", "hosts_submit_wait_and_cancel", "panicked");
    planted::is_found("lock_in_callback", "callbacks_call_back", "deadlock");
    planted::is_found("self_join", "callbacks_call_back", "deadlock");
    planted::is_found("deaf_resume", "a_pause_meets_submit_and_drain", "deadlock");
    planted::is_found("double_end", "deadlines_meet_start_end_and_cancel", "panicked");
    planted::is_found("lost_alarm", "deadlines_meet_start_end_and_cancel", "max_steps");
}
