//! What an engine tells of itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use ytclipper::engine::{JobState, ShutdownMode};

use super::{Hold, LONG, config, done, engine, install, job, name_of, quick, wait, wait_all};

#[test]
fn wait_and_run_times_are_those_that_were_measured() {
    let (sender, measured) = unbounded();
    let engine = engine(config(1), move |_, _| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(5) {
            std::thread::yield_now();
        }
        sender.send(begun.elapsed().as_secs_f64()).unwrap();
        Ok(done())
    });
    let handles: Vec<_> = (0..20).map(|_| engine.submit(job("a")).unwrap()).collect();
    wait_all(&handles);
    let stats = engine.stats();
    let ran: Vec<f64> = measured.try_iter().collect();
    let (least, total) = (ran.iter().copied().fold(f64::MAX, f64::min), ran.iter().sum::<f64>());
    assert_eq!((stats.run.count, stats.wait.count), (20, 20));
    // Quantiles are right within 5 %.
    assert!(stats.run.p50 >= least * 0.95 && stats.run.p50 <= stats.run.p95, "{:?} {ran:?}", stats.run);
    assert!(stats.run.p95 <= stats.run.p99 && stats.run.p99 <= stats.run.max, "{:?}", stats.run);
    // The last job waited for all the others, half of the jobs for half of them.
    assert!(stats.wait.max >= total - ran[19], "{:?} {ran:?}", stats.wait);
    assert!(stats.wait.p50 < stats.wait.max && stats.wait.p50 > 8.0 * least * 0.95, "{:?}", stats.wait);
    assert_eq!((stats.kinds["probe"].run, stats.kinds["probe"].wait), (stats.run, stats.wait));
}

#[test]
fn a_job_that_never_ran_counts_in_no_time() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let running = engine.submit(job("running")).unwrap();
    hold.started();
    assert!(engine.submit(job("queued")).unwrap().cancel());
    let stats = engine.stats();
    assert_eq!((stats.wait.count, stats.run.count, stats.cancelled), (1, 0, 1));
    hold.release(1);
    wait(&running).unwrap();
    assert_eq!(engine.stats().run.count, 1);
}

#[test]
fn jobs_are_counted_by_kind() {
    let engine = quick();
    wait(&engine.submit(job("a")).unwrap()).unwrap();
    wait(&engine.submit(install()).unwrap()).unwrap();
    let stats = engine.stats();
    assert_eq!(stats.kinds.keys().copied().collect::<Vec<_>>(), ["install_model", "probe"]);
    assert!(stats.kinds.values().all(|kind| kind.succeeded == 1 && kind.run.count == 1 && kind.queued == 0));
    assert_eq!((stats.succeeded, stats.run.count), (2, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_that_of_the_process() {
    let told = quick().stats().memory_bytes.unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kernel = 1024 * line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap();
    assert!(told > kernel / 2 && told < kernel * 2, "{told} {kernel}");
}

type Labels = Vec<(String, String)>;
/// Name, labels, value.
type Sample = (String, Labels, f64);

/// One family of a Prometheus page.
#[derive(Default)]
struct Family {
    kind: String,
    samples: Vec<Sample>,
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Reads the text format, version 0.0.4, as strictly as its grammar is.
fn parse(page: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    assert!(page.ends_with('\n') && !page.contains("\n\n"));
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty(), "{line}");
            name.clone_into(&mut current);
            assert!(families.insert(current.clone(), Family::default()).is_none(), "{line}: told twice");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current, "{line}");
            assert!(["gauge", "counter", "histogram"].contains(&kind), "{line}");
            kind.clone_into(&mut families.get_mut(name).unwrap().kind);
        } else {
            let sample = parse_sample(line);
            let family = families.get_mut(&current).unwrap();
            let of_histogram = ["_bucket", "_sum", "_count"].map(|end| format!("{current}{end}"));
            let own = if family.kind == "histogram" {
                of_histogram.contains(&sample.0)
            } else {
                sample.0 == current
            };
            assert!(own, "{line} stands in {current}");
            let known =
                family.samples.iter().any(|(name, labels, _)| (name, labels) == (&sample.0, &sample.1));
            assert!(!known, "{line}: told twice");
            family.samples.push(sample);
        }
    }
    families
}

fn parse_sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = match series.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').unwrap()),
        None => (series, ""),
    };
    assert!(is_name(name) && name.starts_with("ytclipper_"), "{line}");
    let labels = labels.split(',').filter(|label| !label.is_empty()).map(|label| {
        let (name, value) = label.split_once('=').unwrap();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
        assert!(is_name(name) && !value.contains(['"', '\\']), "{line}");
        (name.to_owned(), value.to_owned())
    });
    (name.to_owned(), labels.collect(), value.parse().unwrap())
}

