//! A small HTTP server on the loopback, for tests that fetch.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is at a path.
#[derive(Clone)]
pub enum Page {
    /// Content of a type; ranges are served.
    Content(&'static str, Arc<Vec<u8>>),
    /// Content that takes about a second a megabyte.
    Slow(&'static str, Arc<Vec<u8>>),
    /// Content whose last tenth is held back until the gate opens. Then it is sent where the page of
    /// that time has the same content, else the connection is closed; later requests find that page.
    Held(&'static str, Arc<Vec<u8>>, Arc<AtomicBool>, Box<Page>),
    /// Content that is sent whole whatever range is asked for.
    Whole(&'static str, Arc<Vec<u8>>),
    /// A bare status.
    Status(u16),
    /// A video that comes slowly and never ends; with its length told (1 GB), or not.
    Endless { with_length: bool },
    /// Nothing is ever answered.
    Silent,
}

/// A running server. It stops when dropped.
pub struct Server {
    /// The port on 127.0.0.1.
    pub port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Serves `pages` by their paths.
    pub fn new(pages: impl IntoIterator<Item = (String, Page)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages: Arc<HashMap<_, _>> = Arc::new(pages.into_iter().collect());
        let (requests, stop) = (Arc::default(), Arc::<AtomicBool>::default());
        let (log, halt): (Arc<Mutex<Vec<String>>>, _) = (Arc::clone(&requests), Arc::clone(&stop));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if halt.load(Ordering::Relaxed) {
                    break;
                }
                let (pages, log, halt) = (Arc::clone(&pages), Arc::clone(&log), Arc::clone(&halt));
                thread::spawn(move || serve(&stream, &pages, &log, &halt));
            }
        });
        Self { port, requests, stop }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The server as an entry of `allow_hosts`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// First lines of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees the flag.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Answers one request. A client that hangs up early is its own business.
fn serve(stream: &TcpStream, pages: &HashMap<String, Page>, log: &Mutex<Vec<String>>, halt: &AtomicBool) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let range = lines.take_while(|line| !line.is_empty()).find_map(|line| parse_range(&line));
    log.lock().unwrap().push(first.clone());
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let page = pages.get(path).cloned().unwrap_or(Page::Status(404));
    let _ = answer(stream, &page, range, method == "HEAD", halt);
}

/// First and last byte of a `Range` header.
fn parse_range(line: &str) -> Option<(usize, Option<usize>)> {
    let (name, value) = line.split_once(':')?;
    let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
    name.eq_ignore_ascii_case("range").then_some((first.parse().ok()?, last.parse().ok()))
}

fn begin(mut stream: &TcpStream, kind: &str, length: usize) -> std::io::Result<()> {
    let headers = format!("Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close");
    write!(stream, "HTTP/1.1 200 OK\r\n{headers}\r\n\r\n")
}

fn answer(
    mut stream: &TcpStream,
    page: &Page,
    range: Option<(usize, Option<usize>)>,
    head_only: bool,
    halt: &AtomicBool,
) -> std::io::Result<()> {
    match page {
        Page::Status(status) => {
            write!(stream, "HTTP/1.1 {status} Nope\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Page::Held(.., gate, then) if gate.load(Ordering::Relaxed) => {
            answer(stream, then, range, head_only, halt)
        }
        Page::Held(kind, content, gate, then) => {
            begin(stream, kind, content.len())?;
            let (first, held) = content.split_at(content.len() / 10 * 9);
            if head_only {
                return Ok(());
            }
            stream.write_all(first)?;
            while !gate.load(Ordering::Relaxed) && !halt.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
            match &**then {
                Page::Content(_, same) if same == content => stream.write_all(held),
                _ => Ok(()),
            }
        }
        Page::Whole(kind, content) => {
            begin(stream, kind, content.len())?;
            if head_only { Ok(()) } else { stream.write_all(content) }
        }
        Page::Content(kind, content) | Page::Slow(kind, content) => {
            let end = |last: Option<usize>| last.map_or(content.len(), |last| content.len().min(last + 1));
            let (status, from, to) = match range {
                Some((first, last)) if first < content.len() => ("206 Partial Content", first, end(last)),
                Some(_) | None => ("200 OK", 0, content.len()),
            };
            write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nAccept-Ranges: bytes\r\n")?;
            if range.is_some() {
                write!(stream, "Content-Range: bytes {from}-{}/{}\r\n", to - 1, content.len())?;
            }
            write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", to - from)?;
            let body = if head_only { &[] } else { &content[from..to] };
            for piece in body.chunks(20_000) {
                stream.write_all(piece)?;
                if matches!(page, Page::Slow(..)) {
                    thread::sleep(Duration::from_millis(20));
                }
            }
            Ok(())
        }
        Page::Endless { with_length } => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n")?;
            let length = if *with_length { "Content-Length: 1000000000\r\n\r\n" } else { "\r\n" };
            stream.write_all(length.as_bytes())?;
            let piece = vec![0; 20_000];
            while !head_only && !halt.load(Ordering::Relaxed) {
                stream.write_all(&piece)?;
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Page::Silent => {
            while !halt.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
    }
}
