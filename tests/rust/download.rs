//! Downloads with the real yt-dlp, from a server on the loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ytclipper::context::{Context, ProgressSink, Report};
use ytclipper::download::{Policy, fetch};
use ytclipper::engine::{Engine, EngineConfig};
use ytclipper::error::{Error, ErrorKind};
use ytclipper::outcome::{Outcome, Stage};
use ytclipper::spec::{ClipRequest, DownloadSpec, JobSpec, ProcessSpec};

use crate::http::{Page, Server};

pub fn yt_dlp() -> String {
    let beside = || format!("{}/.venv/bin/yt-dlp", env!("CARGO_MANIFEST_DIR"));
    let path = std::env::var("YTCLIPPER_YT_DLP").unwrap_or_else(|_| beside());
    assert!(Path::new(&path).exists(), "{path} is missing: run `make setup`");
    path
}

/// A policy that admits `server`, with the real yt-dlp.
fn policy(server: &Server) -> Policy {
    Policy { allow_hosts: vec![server.host()], yt_dlp: Some(vec![yt_dlp()]), ..Policy::default() }
}

fn spec(url: impl Into<String>, dir: &Path) -> DownloadSpec {
    DownloadSpec { dir: dir.to_owned(), ..DownloadSpec::new(url) }
}

pub fn content(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Page {
    Page::Content(kind, Arc::new(bytes.into()))
}

pub fn one_page(path: &str, page: Page) -> Server {
    Server::new([(path.to_owned(), page)])
}

/// Runs the ffmpeg command within `folder`.
fn ffmpeg(folder: &Path, arguments: &str) {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error"]).args(arguments.split_whitespace()).current_dir(folder);
    assert!(command.status().expect("ffmpeg is missing: run `make setup`").success());
}

const PICTURE_AND_SOUND: &str = "-f lavfi -i testsrc=s=320x240:d=2 -f lavfi -i sine=d=2 -shortest";

/// Codecs of a file's streams, by ffprobe.
fn codecs(path: &Path) -> Vec<String> {
    let arguments = "-v error -show_entries stream=codec_name -of default=nw=1:nk=1";
    let out = Command::new("ffprobe").args(arguments.split(' ')).arg(path).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

pub fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    fs::read_dir(folder).unwrap().map(name).collect()
}

/// Processes whose working folder is below `folder`, although it may have been removed.
pub fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let places =
        fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
    places.filter(|place| place.starts_with(folder)).collect()
}

pub fn reason(error: &Error) -> &str {
    assert_eq!(error.kind(), ErrorKind::Download, "{error:?}");
    &error.context()["reason"]
}

/// Fetches `url` and expects it to fail and to leave nothing.
fn failure(url: &str, policy: &Policy) -> Error {
    let dir = tempfile::tempdir().unwrap();
    let error = fetch(&spec(url, dir.path()), policy, &Context::detached()).unwrap_err();
    assert_eq!(names(dir.path()), [""; 0], "nothing may be left after {error:?}");
    assert!(processes_in(dir.path()).is_empty());
    error
}

#[test]
fn a_video_is_fetched_once_and_then_reused() {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let server = one_page("/talk.mp4", Page::Slow("video/mp4", Arc::new(bytes.clone())));
    let spec = spec(server.url("/talk.mp4"), &dir.path().join("new"));

    let (ctx, messages) = listening();
    let first = fetch(&spec, &policy(&server), &ctx).unwrap();
    assert_eq!(fs::read(&first.video_path).unwrap(), bytes);
    assert_eq!(first.video_path, spec.dir.join(format!("{}.mp4", first.video_id)));
    assert_eq!((first.title.as_str(), first.url.as_str(), first.reused), ("talk", spec.url.as_str(), false));
    assert_eq!(names(&spec.dir).len(), 1, "only the video is left");
    let messages = messages.lock().unwrap();
    let told = |wanted: &str| messages.iter().any(|report| report.message.contains(wanted));
    assert!(told("Downloading ") && told("% of 3.0 MB at ") && told("ETA 0:0"), "{messages:?}");
    assert!(messages.is_sorted_by(|a, b| a.fraction <= b.fraction), "{messages:?}");

    let asked = server.requests().len();
    let second = fetch(&spec, &policy(&server), &Context::detached()).unwrap();
    assert_eq!((second.reused, second.video_path), (true, first.video_path));
    assert_eq!(server.requests().len(), asked + 1, "only the description is asked for again");
}

