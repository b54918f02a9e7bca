//! Spans, as a subscriber of the host sees them.

use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use ytclipper::outcome::Stage;

use super::{config, done, engine, install, wait};

/// A span that was opened.
#[derive(Debug, Clone, Default)]
struct Seen {
    id: u64,
    parent: Option<u64>,
    name: &'static str,
    fields: Vec<(String, String)>,
    entered: bool,
    closed: bool,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.push((field.name().to_owned(), format!("{value:?}").replace('"', "")));
    }
}

static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Notes all spans of the process.
struct Notes;

fn note(id: &Id, change: impl FnOnce(&mut Seen)) {
    let mut seen = SEEN.lock().unwrap();
    if let Some(span) = seen.iter_mut().find(|span| span.id == id.into_u64()) {
        change(span);
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("ytclipper")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = NEXT.fetch_add(1, Ordering::SeqCst);
        let mut seen = Seen {
            id,
            parent: span.parent().map(Id::into_u64),
            name: span.metadata().name(),
            ..Seen::default()
        };
        span.record(&mut seen);
        SEEN.lock().unwrap().push(seen);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        note(span, |seen| values.record(seen));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        note(span, |seen| seen.entered = true);
    }

    fn exit(&self, _: &Id) {}

    fn try_close(&self, span: Id) -> bool {
        note(&span, |seen| seen.closed = true);
        true
    }
}

fn fields(span: &Seen) -> Vec<(&str, &str)> {
    span.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn a_job_has_a_span_and_each_of_its_stages_one_within() {
    // For the whole process: workers have no subscriber of their own. Of all the jobs that tests
    // run meanwhile, those of this kind are this test's.
    tracing::subscriber::set_global_default(Notes).unwrap();
    let engine = engine(config(1), |_, context| {
        for (stage, steps) in [(Stage::Downloading, 3), (Stage::Installing, 1)] {
            let context = context.window(stage, 0.0, 1.0);
            (0..steps).for_each(|step| context.progress.set(f64::from(step) / 3.0, "a"));
        }
        Ok(done())
    });
    let handle = engine.submit(install()).unwrap();
    wait(&handle).unwrap();
    engine.shutdown(ytclipper::engine::ShutdownMode::Drain, Some(super::LONG)).unwrap();
    let seen = SEEN.lock().unwrap().clone();
    let ours = |span: &&Seen| {
        fields(span).contains(&("kind", "install_model")) && fields(span).contains(&("state", "succeeded"))
    };
    let job =
        seen.iter().filter(ours).find(|job| seen.iter().any(|span| span.parent == Some(job.id))).unwrap();
    assert_eq!(job.name, "job");
    assert_eq!(fields(job), [("id", "1"), ("kind", "install_model"), ("state", "succeeded")]);
    assert!(job.entered && job.closed);
    let stages: Vec<_> = seen.iter().filter(|span| span.parent == Some(job.id)).collect();
    assert_eq!(
        stages.iter().map(|span| fields(span)).collect::<Vec<_>>(),
        [[("name", "downloading")], [("name", "installing")]]
    );
    assert!(stages.iter().all(|span| span.name == "stage" && span.closed));
}
