//! Faces in one picture: CenterFace (Xu et al. 2019, `centerface.onnx`) through OpenCV's dnn module.

mod decode;
mod input;
mod model;
mod net;

pub(super) use decode::Detection;
pub use model::{FaceModel, FaceModels};

use crate::error::Result;
use crate::picture::{PictureView, Rect};
use input::Window;
use net::{ALIGN, InputSize, Net};

/// Most pixels of the network's input. At 640×352 a face of 8 % of a 16:9 picture's height has 28
/// rows; below 24 the network becomes unsure (measured: least confidence 0.61 at 28 rows, 0.19 at
/// 23), and its time grows with the area.
const MAX_AREA: usize = 640 * 352;

/// Most pixels of a picture that is looked at, and most of its longer side.
const PICTURE_AREA: f64 = 640.0 * 360.0;
const LONGEST: f64 = 1280.0;

/// Width and height of the pictures that [`observe`](super::observe) sees best: as a source of this
/// display size, with as many pixels as 640 × 360 at most, and even.
pub fn picture_size(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let scale = (PICTURE_AREA / (width * height)).sqrt().min(LONGEST / width.max(height)).min(1.0);
    let even = |length: f64| ((length * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

/// A network that looks at pictures of one size; one for each thread.
pub(super) struct Detector<'a> {
    net: &'a mut Net,
}

impl Detector<'_> {
    /// Runs `work` with a detector for pictures of this size.
    pub(super) fn with<T>(
        model: &FaceModel,
        (width, height): (usize, usize),
        work: impl FnOnce(&mut Detector<'_>) -> Result<T>,
    ) -> Result<T> {
        model.with_net(input_size(width, height), |net| work(&mut Detector { net }))
    }

    /// The faces of at least this confidence, in the picture's pixels, the surest first.
    pub(super) fn look(&mut self, picture: &PictureView<'_>, least: f64) -> Result<Vec<Detection>> {
        let size = self.net.size();
        let window = Window::whole(picture, size);
        let found =
            self.net.look(|out| input::fill(picture, window, size, out), |answer| answer.faces(least))?;
        Ok(found.into_iter().map(|detection| placed(detection, window)).collect())
    }
}

/// A detection in the input's pixels, brought to those of the picture.
fn placed(detection: Detection, window: Window) -> Detection {
    let (x, y) = window.place(detection.face.x, detection.face.y);
    let (width, height) = (detection.face.width / window.scale, detection.face.height / window.scale);
    Detection {
        face: Rect { x, y, width, height },
        landmarks: detection.landmarks.map(|(x, y)| window.place(x, y)),
        confidence: detection.confidence,
    }
}

/// The network's input for a picture: of its shape, nowhere larger, within [`MAX_AREA`].
fn input_size(width: usize, height: usize) -> InputSize {
    let (width, height) = (width.max(1) as f64, height.max(1) as f64);
    let scale = (MAX_AREA as f64 / (width * height)).sqrt().min(1.0);
    let round = |length: f64| ((length * scale / ALIGN as f64).round() as usize).max(1) * ALIGN;
    let mut size = InputSize { width: round(width), height: round(height) };
    while size.width * size.height > MAX_AREA {
        if size.width > size.height { size.width -= ALIGN } else { size.height -= ALIGN }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_keeps_the_shape_within_the_area() {
        let size = |w, h| {
            let size = input_size(w, h);
            (size.width, size.height)
        };
        assert_eq!(size(640, 360), (640, 352));
        assert_eq!(size(360, 640), (352, 640));
        assert_eq!(size(176, 144), (192, 160));
        for (width, height) in [(640, 480), (480, 640), (640, 272), (640, 640), (2, 640), (1, 1)] {
            let size = input_size(width, height);
            assert!(size.width * size.height <= MAX_AREA, "{width}x{height}");
            assert!(size.width.is_multiple_of(ALIGN) && size.height.is_multiple_of(ALIGN));
            assert!(size.width * size.height > 0);
        }
    }

    #[test]
    fn pictures_are_small_and_even() {
        assert_eq!(picture_size(1920, 1080), (640, 360));
        assert_eq!(picture_size(1080, 1920), (360, 640));
        assert_eq!(picture_size(176, 144), (176, 144));
        assert_eq!(picture_size(1920, 804), (742, 310), "a face of 8 % has 24 rows");
        assert_eq!(picture_size(1, 5000), (2, 1280));
    }
}
