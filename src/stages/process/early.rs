//! Listening to a download while it goes on.
//!
//! The download stays on the job's thread; the listener has one of its own and reads the file that
//! is being written. What it understood counts only where the finished file has the same sound, to
//! the sample. In every other case the finished file is listened to as if nothing had been: a
//! container that begins at its end, a file that was cut, a server that sent something else.

#![cfg_attr(not(feature = "download"), expect(dead_code, reason = "no file is told of"))]

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};
use sha2::{Digest, Sha256};

use super::words;
use crate::context::{CancelToken, Context, ProgressSink, Report};
use crate::error::Result;
use crate::media::{AudioReader, GrowingFile, Growth};
use crate::outcome::{Stage, Transcript};
use crate::picture::{AudioStream, AudioView};
use crate::spec::{ProcessSpec, TranscribeSpec, is_url};
use crate::stages::{Resources, transcribe};
use crate::sys::Mutex;

/// A listener beside a download. Dropping it stops and joins it.
pub(super) struct Early<'scope> {
    cancel: CancelToken,
    board: Arc<Board>,
    /// Where files go that begin to grow; closed when no more will come.
    files: Option<Sender<GrowingFile>>,
    /// The file that grows now.
    growth: Option<Growth>,
    thread: Option<ScopedJoinHandle<'scope, Option<Listened>>>,
}

/// What was understood, and the mark of the sound that it was understood from.
struct Listened {
    transcript: Transcript,
    sound: Mark,
}

/// SHA-256 of samples.
type Mark = [u8; 32];

impl<'scope> Early<'scope> {
    /// Begins to wait for files, where the source is a URL whose speech is needed. `downloading`
    /// and `transcribing` are the windows of the job's progress.
    pub(super) fn begin<'env>(
        scope: &'scope Scope<'scope, 'env>,
        spec: &ProcessSpec,
        resources: &'env Resources,
        downloading: &Context,
        transcribing: &Context,
    ) -> Option<Self> {
        if !is_url(&spec.source) || !words::needs_speech(spec) {
            return None;
        }
        let board = Arc::new(Board::new(downloading, transcribing));
        let context = board.listener(downloading);
        let (cancel, request) = (context.cancel.clone(), words::request(spec, Path::new("")));
        let (send, files) = unbounded();
        let thread = thread::Builder::new()
            .name("ytc-listen".to_owned())
            .spawn_scoped(scope, move || listen(&request, resources, &context, &files))
            .ok()?;
        Some(Self { cancel, board, files: Some(send), growth: None, thread: Some(thread) })
    }

    /// The context of the download.
    pub(super) fn download(&self, downloading: &Context) -> Context {
        self.board.download(downloading)
    }

    /// A file of the download grows, or is whole.
    pub(super) fn watch(&mut self, growing: Option<&Path>) {
        self.growth = None;
        let (Some(path), Some(files)) = (growing, &self.files) else { return };
        // It may have its last name already: then it was quick, and nothing is lost.
        if let Ok((file, growth)) = GrowingFile::open(path)
            && files.send(file).is_ok()
        {
            self.growth = Some(growth);
        }
    }

    /// The transcript of `source`, the finished download, if it was heard while it came.
    ///
    /// # Errors
    /// `Cancelled` and no other.
    pub(super) fn finish(mut self, source: &Path, context: &Context) -> Result<Option<Transcript>> {
        (self.growth, self.files) = (None, None);
        self.board.downloaded();
        let Some(thread) = self.thread.take() else { return Ok(None) };
        // One that has ended already most likely heard nothing, so it is asked first.
        let (sound, heard) = if thread.is_finished() {
            let heard = joined(thread);
            (heard.as_ref().and_then(|_| mark_of(source, context)), heard)
        } else {
            (mark_of(source, context), joined(thread))
        };
        context.cancel.check()?;
        Ok(heard.filter(|heard| sound == Some(heard.sound)).map(|heard| heard.transcript))
    }
}

impl Drop for Early<'_> {
    fn drop(&mut self) {
        self.cancel.cancel();
        (self.growth, self.files) = (None, None);
        let _ = self.thread.take().map(joined);
    }
}