/// The value of a sample whose labels are these.
fn value(family: &Family, name: &str, labels: &[(&str, &str)]) -> f64 {
    let wanted: Vec<_> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let found = family.samples.iter().find(|sample| sample.0 == name && sample.1 == wanted);
    found.unwrap_or_else(|| panic!("no {name} {labels:?}")).2
}

#[test]
fn the_metrics_page_parses_and_says_what_the_numbers_say() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, context| match name_of(spec).as_str() {
        "hold" => gate.stay(spec, context).map(|()| done()),
        _ => Ok(done()),
    });
    wait_all(&(0..7).map(|_| engine.submit(job("quick")).unwrap()).collect::<Vec<_>>());
    engine.submit(job("hold")).unwrap();
    hold.started();
    engine.pause().unwrap();
    engine.submit(job("queued")).unwrap();
    let families = parse(&engine.metrics());
    let of = |family: &str, labels: &[(&str, &str)]| {
        value(&families[&format!("ytclipper_{family}")], &format!("ytclipper_{family}"), labels)
    };
    assert_eq!(of("jobs", &[("kind", "probe"), ("state", "queued")]), 1.0);
    assert_eq!(of("jobs", &[("kind", "probe"), ("state", "running")]), 1.0);
    assert_eq!(of("jobs_finished_total", &[("kind", "probe"), ("state", "succeeded")]), 7.0);
    assert_eq!((of("workers", &[]), of("queue_paused", &[]), of("shut_down", &[])), (1.0, 1.0, 0.0));
    assert_eq!(of("callback_panics_total", &[]), 0.0);
    assert!(of("process_resident_memory_bytes", &[]) > 1e6);
    for (name, family) in &families {
        assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name}");
        assert!(!family.kind.is_empty() && !family.samples.is_empty(), "{name}");
    }
    check_histogram(&families["ytclipper_job_wait_seconds"], "ytclipper_job_wait_seconds", 8.0);
    check_histogram(&families["ytclipper_job_run_seconds"], "ytclipper_job_run_seconds", 7.0);
    hold.release(1);
    engine.shutdown(ShutdownMode::Now, Some(LONG)).unwrap();
    let closed = parse(&engine.metrics());
    assert_eq!(value(&closed["ytclipper_shut_down"], "ytclipper_shut_down", &[]), 1.0);
}

fn check_histogram(family: &Family, name: &str, jobs: f64) {
    assert_eq!(family.kind, "histogram");
    let buckets: Vec<_> = family
        .samples
        .iter()
        .filter(|(sample, ..)| *sample == format!("{name}_bucket"))
        .map(|(_, labels, count)| {
            assert_eq!((labels.len(), labels[0].0.as_str(), labels[1].0.as_str()), (2, "kind", "le"));
            (labels[1].1.replace("+Inf", "inf").parse::<f64>().unwrap(), *count)
        })
        .collect();
    assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{buckets:?}");
    assert_eq!(*buckets.last().unwrap(), (f64::INFINITY, jobs));
    let kind = [("kind", "probe")];
    assert_eq!(value(family, &format!("{name}_count"), &kind), jobs);
    let sum = value(family, &format!("{name}_sum"), &kind);
    assert!(sum > 0.0 && sum < 60.0 * jobs, "{sum}");
}

#[test]
fn a_page_of_an_engine_without_jobs_parses_but_for_empty_families() {
    let families = parse(&quick().metrics());
    assert!(families["ytclipper_jobs"].samples.is_empty());
    assert_eq!(value(&families["ytclipper_workers"], "ytclipper_workers", &[]), 2.0);
}

#[test]
fn a_finished_job_keeps_its_events_until_a_hundred_others_are_over() {
    let engine = engine(config(1), |_, context| {
        (1..=5).for_each(|step| {
            context
                .window(ytclipper::outcome::Stage::Clipping, 0.0, 1.0)
                .progress
                .set(f64::from(step) / 5.0, "a");
        });
        Ok(done())
    });
    let first = engine.submit(job("first")).unwrap();
    wait(&first).unwrap();
    let all = first.events_since(0);
    assert!(all.len() > 2, "{all:?}");
    let run =
        |count: usize| wait_all(&(0..count).map(|_| engine.submit(job("a")).unwrap()).collect::<Vec<_>>());
    run(99);
    assert_eq!(first.events_since(0), all);
    run(1);
    assert_eq!(first.events_since(0), all[all.len() - 1..]);
    assert_eq!((first.state(), first.progress()), (JobState::Succeeded, all[all.len() - 1].clone()));
}
