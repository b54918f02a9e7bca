//! An engine's numbers in the text format that Prometheus reads, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::{Display, Write as _};

use super::histogram::Histogram;
use super::stats::{KindTally, Stats, Tally};

/// The page.
pub(crate) fn prometheus(stats: &Stats, tally: &Tally) -> String {
    let mut page = Page::default();
    page.jobs(tally);
    let gauge = |page: &mut Page, name, help, value: usize| page.single("gauge", name, help, value);
    gauge(&mut page, "workers", "Job threads.", stats.workers);
    gauge(&mut page, "queue_capacity", "Jobs that may wait at most.", stats.queue_capacity);
    gauge(&mut page, "queue_paused", "Whether the queue is paused.", usize::from(stats.paused));
    gauge(&mut page, "threads", "Threads that codecs, filters and models may have in all.", stats.threads);
    gauge(&mut page, "threads_leased", "Threads that are leased to jobs.", stats.threads_leased);
    gauge(
        &mut page,
        "shut_down",
        "Whether the engine takes no jobs.",
        usize::from(stats.shut_down.is_some()),
    );
    if let Some(bytes) = stats.memory_bytes {
        page.single("gauge", "process_resident_memory_bytes", "Memory of the process that is in RAM.", bytes);
    }
    let panics = "Callbacks of the host that panicked.";
    page.single("counter", "callback_panics_total", panics, stats.callback_panics);
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn jobs(&mut self, tally: &Tally) {
        self.family("gauge", "jobs", "Jobs that wait or run.");
        self.by_state("jobs", tally, |of| vec![("queued", of.queued), ("running", of.running)]);
        self.family("counter", "jobs_finished_total", "Jobs that are over.");
        self.by_state("jobs_finished_total", tally, |of| {
            vec![("succeeded", of.succeeded), ("failed", of.failed), ("cancelled", of.cancelled)]
        });
        let wait = "How long jobs waited until a worker took them.";
        self.histograms("job_wait_seconds", wait, tally, |of| &of.wait);
        let run = "How long jobs took from when a worker took them to their end.";
        self.histograms("job_run_seconds", run, tally, |of| &of.run);
    }

    fn by_state(
        &mut self,
        name: &str,
        tally: &Tally,
        counts: impl Fn(&KindTally) -> Vec<(&'static str, u64)>,
    ) {
        for (kind, of) in &tally.kinds {
            for (state, count) in counts(of) {
                self.sample(name, &[("kind", kind), ("state", state)], count);
            }
        }
    }

    fn histograms(
        &mut self,
        name: &str,
        help: &str,
        tally: &Tally,
        durations: impl Fn(&KindTally) -> &Histogram,
    ) {
        self.family("histogram", name, help);
        for (kind, of) in &tally.kinds {
            self.histogram(name, kind, durations(of));
        }
    }

    fn histogram(&mut self, name: &str, kind: &str, durations: &Histogram) {
        let (count, sum) = durations.total();
        let bucket = format!("{name}_bucket");
        for (bound, below) in durations.cumulative() {
            // Rounded: bounds are thousandths times powers of two.
            self.sample(
                &bucket,
                &[("kind", kind), ("le", &((bound * 1000.0).round() / 1000.0).to_string())],
                below,
            );
        }
        self.sample(&bucket, &[("kind", kind), ("le", "+Inf")], count);
        self.sample(&format!("{name}_sum"), &[("kind", kind)], sum);
        self.sample(&format!("{name}_count"), &[("kind", kind)], count);
    }

    fn single(&mut self, kind: &str, name: &str, help: &str, value: impl Display) {
        self.family(kind, name, help);
        self.sample(name, &[], value);
    }

    fn family(&mut self, kind: &str, name: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP ytclipper_{name} {help}\n# TYPE ytclipper_{name} {kind}");
    }

    /// Names of kinds and states need no escape: they are our own.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "ytclipper_{name}{labels} {value}");
    }
}