fn joined(thread: ScopedJoinHandle<'_, Option<Listened>>) -> Option<Listened> {
    thread.join().unwrap_or_default()
}

/// Listens to the first file that has sound and can be read as it comes.
fn listen(
    request: &TranscribeSpec,
    resources: &Resources,
    context: &Context,
    files: &Receiver<GrowingFile>,
) -> Option<Listened> {
    files.iter().find_map(|file| {
        listen_to(file, request, resources, context).unwrap_or_else(|error| {
            tracing::debug!(%error, "a download is not listened to before its end");
            None
        })
    })
}

fn listen_to(
    file: GrowingFile,
    request: &TranscribeSpec,
    resources: &Resources,
    context: &Context,
) -> Result<Option<Listened>> {
    let Some(mut audio) = AudioReader::follow(file, &context.cancel)? else { return Ok(None) };
    let mut marked = Marked::new(&mut audio);
    let transcript = transcribe::listen(request, &mut marked, resources, context)?;
    Ok(Some(Listened { transcript, sound: marked.mark() }))
}

/// The mark of a file's whole sound; `None` where it cannot be read.
fn mark_of(source: &Path, context: &Context) -> Option<Mark> {
    let mut audio = AudioReader::open(source, &context.cancel).ok()?;
    let mut marked = Marked::new(&mut audio);
    while marked.next_run().ok()?.is_some() {}
    Some(marked.mark())
}

/// A stream that takes the mark of what is read from it.
struct Marked<'a> {
    stream: &'a mut AudioReader,
    hash: Sha256,
    bytes: Vec<u8>,
}

impl<'a> Marked<'a> {
    fn new(stream: &'a mut AudioReader) -> Self {
        Self { stream, hash: Sha256::new(), bytes: Vec::new() }
    }

    fn mark(self) -> Mark {
        self.hash.finalize().into()
    }
}

impl AudioStream for Marked<'_> {
    fn next_run(&mut self) -> Result<Option<AudioView<'_>>> {
        let run = self.stream.next_run()?;
        if let Some(run) = &run {
            self.bytes.clear();
            self.bytes.extend(run.samples.iter().flat_map(|sample| sample.to_le_bytes()));
            self.hash.update(&self.bytes);
        }
        Ok(run)
    }

    fn duration(&self) -> Option<f64> {
        self.stream.duration()
    }
}

/// Progress of two at once: the download is shown until it is done, then the listener; what was
/// understood is told at once.
struct Board {
    downloading: ProgressSink,
    transcribing: ProgressSink,
    /// What the download told last; `None` when it is done.
    shown: Mutex<Option<(f64, String)>>,
}

impl Board {
    fn new(downloading: &Context, transcribing: &Context) -> Self {
        Self {
            downloading: downloading.progress.clone(),
            transcribing: transcribing.progress.clone(),
            shown: Mutex::new(Some((0.0, String::new()))),
        }
    }

    fn download(self: &Arc<Self>, context: &Context) -> Context {
        let board = Arc::clone(self);
        let report = Arc::new(move |report: Report| {
            let mut shown = board.shown.lock();
            board.downloading.tell(report.fraction, report.message.clone(), report.segments);
            *shown = Some((report.fraction, report.message));
        });
        let progress = ProgressSink::new(Stage::Downloading, report);
        Context { progress, ..context.window(Stage::Downloading, 0.0, 1.0) }
    }

    fn listener(self: &Arc<Self>, context: &Context) -> Context {
        let board = Arc::clone(self);
        let report = Arc::new(move |report: Report| match &*board.shown.lock() {
            None => board.transcribing.tell(report.fraction, report.message, report.segments),
            Some(_) if report.segments.is_empty() => {}
            Some((fraction, message)) => board.downloading.tell(*fraction, message, report.segments),
        });
        let progress = ProgressSink::new(Stage::Transcribing, report);
        let context = context.window(Stage::Transcribing, 0.0, 1.0);
        Context { progress, cancel: context.cancel.child(), ..context }
    }

    fn downloaded(&self) {
        *self.shown.lock() = None;
    }
}