fn listening() -> (Context, Arc<Mutex<Vec<Report>>>) {
    let reports = Arc::<Mutex<Vec<Report>>>::default();
    let keep = Arc::clone(&reports);
    let sink = ProgressSink::new(Stage::Downloading, Arc::new(move |r| keep.lock().unwrap().push(r)));
    (Context { progress: sink, ..Context::detached() }, reports)
}

#[test]
fn picture_and_sound_that_come_apart_are_joined() {
    let (dir, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let codecs_of = "-c:v libx264 -preset ultrafast -c:a aac";
    ffmpeg(files.path(), &format!("{PICTURE_AND_SOUND} {codecs_of} -f dash show.mpd"));
    let page = |name: &String| {
        let kind = if name == "show.mpd" { "application/dash+xml" } else { "video/mp4" };
        (format!("/{name}"), content(kind, fs::read(files.path().join(name)).unwrap()))
    };
    let server = Server::new(names(files.path()).iter().map(page));
    let (ctx, messages) = listening();
    let done = fetch(&spec(server.url("/show.mpd"), dir.path()), &policy(&server), &ctx).unwrap();
    assert_eq!(codecs(&done.video_path), ["aac", "h264"], "in the order in which they were fetched");
    assert_eq!(names(dir.path()).len(), 1);
    let joined = |report: &Report| report.message == "Joining picture and sound";
    assert!(messages.lock().unwrap().iter().any(joined), "{messages:?}");
}

#[test]
fn another_container_becomes_mp4() {
    let (dir, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ffmpeg(
        files.path(),
        &format!("{PICTURE_AND_SOUND} -c:v libvpx-vp9 -deadline realtime -c:a libopus a.webm"),
    );
    let server = one_page("/a.webm", content("video/webm", fs::read(files.path().join("a.webm")).unwrap()));
    let done =
        fetch(&spec(server.url("/a.webm"), dir.path()), &policy(&server), &Context::detached()).unwrap();
    assert_eq!(done.video_path.extension().unwrap(), "mp4");
    assert_eq!(codecs(&done.video_path), ["vp9", "opus"]);
}

#[test]
fn refusals_of_the_site_are_told_apart() {
    for (status, expected) in
        [(403, "forbidden"), (404, "not_found"), (429, "rate_limited"), (503, "server_error")]
    {
        let server = one_page("/a.mp4", Page::Status(status));
        assert_eq!(reason(&failure(&server.url("/a.mp4"), &policy(&server))), expected);
    }
    let page = one_page("/a", content("text/html", "<html><body>No video here</body></html>"));
    assert_eq!(reason(&failure(&page.url("/a"), &policy(&page))), "unsupported_url");
}

#[test]
fn a_host_that_is_not_there_is_no_network() {
    let server = one_page("/a.mp4", Page::Status(200));
    let (url, policy) = (server.url("/a.mp4"), policy(&server));
    drop(server);
    assert_eq!(reason(&failure(&url, &policy)), "no_network");
}

#[test]
fn a_silent_server_is_a_timeout() {
    let server = one_page("/a.mp4", Page::Silent);
    let policy = Policy { timeout: Duration::from_secs(1), ..policy(&server) };
    let begun = Instant::now();
    assert_eq!(reason(&failure(&server.url("/a.mp4"), &policy)), "timeout");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn cancelling_ends_every_process_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let server = one_page("/a.mp4", Page::Endless { with_length: true });
    // A shell between us and yt-dlp: ending the child alone would leave yt-dlp at work.
    let shell = ["sh", "-c", "\"$0\" \"$@\"; exit $?"].map(str::to_owned);
    let policy = Policy { yt_dlp: Some([&shell[..], &[yt_dlp()]].concat()), ..policy(&server) };
    let (send, begun) = mpsc::channel();
    let sink = move |report: Report| {
        if report.message.contains("% of 1.00 GB") {
            let _ = send.send(());
        }
    };
    let ctx =
        Context { progress: ProgressSink::new(Stage::Downloading, Arc::new(sink)), ..Context::detached() };
    let (spec, cancel) = (spec(server.url("/a.mp4"), &dir.path().join("new")), ctx.cancel.clone());
    let worker = thread::spawn(move || fetch(&spec, &policy, &ctx));
    begun.recv_timeout(Duration::from_secs(30)).expect("the download did not begin");
    assert!(processes_in(dir.path()).len() >= 2, "shell and yt-dlp are at work");
    let asked = Instant::now();
    cancel.cancel();
    let result = worker.join().unwrap();
    let took = asked.elapsed();
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(names(dir.path()), [""; 0]);
    // The kernel removes a killed grandchild in its own time, but soon.
    while asked.elapsed() < Duration::from_secs(1) && !processes_in(dir.path()).is_empty() {
        thread::yield_now();
    }
    assert!(processes_in(dir.path()).is_empty());
}

#[test]
fn a_cancelled_job_starts_nothing() {
    let server = one_page("/a.mp4", Page::Status(200));
    let (dir, ctx) = (tempfile::tempdir().unwrap(), Context::detached());
    ctx.cancel.cancel();
    let error = fetch(&spec(server.url("/a.mp4"), dir.path()), &policy(&server), &ctx).unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Cancelled, 0));
}

