//! Speech that is understood while its video is still being downloaded: with the real yt-dlp, from
//! a server on the loopback that holds the end of the video back until a test lets it go.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ytclipper::engine::{Engine, EngineConfig, JobHandle, JobState, SubmitOptions, Subscriber};
use ytclipper::error::ErrorKind;
use ytclipper::outcome::{Outcome, Segment, Stage, Transcript};
use ytclipper::spec::{ClipRequest, JobSpec, ProcessSpec, TranscribeSpec};

use crate::download::{content, names, one_page, processes_in, reason, yt_dlp};
use crate::http::{Page, Server};
use crate::support::Folder;

const LIBRIVOX: &str = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb";

/// Held by a test that decodes, so that it has the cores, and counts the listeners, alone.
fn alone() -> MutexGuard<'static, ()> {
    static GATE: Mutex<()> = Mutex::new(());
    GATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nearly two minutes of five sentences, again and again from `start` (seconds) on, with a small picture.
fn talk(folder: &Folder, name: &str, start: f64) -> Vec<u8> {
    let sentences = ["0870", "0880", "0890", "0920", "0930"];
    let inputs = sentences.map(|number| format!("-i {LIBRIVOX}-{number}.wav")).join(" ");
    let path = folder.media(
        name,
        &format!(
            "{inputs} -f lavfi -i color=c=0x203040:s=64x36:r=5:d=105 -filter_complex \
             concat=n=5:v=0:a=1,aloop=loop=9:size=9000000,atrim=start={start},asetpts=PTS-STARTPTS[a] \
             -map 5:v -map [a] -shortest -c:v libx264 -preset ultrafast -g 5 -pix_fmt yuv420p -c:a aac -b:a 64k"
        ),
    );
    fs::read(path).unwrap()
}

/// A job that takes one captioned clip out of what `server` has.
struct Run {
    engine: Engine,
    job: JobHandle,
    down: PathBuf,
    told: Arc<Mutex<Vec<(Stage, Segment)>>>,
}

impl Run {
    /// `heard` is called with each segment of speech as it is told, on the dispatcher's thread.
    fn begin(folder: &Folder, server: &Server, heard: impl Fn(&JobHandle) + Send + Sync + 'static) -> Self {
        let config = EngineConfig {
            allow_hosts: vec![server.host()],
            yt_dlp: Some(vec![yt_dlp()]),
            // One window at a time: a second one ahead is read before the first is told.
            threads: 1,
            ..EngineConfig::default()
        };
        let engine = Engine::new(EngineConfig { data_dir: Some(folder.path("data")), ..config }).unwrap();
        let spec = ProcessSpec {
            output_dir: folder.path("out"),
            download_dir: folder.path("down"),
            model: "tiny.en".to_owned(),
            clips: vec![ClipRequest { start: 0.5, end: 1.5, ..ClipRequest::default() }],
            ..ProcessSpec::new(server.url("/talk"))
        };
        let told = Arc::<Mutex<Vec<_>>>::default();
        let keep = Arc::clone(&told);
        let subscriber = Subscriber::new().on_progress(move |job, progress| {
            for segment in &progress.segments {
                keep.lock().unwrap().push((progress.stage, segment.clone()));
                heard(job);
            }
        });
        let job = engine
            .submit_with(JobSpec::Process(Box::new(spec)), &SubmitOptions::default(), subscriber)
            .unwrap();
        Self { engine, job, down: folder.path("down"), told }
    }

