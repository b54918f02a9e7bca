//! Turns a CTranslate2 Whisper folder (`model.bin` and its vocabulary) into a ggml file.

mod ct2;
mod names;
mod vocabulary;

use std::path::Path;

use super::ggml::{Head, Kind, Shape, Tensor, TensorSource, broken};
use super::mel::filter_bank;
use crate::error::Result;
use ct2::{Ct2File, Variable};

/// An opened CTranslate2 model: what stands before the tensors, and the tensors.
pub(crate) struct Ct2Model {
    /// What a ggml file says before its tensors.
    pub head: Head,
    file: Ct2File,
}

impl Ct2Model {
    /// Opens the folder and checks that its shape is Whisper's.
    ///
    /// # Errors
    /// `NotFound` without `model.bin`; `CorruptMedia` where it is broken, quantised or no Whisper.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let file = Ct2File::open(&folder.join("model.bin"))?;
        let shape = shape_of(&file)?;
        shape.validate()?;
        let tokens = vocabulary::read(folder, shape.text_tokens())?;
        Ok(Self { head: Head { shape, mel: filter_bank(shape.mels as usize), tokens }, file })
    }

    /// The head, and the rest as a source of tensors.
    pub(crate) fn split(self) -> (Head, impl TensorSource) {
        (self.head, self.file)
    }
}

fn shape_of(file: &Ct2File) -> Result<Shape> {
    let dim = |name: &str, index: usize| -> Result<u32> {
        let variable = file.variable(name)?;
        variable.dims.get(index).copied().ok_or_else(|| broken(format_args!("the shape of {name}")))
    };
    let layers = |side: &str| {
        (0..64_u32).take_while(|layer| file.has(&format!("{side}/layer_{layer}/ffn/linear_0/weight"))).count()
            as u32
    };
    let width = dim("encoder/conv1/weight", 0)?;
    let text_width = dim("decoder/embeddings/weight", 1)?;
    Ok(Shape {
        vocab: dim("decoder/embeddings/weight", 0)?,
        audio_ctx: dim("encoder/position_encodings/encodings", 0)?,
        audio_state: width,
        audio_head: width / 64,
        audio_layer: layers("encoder"),
        text_ctx: dim("decoder/position_encodings/encodings", 0)?,
        text_state: text_width,
        text_head: text_width / 64,
        text_layer: layers("decoder"),
        mels: dim("encoder/conv1/weight", 1)?,
    })
}

impl TensorSource for Ct2File {
    fn stream(&mut self, tensor: &Tensor, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let origin = names::origin(&tensor.name)
            .ok_or_else(|| broken(format_args!("nothing is known of {}", tensor.name)))?;
        let variable = self.variable(&origin.variable)?.clone();
        expect_size(tensor, &variable, origin.parts)?;
        self.read_part(&variable, origin.part, origin.parts, sink)
    }
}

/// A stacked variable's part must have as many numbers as the tensor that it becomes.
fn expect_size(tensor: &Tensor, variable: &Variable, parts: u64) -> Result<()> {
    let innermost_agrees = tensor.kind != Kind::Matrix || variable.dims.last() == tensor.dims.first();
    if variable.numbers() == tensor.numbers() * parts && innermost_agrees {
        return Ok(());
    }
    Err(broken(format_args!("{} has the shape {:?}", tensor.name, variable.dims)))
}
