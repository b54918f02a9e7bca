//! Media made for tests, and instruments to look at results. Both use the ffmpeg command, so that
//! what the engine writes is judged by another hand.

pub mod proof;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Runs ffmpeg with these arguments (split at spaces) and an output path.
pub fn ffmpeg(arguments: &str, output: &Path) {
    let status = Command::new("ffmpeg")
        .env("SVT_LOG", "0")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(output)
        .status()
        .expect("the ffmpeg command is installed by `make setup`");
    assert!(status.success(), "ffmpeg {arguments} {}", output.display());
}

/// Runs an ignored test of this binary in a process of its own, and tells how it ended and what it
/// printed.
pub fn alone(test: &str, environment: &[(&str, &str)]) -> (bool, String) {
    let exe = std::env::current_exe().unwrap();
    let arguments = ["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"];
    let Output { status, stdout, stderr } =
        Command::new(exe).args(arguments).envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(said.contains("running 1 test"), "{test}: {said}");
    (status.success(), said)
}

/// A folder that is removed at the end of the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file made by ffmpeg.
    pub fn media(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.path(name);
        ffmpeg(arguments, &path);
        path
    }

    /// Names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What ffprobe tells of a file.
pub fn ffprobe(path: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_streams", "-show_format", "-count_frames", "-of", "json"])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "ffprobe {}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.stderr.is_empty(),
        "ffprobe {}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The first stream of a type in what ffprobe tells.
pub fn stream<'a>(info: &'a Value, kind: &str) -> Option<&'a Value> {
    info["streams"].as_array().unwrap().iter().find(|stream| stream["codec_type"] == kind)
}

/// Frames that can be decoded.
pub fn frame_count(path: &Path) -> u64 {
    let info = ffprobe(path);
    stream(&info, "video").unwrap()["nb_read_frames"].as_str().unwrap().parse().unwrap()
}

/// All frames, scaled to `width`×`height` grey pixels.
pub fn grey_frames(path: &Path, width: usize, height: usize) -> Vec<Vec<u8>> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args([
            "-vf",
            &format!("scale={width}:{height}:flags=area"),
            "-pix_fmt",
            "gray",
            "-f",
            "rawvideo",
            "-",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(width * height).map(<[u8]>::to_vec).collect()
}

/// One frame as RGB pixels at its own size, with the width.
pub fn rgb_frame(path: &Path, time: f64) -> (Vec<u8>, usize, usize) {
    let info = ffprobe(path);
    let video = stream(&info, "video").unwrap();
    let side = |name: &str| video[name].as_u64().unwrap() as usize;
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error"])
        // Seeking in a single picture finds nothing.
        .args(if time > 0.0 { vec!["-ss".to_owned(), time.to_string()] } else { Vec::new() })
        .arg("-i")
        .arg(path)
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.stdout, side("width"), side("height"))
}

/// The left channel at 48 kHz.
pub fn samples(path: &Path) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-af", "pan=mono|c0=c0", "-ar", "48000", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// Bits of a frame's number that [`numbered`] draws as black and white columns.
const BITS: usize = 10;

/// A video of `seconds` whose every frame shows its own number in black and white columns: column
/// k is white where bit k is set.
pub fn numbered(folder: &Folder, name: &str, fps: &str, seconds: u32, codec: &str) -> PathBuf {
    let columns = format!(
        "color=c=black:s=320x180:r={fps}:d={seconds},format=gray,\
         geq=lum='255*mod(floor(N/pow(2,floor(X*{BITS}/W))),2)'"
    );
    let path = folder.path(name);
    let sound = format!("sine=f=440:r=48000:d={seconds}");
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &columns, "-f", "lavfi", "-i", &sound])
        .args(["-pix_fmt", "yuv420p"])
        .args(codec.split_whitespace())
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    path
}

/// The numbers that a rendered [`numbered`] video shows.
pub fn read_numbers(path: &Path) -> Vec<usize> {
    let width = BITS * 8;
    grey_frames(path, width, 8)
        .iter()
        .map(|frame| {
            (0..BITS).filter(|bit| frame[4 * width + bit * 8 + 4] > 128).map(|bit| 1 << bit).sum::<usize>()
        })
        .collect()
}
