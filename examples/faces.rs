//! Looks for faces and cuts in a video and prints what it saw:
//! `faces centerface.onnx video.mp4 [THREADS]`. The `ffmpeg` tool decodes.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

use ytclipper::context::Context;
use ytclipper::media;
use ytclipper::picture::{PictureStream, PictureView, PlaneView};
use ytclipper::spec::FaceFilter;
use ytclipper::vision::{FaceModel, observe, picture_size};

/// Pictures that the `ffmpeg` tool writes into a pipe.
struct Piped {
    pipe: ChildStdout,
    data: Vec<u8>,
    display: (u32, u32),
    size: (u32, u32),
    rate: f64,
    count: u64,
}

impl Piped {
    fn open(video: &Path) -> Result<(Self, f64), Box<dyn Error>> {
        let context = Context::detached();
        let info = media::probe(video, &context.cancel)?;
        let picture = info.video.ok_or("there is no picture")?;
        let size = picture_size(picture.width, picture.height);
        let filter = format!("scale={}:{}:flags=bilinear,format=yuv420p", size.0, size.1);
        let mut tool = Command::new("ffmpeg");
        tool.args(["-nostdin", "-v", "error", "-i"]).arg(video).args(["-vf", &filter, "-f", "rawvideo", "-"]);
        let pipe = tool.stdout(Stdio::piped()).spawn()?.stdout.ok_or("there is no pipe")?;
        let (width, height) = (size.0 as usize, size.1 as usize);
        let data = vec![0; width * height + 2 * width.div_ceil(2) * height.div_ceil(2)];
        let display = (picture.width, picture.height);
        Ok((Self { pipe, data, display, size, rate: picture.fps, count: 0 }, info.duration))
    }
}

impl PictureStream for Piped {
    fn next_picture(&mut self) -> ytclipper::Result<Option<PictureView<'_>>> {
        if self.pipe.read_exact(&mut self.data).is_err() {
            return Ok(None);
        }
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let (luma, chroma) = self.data.split_at(width * height);
        let (width_c, height_c) = (width.div_ceil(2), height.div_ceil(2));
        let (u, v) = chroma.split_at(width_c * height_c);
        let plane = |data, width, height| PlaneView { data, stride: width, width, height };
        let time = self.count as f64 / self.rate;
        self.count += 1;
        let planes = [plane(luma, width, height), plane(u, width_c, height_c), plane(v, width_c, height_c)];
        Ok(Some(PictureView { planes, time }))
    }

    fn display_size(&self) -> (u32, u32) {
        self.display
    }

    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn rate(&self) -> f64 {
        self.rate
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, video, rest @ ..] = arguments.as_slice() else {
        return Err("usage: faces MODEL VIDEO [THREADS]".into());
    };
    let threads = rest.first().map_or(Ok(4), |text| text.parse())?;
    let model = FaceModel::open(Path::new(model))?;
    let (mut pictures, seconds) = Piped::open(Path::new(video))?;
    let begun = Instant::now();
    let context = Context::detached();
    let seen = observe(&mut pictures, &model, &FaceFilter::default(), seconds, threads, &context)?;
    println!(
        "{} x {}, {:.2} to {:.2} s, {} pictures, looked at in {:.2} s",
        seen.width,
        seen.height,
        seen.start,
        seen.end,
        pictures.count,
        begun.elapsed().as_secs_f64()
    );
    println!("cuts {:.3?}", seen.cuts);
    println!("{} looks, {} tracks", seen.looks.len(), seen.tracks.len());
    for track in &seen.tracks {
        println!("person {}: {:.2} to {:.2} s", track.person, track.start(), track.end());
        for point in &track.points {
            let mouth = track.mouth.iter().rfind(|mouth| mouth.time <= point.time);
            let (face, motion) = (point.face, mouth.map_or(0.0, |mouth| mouth.motion));
            println!(
                "  {:7.3} s  x {:6.1} y {:6.1} w {:5.1} h {:5.1}  {:.2}  mouth {motion:.1}",
                point.time, face.x, face.y, face.width, face.height, point.confidence
            );
        }
    }
    Ok(())
}
