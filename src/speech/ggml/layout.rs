//! Which tensors a model of some shape has, in the order of the published files.

use super::Format;
use super::shape::{Shape, matrix_format};
use crate::spec::Quantization;

/// How a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Biases, norms and positions: always single precision.
    Exact,
    /// Filters of the two convolutions: always half precision.
    Filter,
    /// Matrices: half precision or quantised.
    Matrix,
}

/// A tensor's name and dimensions, the innermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tensor {
    /// Name in the file.
    pub name: String,
    /// Dimensions, the innermost (contiguous) first.
    pub dims: Vec<u32>,
    /// How it is stored.
    pub kind: Kind,
}

impl Tensor {
    /// Its number format in a file of this quantisation.
    pub(crate) fn format(&self, quantization: Quantization) -> Format {
        match self.kind {
            Kind::Exact => Format::F32,
            Kind::Filter => Format::F16,
            Kind::Matrix => matrix_format(quantization),
        }
    }

    /// How many numbers it has.
    pub(crate) fn numbers(&self) -> u64 {
        self.dims.iter().map(|dim| u64::from(*dim)).product()
    }
}

struct Layout {
    tensors: Vec<Tensor>,
    width: u32,
}

impl Layout {
    fn push(&mut self, name: String, dims: &[u32], kind: Kind) {
        self.tensors.push(Tensor { name, dims: dims.to_vec(), kind });
    }

    fn exact(&mut self, name: String, dims: &[u32]) {
        self.push(name, dims, Kind::Exact);
    }

    fn norm(&mut self, name: &str) {
        self.exact(format!("{name}.weight"), &[self.width]);
        self.exact(format!("{name}.bias"), &[self.width]);
    }

    fn linear(&mut self, name: &str, inputs: u32, outputs: u32, bias: bool) {
        self.push(format!("{name}.weight"), &[inputs, outputs], Kind::Matrix);
        if bias {
            self.exact(format!("{name}.bias"), &[outputs]);
        }
    }

    fn attention(&mut self, name: &str) {
        let width = self.width;
        for part in ["query", "key", "value", "out"] {
            self.linear(&format!("{name}.{part}"), width, width, part != "key");
        }
        self.norm(&format!("{name}_ln"));
    }

    fn block(&mut self, name: &str, cross: bool) {
        let width = self.width;
        self.attention(&format!("{name}.attn"));
        if cross {
            self.attention(&format!("{name}.cross_attn"));
        }
        self.linear(&format!("{name}.mlp.0"), width, 4 * width, true);
        self.linear(&format!("{name}.mlp.2"), 4 * width, width, true);
        self.norm(&format!("{name}.mlp_ln"));
    }

    fn convolution(&mut self, name: &str, inputs: u32) {
        self.push(format!("{name}.weight"), &[3, inputs, self.width], Kind::Filter);
        self.exact(format!("{name}.bias"), &[1, self.width]);
    }

    fn encoder(&mut self, shape: &Shape) {
        self.exact("encoder.positional_embedding".into(), &[self.width, shape.audio_ctx]);
        self.convolution("encoder.conv1", shape.mels);
        self.convolution("encoder.conv2", self.width);
        for layer in 0..shape.audio_layer {
            self.block(&format!("encoder.blocks.{layer}"), false);
        }
        self.norm("encoder.ln_post");
    }

    fn decoder(&mut self, shape: &Shape) {
        self.exact("decoder.positional_embedding".into(), &[self.width, shape.text_ctx]);
        self.push("decoder.token_embedding.weight".into(), &[self.width, shape.vocab], Kind::Matrix);
        for layer in 0..shape.text_layer {
            self.block(&format!("decoder.blocks.{layer}"), true);
        }
        self.norm("decoder.ln");
    }
}

/// All tensors of a model of this shape.
pub(crate) fn tensors(shape: &Shape) -> Vec<Tensor> {
    let mut layout = Layout { tensors: Vec::new(), width: shape.audio_state };
    layout.encoder(shape);
    layout.decoder(shape);
    layout.tensors
}

#[cfg(test)]
mod tests {
    use super::super::shape::TINY_EN;
    use super::*;

    #[test]
    fn the_count_is_that_of_whisper_cpp() {
        // 5 + 15 a layer + 2 of the encoder, 2 + 24 a layer + 2 of the decoder.
        assert_eq!(tensors(&TINY_EN).len(), 7 + 15 * 4 + 4 + 24 * 4);
    }

    #[test]
    fn only_matrices_are_quantised_and_their_rows_fill_blocks() {
        for tensor in tensors(&TINY_EN) {
            let format = tensor.format(Quantization::Q8_0);
            assert_eq!(format.is_blocked(), tensor.kind == Kind::Matrix, "{}", tensor.name);
            if format.is_blocked() {
                assert_eq!(tensor.dims.len(), 2);
                assert_eq!(tensor.dims[0] % 32, 0);
            }
        }
    }
}
