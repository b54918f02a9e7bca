//! Faces, cuts and people in real pictures: a portrait pasted on known ways over real video. Needs
//! `make models sample`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, OnceLock};

use ytclipper::context::Context;
use ytclipper::models::{FACE_MODEL, ModelStore};
use ytclipper::picture::{PictureStream, PictureView, PlaneView};
use ytclipper::spec::FaceFilter;
use ytclipper::vision::{FaceModel, FaceTrack, Observations, observe, picture_size};
use ytclipper::{Error, ErrorKind};

use crate::support::Folder;

/// Pictures of a file as ffmpeg decodes them, 1280 × 720 scaled to 640 × 360.
struct Pictures {
    child: Child,
    pipe: ChildStdout,
    data: Vec<u8>,
    count: usize,
    rate: f64,
    /// After so many pictures the stream fails.
    fails_after: Option<usize>,
}

const DISPLAY: (u32, u32) = (1280, 720);
const SIZE: (usize, usize) = (640, 360);
const HALF: (usize, usize) = (320, 180);

impl Pictures {
    fn open(path: &Path, rate: f64) -> Self {
        assert_eq!(picture_size(DISPLAY.0, DISPLAY.1), (640, 360));
        let filter = format!("fps={rate},scale=640:360:flags=bilinear,format=yuv420p");
        let mut child = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-i"])
            .arg(path)
            .args(["-vf", &filter, "-f", "rawvideo", "-"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = child.stdout.take().unwrap();
        let data = vec![0; SIZE.0 * SIZE.1 * 3 / 2];
        Self { child, pipe, data, count: 0, rate, fails_after: None }
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl PictureStream for Pictures {
    fn next_picture(&mut self) -> ytclipper::Result<Option<PictureView<'_>>> {
        if self.fails_after == Some(self.count) {
            return Err(Error::new(ErrorKind::CorruptMedia, "broken on purpose"));
        }
        if self.pipe.read_exact(&mut self.data).is_err() {
            return Ok(None);
        }
        let (luma, chroma) = self.data.split_at(SIZE.0 * SIZE.1);
        let (u, v) = chroma.split_at(HALF.0 * HALF.1);
        let plane = |data, (width, height): (usize, usize)| PlaneView { data, stride: width, width, height };
        let time = self.count as f64 / self.rate;
        self.count += 1;
        Ok(Some(PictureView { planes: [plane(luma, SIZE), plane(u, HALF), plane(v, HALF)], time }))
    }

    fn display_size(&self) -> (u32, u32) {
        DISPLAY
    }

    fn size(&self) -> (u32, u32) {
        (SIZE.0 as u32, SIZE.1 as u32)
    }

    fn rate(&self) -> f64 {
        self.rate
    }
}

fn model() -> &'static FaceModel {
    static MODEL: OnceLock<FaceModel> = OnceLock::new();
    MODEL.get_or_init(|| {
        let path = ModelStore::new(ModelStore::default_dir()).path(FACE_MODEL);
        FaceModel::open(&path.expect("`make models` installs the face model")).unwrap()
    })
}

fn source(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("media").join(name);
    assert!(path.is_file(), "`make sample` gets {}", path.display());
    path
}

fn seen(path: &Path, rate: f64, threads: usize) -> Observations {
    let filter = FaceFilter::default();
    observe(&mut Pictures::open(path, rate), model(), &filter, 5.0, threads, &Context::detached()).unwrap()
}

/// The portrait's face in the picture of 512 × 512, as a person would draw it: centre and height.
const PORTRAIT: (f64, f64, f64) = (226.0, 118.0, 119.0);
/// The part of the portrait that is pasted: x, y, width, height.
const PASTED: (f64, f64, f64, f64) = (130.0, 10.0, 200.0, 250.0);

/// Where the pasted part's corner is at a time, for its size.
fn way(time: f64, width: f64, height: f64) -> (f64, f64) {
    let x = (1280.0 - width) * (0.5 + 0.42 * (time * 1.1).sin());
    (x, (720.0 - height) * (0.5 + 0.4 * (time * 0.7).cos()))
}

/// The centre of the face at a time.
fn face(time: f64, scale: f64) -> (f64, f64) {
    let (x, y) = way(time, PASTED.2 * scale, PASTED.3 * scale);
    (x + (PORTRAIT.0 - PASTED.0) * scale, y + (PORTRAIT.1 - PASTED.1) * scale)
}

/// Five seconds of `background` with the portrait on its way; the face has this part of the height.
fn pasted(folder: &Folder, background: &str, height: f64) -> (PathBuf, f64) {
    let scale = 720.0 * height / PORTRAIT.2;
    let (x, y, width, tall) = PASTED;
    let filter = format!(
        "[0]scale=1280:720,setsar=1,fps=30[b];[1]crop={width}:{tall}:{x}:{y},\
         scale={}:{}:flags=lanczos[f];\
         [b][f]overlay=x='(W-w)*(0.5+0.42*sin(t*1.1))':y='(H-h)*(0.5+0.4*cos(t*0.7))',format=yuv420p",
        (width * scale).round(),
        (tall * scale).round()
    );
    let output = folder.path(&format!("{height}-{background}"));
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-i"])
        .arg(source(background))
        .args(["-loop", "1", "-i"])
        .arg(source("astronaut.png"))
        .args(["-filter_complex", &filter, "-frames:v", "150", "-preset", "veryfast", "-crf", "28"])
        .arg(&output)
        .status()
        .unwrap();
    assert!(status.success());
    (output, scale)
}

/// Looks at which a track has the pasted face, in percent, and tracks that are elsewhere.
fn recall(seen: &Observations, scale: f64) -> (f64, usize) {
    let near = |track: &FaceTrack, time: f64| {
        let (x, y) = face(time, scale);
        let reach = 0.35 * PORTRAIT.2 * scale;
        track.points.iter().any(|point| {
            let (face_x, face_y) = point.face.centre();
            (point.time - time).abs() < 1e-6
                && point.confidence > 0.0
                && (face_x - x).hypot(face_y - y) < reach
        })
    };
    let hits = seen.looks.iter().filter(|time| seen.tracks.iter().any(|track| near(track, **time))).count();
    let elsewhere = seen.tracks.iter().filter(|t| t.points.iter().all(|p| !near(t, p.time))).count();
    (100.0 * hits as f64 / seen.looks.len() as f64, elsewhere)
}

#[test]
fn a_face_of_eight_percent_and_more_is_seen_at_nearly_every_look() {
    let folder = Folder::new();
    for height in [0.08, 0.1, 0.15, 0.3] {
        let (path, scale) = pasted(&folder, "bigbuckbunny.mp4", height);
        let seen = seen(&path, 30.0, 2);
        let (recall, elsewhere) = recall(&seen, scale);
        println!("{height}: {recall:.1} % of {} looks, {elsewhere} false", seen.looks.len());
        assert!(recall >= 98.0 && elsewhere == 0, "{height}: {recall} %, {elsewhere} tracks elsewhere");
        assert_eq!(seen.tracks.len(), 1, "one face, one track");
        assert!(seen.looks.len() >= 30, "six looks a second");
        assert_eq!((seen.width, seen.height), DISPLAY);
    }
}

#[test]
fn a_drawn_film_has_no_faces_and_the_street_has_its_two_riders_only() {
    assert_eq!(seen(&source("bigbuckbunny.mp4"), 25.0, 2).tracks, []);
    // A man in a suit rides past in the second scene, a cyclist waits at a light in the third.
    let street = seen(&source("bikes.mp4"), 25.0, 2);
    let spans: Vec<_> = street.tracks.iter().map(|track| (track.start(), track.end())).collect();
    assert_eq!(spans.len(), 2, "{spans:?}");
    assert!(spans[0].0 >= 1.2 && spans[0].1 < 3.04 && spans[1].0 >= 3.04 && spans[1].1 < 5.48, "{spans:?}");
    assert_ne!(street.tracks[0].person, street.tracks[1].person);
    assert_eq!(street.cuts, [1.2, 3.04, 5.48, 7.48, 9.68]);
}

#[test]
fn a_person_keeps_the_number_across_cuts_and_each_cut_is_exact() {
    let folder = Folder::new();
    let (path, _) = pasted(&folder, "bigbuckbunny.mp4", 0.25);
    let joined = folder.path("joined.mp4");
    let filter = "[1]scale=-2:720,pad=1280:720:(ow-iw)/2:0,setsar=1,fps=30,split[c][d];\
                  [0]split[a][b];\
                  [a]trim=end_frame=40,setpts=PTS-STARTPTS[a0];[c]trim=end_frame=37,setpts=PTS-STARTPTS[c0];\
                  [b]trim=start_frame=60:end_frame=113,setpts=PTS-STARTPTS[b0];\
                  [d]trim=start_frame=50:end_frame=100,setpts=PTS-STARTPTS[d0];[a0][c0][b0][d0]concat=n=4";
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-i"])
        .arg(&path)
        .arg("-i")
        .arg(source("carphone_pristine.mp4"))
        .args(["-filter_complex", filter, "-preset", "veryfast"])
        .arg(&joined)
        .status()
        .unwrap();
    assert!(status.success());
    let seen = seen(&joined, 30.0, 3);
    let frames: Vec<_> = seen.cuts.iter().map(|time| (time * 30.0).round() as usize).collect();
    assert_eq!(frames, [40, 77, 130]);
    let persons: Vec<_> = seen.tracks.iter().map(|track| track.person).collect();
    assert_eq!(persons, [0, 1, 0, 1], "{:?}", seen.tracks);
    for (track, scene) in seen.tracks.iter().zip([(0, 40), (40, 77), (77, 130), (130, 180)]) {
        let first = (track.start() * 30.0).round() as usize;
        let last = (track.end() * 30.0).round() as usize;
        assert!(first == scene.0 && last + 1 == scene.1, "{first} to {last} in {scene:?}");
    }
    // The portrait never talks. The man listens in the second scene and talks in the fourth.
    let moving = |track: usize| {
        let mouth = &seen.tracks[track].mouth;
        mouth.iter().filter(|mouth| mouth.motion > 3.0).count() as f64 / mouth.len() as f64
    };
    println!("parts of the pictures with a moving mouth: {:?}", [0, 1, 2, 3].map(moving));
    assert!(moving(0) < 0.05 && moving(1) < 0.05 && moving(2) < 0.05 && moving(3) > 0.25);
}

#[test]
fn what_is_seen_does_not_depend_on_the_number_of_threads() {
    let folder = Folder::new();
    let (path, _) = pasted(&folder, "bikes.mp4", 0.12);
    assert_eq!(seen(&path, 30.0, 1), seen(&path, 30.0, 4));
}

#[test]
fn a_cancel_and_a_broken_stream_end_the_pass() {
    let path = source("bigbuckbunny.mp4");
    let filter = FaceFilter::default();
    let context = Context::detached();
    let mut broken = Pictures::open(&path, 25.0);
    broken.fails_after = Some(70);
    let error = observe(&mut broken, model(), &filter, 5.0, 2, &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CorruptMedia);
    context.cancel.cancel();
    let error = observe(&mut Pictures::open(&path, 25.0), model(), &filter, 5.0, 2, &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn jobs_share_one_opened_model() {
    let store = ModelStore::new(ModelStore::default_dir());
    let models = ytclipper::vision::FaceModels::new(store.face_path());
    assert!(Arc::ptr_eq(&models.get().unwrap(), &models.get().unwrap()));
}
