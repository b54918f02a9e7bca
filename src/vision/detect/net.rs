//! CenterFace in OpenCV's dnn module: a picture's pixels in, its answer out.

use std::sync::Once;

use opencv::core::{
    CV_32F, Mat, MatTraitConst, MatTraitConstManual, MatTraitManual, Scalar, Vector, set_num_threads,
};
use opencv::dnn::{Net as CvNet, NetTrait, read_net_from_onnx_buffer};

use super::decode::Answer;
use crate::error::{Error, ErrorKind, Result};

/// Sides of the input are multiples of this: the network halves five times.
pub(super) const ALIGN: usize = 32;
/// Outputs by their names in the file: heat map, size, offset, landmarks.
const OUTPUTS: [&str; 4] = ["537", "538", "539", "540"];

/// Width and height of a network's input, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InputSize {
    /// Width, a multiple of 32.
    pub width: usize,
    /// Height, a multiple of 32.
    pub height: usize,
}

/// One network for one size of input: OpenCV plans its memory at the first look, and a change of
/// size afterwards gives wrong answers.
pub(super) struct Net {
    graph: CvNet,
    input: Mat,
    outputs: Vector<Mat>,
    names: Vector<String>,
    size: InputSize,
}

impl Net {
    /// A network from the bytes of the model's file.
    ///
    /// # Errors
    /// `ModelUnavailable` where OpenCV cannot read it.
    pub(super) fn new(model: &[u8], size: InputSize) -> Result<Self> {
        single_threaded()?;
        let graph = read_net_from_onnx_buffer(&Vector::from_slice(model)).map_err(|error| {
            Error::new(ErrorKind::ModelUnavailable, format!("OpenCV cannot read the face model: {error}"))
        })?;
        let shape = [1, 3, size.height as i32, size.width as i32];
        let input = Mat::new_nd_with_default(&shape, CV_32F, Scalar::all(0.0)).map_err(failed)?;
        let names = OUTPUTS.into_iter().collect();
        Ok(Self { graph, input, outputs: Vector::new(), names, size })
    }

    /// The size of its input.
    pub(super) fn size(&self) -> InputSize {
        self.size
    }

    /// Looks at what `fill` writes: a plane each of red, green and blue, 0 to 255, row by row.
    pub(super) fn look<T>(
        &mut self,
        fill: impl FnOnce(&mut [f32]),
        read: impl FnOnce(&Answer<'_>) -> T,
    ) -> Result<T> {
        fill(self.input.data_typed_mut::<f32>().map_err(failed)?);
        self.graph.set_input(&self.input, "", 1.0, Scalar::all(0.0)).map_err(failed)?;
        self.graph.forward(&mut self.outputs, &self.names).map_err(failed)?;
        let blobs = [0, 1, 2, 3].map(|index| self.outputs.get(index));
        let [heat, sizes, offsets, landmarks] = blobs;
        let (heat, sizes) = (heat.map_err(failed)?, sizes.map_err(failed)?);
        let (offsets, landmarks) = (offsets.map_err(failed)?, landmarks.map_err(failed)?);
        let answer = Answer {
            width: self.size.width / 4,
            height: self.size.height / 4,
            heat: plane(&heat)?,
            sizes: plane(&sizes)?,
            offsets: plane(&offsets)?,
            landmarks: plane(&landmarks)?,
        };
        answer.check()?;
        Ok(read(&answer))
    }
}

fn plane(blob: &Mat) -> Result<&[f32]> {
    if !blob.is_continuous() {
        return Err(Error::internal("the face model's answer is not continuous"));
    }
    blob.data_typed::<f32>().map_err(failed)
}

/// OpenCV's own threads are one pool of the process: each look keeps to its caller's thread, and
/// several looks run side by side instead.
fn single_threaded() -> Result<()> {
    static ONCE: Once = Once::new();
    let mut done = Ok(());
    ONCE.call_once(|| done = set_num_threads(1));
    done.map_err(failed)
}

fn failed(error: opencv::Error) -> Error {
    Error::internal(format!("OpenCV failed: {error}"))
}