    /// Waits for the job's success; the video that was fetched.
    fn success(&self) -> PathBuf {
        self.job.wait(Some(Duration::from_mins(2))).unwrap();
        assert!(matches!(&*self.job.result().unwrap().unwrap(), Outcome::Process(_)));
        let is_video = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "mp4");
        names(&self.down).into_iter().map(|name| self.down.join(name)).find(is_video).unwrap()
    }

    /// What the finished file says.
    fn transcript_of(&self, video: &Path) -> Transcript {
        let spec = TranscribeSpec { model: "tiny.en".to_owned(), cache: false, ..TranscribeSpec::new(video) };
        let job = self.engine.submit(JobSpec::Transcribe(spec)).unwrap();
        job.wait(Some(Duration::from_mins(2))).unwrap();
        let Outcome::Transcribe(transcript) = &*job.result().unwrap().unwrap() else { panic!() };
        transcript.clone()
    }

    fn told(&self) -> Vec<Segment> {
        self.told.lock().unwrap().iter().map(|(_, segment)| segment.clone()).collect()
    }
}

/// The transcript that the job kept beside the video.
fn kept(video: &Path) -> Transcript {
    let stem = video.file_stem().unwrap().to_str().unwrap();
    let text = fs::read(video.with_file_name(format!("{stem}_transcript.json"))).unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for key in ["success", "audio_path", "key"] {
        value.as_object_mut().unwrap().remove(key);
    }
    serde_json::from_value(value).unwrap()
}

/// Threads of this process that listen to a download.
fn listeners() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map_while(Result::ok);
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == "ytc-listen").count()
}

/// A page whose end comes when the gate opens, or whatever `then` says instead.
fn held(bytes: &[u8], gate: &Arc<AtomicBool>, then: Page) -> Server {
    let bytes = Arc::new(bytes.to_vec());
    one_page("/talk", Page::Held("video/x-matroska", bytes, Arc::clone(gate), Box::new(then)))
}

#[test]
fn speech_is_told_while_the_video_is_still_coming() {
    let _alone = alone();
    let (folder, gate) = (Folder::new(), Arc::<AtomicBool>::default());
    let bytes = talk(&folder, "talk.mkv", 0.0);
    let server = held(&bytes, &gate, content("video/x-matroska", bytes.clone()));
    // Nobody else opens the gate: the job ends only because it listens before the end.
    let run = Run::begin(&folder, &server, move |_| gate.store(true, Ordering::Relaxed));
    let video = run.success();
    assert_eq!(run.told.lock().unwrap()[0].0, Stage::Downloading);
    assert_eq!(listeners(), 0);
    let truth = run.transcript_of(&video);
    assert!(truth.segments.len() > 10, "{truth:?}");
    // Kept as it was heard, not heard again: segments are told once.
    assert_eq!((kept(&video), run.told()), (truth.clone(), truth.segments));
}

/// Tells of a picture and a sound that come apart, as large sites have them.
const APART: &str = r#"<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT105S">
<Period><AdaptationSet><Representation id="137" mimeType="video/mp4" codecs="avc1.42c00a" width="64" height="36"
 bandwidth="9000"><BaseURL>/picture.mp4</BaseURL></Representation></AdaptationSet>
<AdaptationSet><Representation id="140" mimeType="audio/mp4" codecs="mp4a.40.2" audioSamplingRate="16000"
 bandwidth="64000"><BaseURL>/sound.m4a</BaseURL></Representation></AdaptationSet></Period></MPD>"#;

#[test]
fn sound_that_comes_apart_is_heard_before_its_picture_is_there() {
    let _alone = alone();
    let (folder, gate) = (Folder::new(), Arc::<AtomicBool>::default());
    talk(&folder, "talk.mp4", 0.0);
    let whole = folder.path("talk.mp4");
    let part = |name: &str, stream: &str| {
        let input = whole.display();
        let movflags = "frag_keyframe+empty_moov+default_base_moof";
        let options = format!("-i {input} -map 0:{stream} -c copy -movflags {movflags}");
        fs::read(folder.media(name, &options)).unwrap()
    };
    let (sound, picture) = (part("sound.mp4", "a"), part("picture.mp4", "v"));
    let later = Box::new(content("video/mp4", picture.clone()));
    let server = Server::new([
        ("/talk".to_owned(), content("application/dash+xml", APART)),
        ("/sound.m4a".to_owned(), content("audio/mp4", sound)),
        ("/picture.mp4".to_owned(), Page::Held("video/mp4", Arc::new(picture), Arc::clone(&gate), later)),
    ]);
    // As above: the picture is whole only after something was heard.
    let run = Run::begin(&folder, &server, move |_| gate.store(true, Ordering::Relaxed));
    let video = run.success();
    assert_eq!(run.told.lock().unwrap()[0].0, Stage::Downloading);
    let truth = run.transcript_of(&video);
    assert!(truth.segments.len() > 10, "{truth:?}");
    assert_eq!((kept(&video), run.told()), (truth.clone(), truth.segments));
}