#[test]
fn private_hosts_are_refused_at_once_and_before_anything_is_asked() {
    let server = one_page("/a.mp4", content("video/mp4", "x"));
    let other_port = Policy { allow_hosts: vec!["127.0.0.1:1".to_owned()], ..policy(&server) };
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"] {
        let begun = Instant::now();
        let error = failure(&format!("http://{host}:{}/a.mp4", server.port), &other_port);
        assert_eq!(reason(&error), "forbidden_host", "{host}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_page_that_names_a_video_on_a_private_host_is_refused() {
    let private = one_page("/secret.mp4", content("video/mp4", "secret"));
    let html = format!("<html><video src=\"{}\"></video></html>", private.url("/secret.mp4"));
    let server = one_page("/page", content("text/html", html));
    assert_eq!(reason(&failure(&server.url("/page"), &policy(&server))), "forbidden_host");
    let fetched = private.requests().iter().any(|line| line.starts_with("GET"));
    assert!(!fetched, "{:?}", private.requests());
}

#[test]
fn a_playlist_that_leads_to_a_private_host_is_refused() {
    let playlist = |text: String| content("application/vnd.apple.mpegurl", text);
    let pieces = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsecret.ts\n#EXT-X-ENDLIST\n";
    let private = one_page("/media.m3u8", playlist(pieces.to_owned()));
    let variant =
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000,RESOLUTION=320x240,CODECS=\"avc1.42e00a,mp4a.40.2\"\n";
    let server = one_page("/master.m3u8", playlist(variant.to_owned() + &private.url("/media.m3u8")));
    assert_eq!(reason(&failure(&server.url("/master.m3u8"), &policy(&server))), "forbidden_host");
    let pieces = private.requests().iter().any(|line| line.contains("secret.ts"));
    assert!(
        !pieces,
        "yt-dlp looks at the list for its length, but fetches nothing: {:?}",
        private.requests()
    );
}

#[test]
fn a_download_that_is_too_large_is_stopped() {
    for page in [
        content("video/mp4", vec![7; 1_000_000]),
        Page::Endless { with_length: true },
        Page::Endless { with_length: false },
    ] {
        let server = one_page("/a.mp4", page);
        let policy = Policy { max_bytes: 300_000, ..policy(&server) };
        assert_eq!(failure(&server.url("/a.mp4"), &policy).kind(), ErrorKind::LimitExceeded);
    }
}

#[test]
fn planted_configuration_is_not_read() {
    let (planted, server) = (tempfile::tempdir().unwrap(), one_page("/a.mp4", content("video/mp4", "x")));
    let config = planted.path().join("yt-dlp.conf");
    let seen = planted.path().join("seen");
    fs::write(&config, format!("--exec \"after_move:touch '{}'\"\n", seen.display())).unwrap();
    // Puts the file into the very folder that yt-dlp runs in.
    let script = format!("cp '{}' . && exec \"$0\" \"$@\"", config.display());
    let wrapped = ["sh".to_owned(), "-c".to_owned(), script, yt_dlp()];

    let dir = tempfile::tempdir().unwrap();
    let policy = Policy { yt_dlp: Some(wrapped.to_vec()), ..policy(&server) };
    fetch(&spec(server.url("/a.mp4"), dir.path()), &policy, &Context::detached()).unwrap();
    assert!(!seen.exists(), "the planted command ran");

    let mut unguarded = Command::new(&wrapped[0]);
    unguarded.args(&wrapped[1..]).args(["--quiet", "--", &server.url("/a.mp4")]).current_dir(dir.path());
    assert!(unguarded.status().unwrap().success());
    assert!(seen.exists(), "without the guard the planted command runs, else this test proves nothing");
}

#[test]
fn what_begins_with_a_dash_is_never_an_option() {
    let server = one_page("/a.mp4", Page::Status(200));
    let error = failure("--version", &policy(&server));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(reason(&failure("--exec=id://x", &policy(&server))), "unsupported_scheme");
}

#[test]
fn a_missing_yt_dlp_is_named_with_what_to_do() {
    let server = one_page("/a.mp4", Page::Status(200));
    let policy = Policy { yt_dlp: Some(vec!["no-such-yt-dlp".to_owned()]), ..policy(&server) };
    let error = failure(&server.url("/a.mp4"), &policy);
    assert_eq!(reason(&error), "yt_dlp_missing");
    assert!(error.message().contains("pip install yt-dlp"), "{error}");
}

#[test]
fn a_local_path_is_looked_at_and_left_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a talk.mp4");
    fs::write(&file, "x").unwrap();
    let look = |path: &Path| {
        fetch(&spec(path.to_str().unwrap(), dir.path()), &Policy::default(), &Context::detached())
    };
    let found = look(&file).unwrap();
    assert_eq!((found.video_id.as_str(), found.reused, &found.video_path), ("a talk", true, &file));
    assert_eq!(look(dir.path()).unwrap_err().kind(), ErrorKind::IsDirectory);
    assert_eq!(look(&dir.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(look(Path::new("/dev/null")).unwrap_err().kind(), ErrorKind::UnsupportedMedia);
}

/// Runs a main job that cuts one clip from `url`, below `dir`.
fn process(url: &str, allow_hosts: Vec<String>, dir: &Path) -> Result<Arc<Outcome>, Error> {
    let config = EngineConfig { allow_hosts, yt_dlp: Some(vec![yt_dlp()]), ..EngineConfig::default() };
    let engine = Engine::new(EngineConfig { data_dir: Some(dir.join("data")), ..config })?;
    let spec = ProcessSpec {
        output_dir: dir.join("out"),
        download_dir: dir.join("down"),
        burn_captions: false,
        clips: vec![ClipRequest { start: 0.5, end: 1.5, ..ClipRequest::default() }],
        ..ProcessSpec::new(url)
    };
    let job = engine.submit(JobSpec::Process(Box::new(spec)))?;
    job.wait(Some(Duration::from_mins(1)))?;
    job.result().unwrap()
}

#[test]
fn a_url_becomes_a_clip_where_its_host_is_allowed() {
    let (dir, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ffmpeg(
        files.path(),
        &format!("{PICTURE_AND_SOUND} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac talk.mp4"),
    );
    let server =
        one_page("/talk.mp4", content("video/mp4", fs::read(files.path().join("talk.mp4")).unwrap()));
    let url = server.url("/talk.mp4");

    let begun = Instant::now();
    let error = process(&url, Vec::new(), dir.path()).unwrap_err();
    assert_eq!(reason(&error), "forbidden_host");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(server.requests(), [""; 0]);

    let outcome = process(&url, vec![server.host()], dir.path()).unwrap();
    let Outcome::Process(project) = &*outcome else { panic!("{outcome:?}") };
    let clip = &project.clips[0];
    assert_eq!((project.title.as_str(), codecs(&clip.path)), ("talk", vec!["h264".into(), "aac".into()]));
    assert!((clip.report.duration - 1.0).abs() < 0.05, "{:?}", clip.report);
    assert_eq!(names(&dir.path().join("down")).len(), 1, "the download is kept for the next time");
}
