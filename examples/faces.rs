//! Looks for faces and cuts in a video and prints what it saw as JSON:
//! `faces centerface.onnx video.mp4 [THREADS]`.
//!
//! The faces of a person are `[time, x, y, width, height, confidence]` (seconds, centre and size in
//! pixels of the source, 0 to 1), six a second.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use ytclipper::context::Context;
use ytclipper::media::{self, PictureReader};
use ytclipper::outcome::TimeRange;
use ytclipper::spec::FaceFilter;
use ytclipper::vision::{FaceModel, FaceTrack, observe, picture_size};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, video, rest @ ..] = arguments.as_slice() else {
        return Err("usage: faces MODEL VIDEO [THREADS]".into());
    };
    let threads = rest.first().map_or(Ok(2), |text| text.parse())?;
    let (model, video) = (FaceModel::open(Path::new(model))?, Path::new(video));
    let context = Context::detached();
    let info = media::probe(video, &context.cancel)?;
    let picture = info.video.ok_or("there is no picture")?;
    let width = picture_size(picture.width, picture.height).0;
    let whole = TimeRange { start: 0.0, end: info.duration };
    let begun = Instant::now();
    let mut pictures = PictureReader::open(video, whole, width, threads, &context.cancel)?;
    let filter = FaceFilter::default();
    let seen = observe(&mut pictures, &model, &filter, info.duration, threads, &context)?;
    let told = json!({
        "width": seen.width,
        "height": seen.height,
        "cuts": seen.cuts,
        "looks": seen.looks,
        "detections": seen.detections,
        "seconds": begun.elapsed().as_secs_f64(),
        "tracks": seen.tracks.iter().map(track).collect::<Vec<_>>(),
    });
    println!("{told}");
    Ok(())
}

fn track(track: &FaceTrack) -> Value {
    let faces = track.points.iter().map(|point| {
        let ((x, y), face) = (point.face.centre(), point.face);
        json!([point.time, x, y, face.width, face.height, point.confidence])
    });
    let mouth: Vec<_> = track.mouth.iter().map(|mouth| json!([mouth.time, mouth.motion])).collect();
    json!({ "person": track.person, "faces": faces.collect::<Vec<_>>(), "mouth": mouth })
}