#[test]
fn a_container_that_begins_at_its_end_is_listened_to_afterwards() {
    let _alone = alone();
    let folder = Folder::new();
    let bytes = talk(&folder, "talk.mp4", 0.0);
    let place = |name: &[u8]| bytes.windows(4).position(|four| four == name).unwrap();
    assert!(place(b"moov") > place(b"mdat"), "the index stands at the end");
    let server = one_page("/talk", Page::Slow("video/mp4", Arc::new(bytes.clone())));
    let run = Run::begin(&folder, &server, |_| {});
    let video = run.success();
    assert_eq!(fs::read(&video).unwrap(), bytes);
    let truth = run.transcript_of(&video);
    assert_eq!((kept(&video), run.told()), (truth.clone(), truth.segments));
}

#[test]
fn what_was_heard_of_another_sound_does_not_count() {
    let _alone = alone();
    let (folder, gate) = (Folder::new(), Arc::<AtomicBool>::default());
    let bytes = talk(&folder, "talk.mkv", 0.0);
    // The connection breaks, and the server begins again with another video.
    let other = Arc::new(talk(&folder, "other.mkv", 8.0));
    let server = held(&bytes, &gate, Page::Whole("video/x-matroska", other));
    let run = Run::begin(&folder, &server, move |_| gate.store(true, Ordering::Relaxed));
    let video = run.success();
    let truth = run.transcript_of(&video);
    assert_eq!(kept(&video), truth);
    let first = run.told().swap_remove(0);
    assert_ne!(first.text, truth.segments[0].text, "else this test proves nothing");
}

#[test]
fn a_download_that_breaks_off_ends_the_listener_and_is_the_error() {
    let _alone = alone();
    let (folder, gate) = (Folder::new(), Arc::<AtomicBool>::default());
    let server = held(&talk(&folder, "talk.mkv", 0.0), &gate, Page::Status(403));
    let run = Run::begin(&folder, &server, move |_| gate.store(true, Ordering::Relaxed));
    run.job.wait(Some(Duration::from_mins(2))).unwrap();
    let error = run.job.result().unwrap().unwrap_err();
    assert_eq!(reason(&error), "forbidden");
    assert!(!run.told().is_empty());
    assert_eq!((run.down.exists(), listeners()), (false, 0), "the folder was made for this");
    assert!(processes_in(&run.down).is_empty());
}

#[test]
fn a_cancel_in_mid_download_ends_download_and_listener() {
    let _alone = alone();
    let (folder, gate) = (Folder::new(), Arc::<AtomicBool>::default());
    let server = held(&talk(&folder, "talk.mkv", 0.0), &gate, Page::Status(403));
    let asked = Arc::<Mutex<Option<Instant>>>::default();
    let keep = Arc::clone(&asked);
    let run = Run::begin(&folder, &server, move |job| {
        keep.lock().unwrap().get_or_insert_with(Instant::now);
        job.cancel();
    });
    run.job.wait(Some(Duration::from_mins(2))).unwrap();
    let took = asked.lock().unwrap().unwrap().elapsed();
    assert_eq!(run.job.state(), JobState::Cancelled);
    assert_eq!(run.job.result().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!((run.down.exists(), listeners()), (false, 0), "the folder was made for this");
}
