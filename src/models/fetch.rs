//! Fetches a published file over HTTP, with a limit, progress and cancel.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::persist::{Pending, prepare};
use super::published::Published;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};

/// How often a stalled transfer is asked whether it was cancelled.
const POLL: Duration = Duration::from_millis(100);
const CHUNK: usize = 1 << 16;

/// Fetches `published`, from below `base` where that is given, into a temporary neighbour of `target` and checks it.
///
/// # Errors
/// `Download` with a `reason` of `unreachable`, `status` or `checksum`; `Cancelled`; `NoSpace`.
pub(crate) fn fetch(
    base: Option<&str>,
    published: &Published,
    target: &Path,
    ctx: &Context,
) -> Result<Pending> {
    let base = base.unwrap_or(published.url());
    let url = format!("{}/{}", base.trim_end_matches('/'), published.file_name());
    let chunks = start(url.clone(), published.bytes);
    let pending = prepare(target, |out| receive(&chunks, out, published, target, ctx))?;
    if (pending.bytes, pending.sha256.as_str()) == (published.bytes, published.sha256) {
        return Ok(pending);
    }
    Err(failed(
        "checksum",
        format!(
            "{url} is not the published {} ({} bytes, sha256 {}); nothing was installed",
            published.name, pending.bytes, pending.sha256
        ),
    ))
}

fn failed(reason: &str, message: String) -> Error {
    Error::new(ErrorKind::Download, message).with("reason", reason)
}

/// Reads on a thread of its own: a stalled server must not hold a cancel up. The thread ends with
/// the transfer, or at its next chunk once nobody listens.
fn start(url: String, expected: u64) -> Receiver<Result<Vec<u8>>> {
    let (sender, receiver) = bounded(8);
    let run = move || {
        let send = |chunk| sender.send(chunk).is_ok();
        if let Err(error) = read(&url, expected, &mut |chunk| send(Ok(chunk))) {
            send(Err(error));
        }
    };
    // A thread that cannot start drops the sender, which reads as an early end.
    if let Err(error) = std::thread::Builder::new().name("ytc-fetch".into()).spawn(run) {
        tracing::warn!(%error, "cannot start the download thread");
    }
    receiver
}

fn read(url: &str, expected: u64, send: &mut dyn FnMut(Vec<u8>) -> bool) -> Result<()> {
    let unreachable = |error: &dyn std::fmt::Display| {
        failed("unreachable", format!("cannot fetch {url}: {error}; `--from PATH` installs a local copy"))
    };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_mins(1)))
        .timeout_per_read(Some(Duration::from_mins(1)))
        .build()
        .into();
    let response = agent.get(url).call().map_err(|error| match error {
        ureq::Error::StatusCode(code) => failed("status", format!("{url} answers with status {code}")),
        other => unreachable(&other),
    })?;
    // One byte more than expected shows that there is too much.
    let mut body = response.into_body().into_reader().take(expected + 1);
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = body.read(&mut chunk).map_err(|error| unreachable(&error))?;
        chunk.truncate(count);
        if count == 0 || !send(chunk) {
            return Ok(());
        }
    }
}

fn receive(
    chunks: &Receiver<Result<Vec<u8>>>,
    out: &mut dyn Write,
    published: &Published,
    target: &Path,
    ctx: &Context,
) -> Result<()> {
    let mut done = 0_u64;
    loop {
        ctx.cancel.check()?;
        match chunks.recv_timeout(POLL) {
            Ok(chunk) => {
                let chunk = chunk?;
                out.write_all(&chunk).map_err(|error| Error::io(error, "write", target))?;
                done += chunk.len() as u64;
                report(ctx, published, done);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

fn report(ctx: &Context, published: &Published, done: u64) {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    ctx.progress.set(
        done as f64 / published.bytes as f64,
        format!(
            "Downloading {}: {:.0} of {:.0} MB",
            published.name,
            megabytes(done),
            megabytes(published.bytes)
        ),
    );
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::mpsc;

    use super::*;

    const ABC: Published = Published {
        name: "abc",
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    };

    /// Answers one request with `answer`, then waits until told to close.
    fn serve(answer: &'static str) -> (String, mpsc::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (close, closed) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let count = stream.read(&mut request).unwrap();
            assert!(request[..count].starts_with(b"GET /ggml-abc.bin "));
            stream.write_all(answer.as_bytes()).unwrap();
            let _ = closed.recv();
        });
        (base, close)
    }

    fn fetched(answer: &'static str) -> Result<String> {
        let (base, close) = serve(answer);
        drop(close);
        let folder = tempfile::tempdir().unwrap();
        let result = fetch(Some(&base), &ABC, &folder.path().join("x"), &Context::detached());
        let text = result.map(|pending| std::fs::read_to_string(pending.path()).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing stays behind");
        text
    }

    #[test]
    fn the_published_bytes_arrive() {
        assert_eq!(fetched("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc").unwrap(), "abc");
    }

    #[test]
    fn other_bytes_too_many_and_too_few_are_refused() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabd",
            "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabcabc",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab",
        ] {
            let error = fetched(answer).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Download);
            assert_eq!(error.context()["reason"], "checksum", "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_told_by_its_status() {
        let error = fetched("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap_err();
        assert_eq!(error.context()["reason"], "status");
    }

    #[test]
    fn a_stalled_transfer_is_cancelled_at_once() {
        let (base, _open) = serve("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na");
        let folder = tempfile::tempdir().unwrap();
        let ctx = Context::detached();
        let cancel = ctx.cancel.clone();
        let begun = std::time::Instant::now();
        let result = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| fetch(Some(&base), &ABC, &folder.path().join("x"), &ctx));
            cancel.cancel();
            waiting.join().unwrap()
        });
        assert_eq!(result.err().unwrap().kind(), ErrorKind::Cancelled);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}
