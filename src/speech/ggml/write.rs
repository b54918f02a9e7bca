//! Writes a model file.

use std::io::{self, Write};

use super::block::encode;
use super::layout::{Tensor, tensors};
use super::shape::{Shape, weights_id};
use super::{MAGIC, SPECTRUM_BINS};
use crate::error::Result;
use crate::spec::Quantization;

/// What stands before the tensors.
pub(crate) struct Head {
    /// The dimensions.
    pub shape: Shape,
    /// The filter bank, a row a band.
    pub mel: Vec<f32>,
    /// The tokens' bytes, by number.
    pub tokens: Vec<Vec<u8>>,
}

/// Where tensors' numbers come from, in single precision.
pub(crate) trait TensorSource {
    /// Hands all numbers of `tensor` on, in runs whose lengths are multiples of a block except the
    /// last.
    fn stream(&mut self, tensor: &Tensor, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()>;
}

/// Writes the whole file. `step` is told the fraction done before each tensor and may stop it;
/// `fail` turns a write's failure into the caller's error.
pub(crate) fn write_model(
    out: &mut dyn Write,
    head: &Head,
    source: &mut dyn TensorSource,
    quantization: Quantization,
    step: &mut dyn FnMut(f64) -> Result<()>,
    fail: &dyn Fn(io::Error) -> crate::Error,
) -> Result<()> {
    write_head(out, head, quantization).map_err(fail)?;
    let list = tensors(&head.shape);
    let total: u64 = list.iter().map(Tensor::numbers).sum();
    let mut done = 0;
    let mut bytes = Vec::new();
    for tensor in &list {
        step(done as f64 / total as f64)?;
        let format = tensor.format(quantization);
        write_tensor_head(out, tensor, format as u32).map_err(fail)?;
        source.stream(tensor, &mut |values| {
            bytes.clear();
            encode(values, format, &mut bytes);
            out.write_all(&bytes).map_err(fail)
        })?;
        done += tensor.numbers();
    }
    step(1.0)
}

fn write_numbers(out: &mut dyn Write, numbers: &[u32]) -> io::Result<()> {
    numbers.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

fn write_head(out: &mut dyn Write, head: &Head, quantization: Quantization) -> io::Result<()> {
    write_numbers(out, &[MAGIC])?;
    write_numbers(out, &head.shape.numbers())?;
    write_numbers(out, &[weights_id(quantization), head.shape.mels, SPECTRUM_BINS])?;
    head.mel.iter().try_for_each(|weight| out.write_all(&weight.to_le_bytes()))?;
    write_numbers(out, &[head.tokens.len() as u32])?;
    head.tokens.iter().try_for_each(|token| {
        write_numbers(out, &[token.len() as u32])?;
        out.write_all(token)
    })
}

fn write_tensor_head(out: &mut dyn Write, tensor: &Tensor, format: u32) -> io::Result<()> {
    write_numbers(out, &[tensor.dims.len() as u32, tensor.name.len() as u32, format])?;
    write_numbers(out, &tensor.dims)?;
    out.write_all(tensor.name.as_bytes())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::super::shape::TINY_EN;
    use super::super::{GgmlFile, read_index};
    use super::*;
    use crate::error::{Error, ErrorKind};

    /// Numbers that differ, so that a shifted read shows.
    pub(crate) struct Ramp;

    impl TensorSource for Ramp {
        fn stream(&mut self, tensor: &Tensor, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()> {
            let values: Vec<f32> =
                (0..tensor.numbers()).map(|index| (index % 97) as f32 / 97.0 - 0.5).collect();
            sink(&values)
        }
    }

    /// Writes a model of the right structure whose weights mean nothing.
    pub(crate) fn write_ramp(path: &Path, quantization: Quantization) {
        let mut tokens: Vec<Vec<u8>> = (0..50_256_u32).map(|id| format!("t{id}").into_bytes()).collect();
        tokens[220] = b" ".to_vec();
        let head = Head { shape: TINY_EN, mel: vec![0.25; 80 * 201], tokens };
        let mut bytes = Vec::new();
        let fail = |error| Error::io(error, "write", path);
        write_model(&mut bytes, &head, &mut Ramp, quantization, &mut |_| Ok(()), &fail).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn reason(path: &Path) -> String {
        let error = read_index(path).err().expect("a broken file must be refused");
        assert_eq!(error.kind(), ErrorKind::CorruptMedia, "{error}");
        error.message().to_owned()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin");
        for quantization in [Quantization::F16, Quantization::Q8_0, Quantization::Q5_1] {
            write_ramp(&path, quantization);
            let file = read_index(&path).unwrap();
            assert_eq!((file.head.shape, file.quantization), (TINY_EN, quantization));
            assert_eq!(file.head.tokens[220], b" ");
        }
    }

    #[test]
    fn the_numbers_of_an_f16_file_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin");
        write_ramp(&path, Quantization::F16);
        let mut file: GgmlFile = read_index(&path).unwrap();
        for tensor in tensors(&TINY_EN).into_iter().take(4) {
            let mut index = 0_u64;
            file.stream(&tensor, &mut |values| {
                for value in values {
                    let expected = (index % 97) as f32 / 97.0 - 0.5;
                    assert!((value - expected).abs() < 1e-3, "{} {index}", tensor.name);
                    index += 1;
                }
                Ok(())
            })
            .unwrap();
            assert_eq!(index, tensor.numbers());
        }
    }

    #[test]
    fn a_file_cut_anywhere_or_grown_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin");
        write_ramp(&path, Quantization::Q8_0);
        let whole = std::fs::read(&path).unwrap();
        for keep in [0, 3, 20, 60_000, 300_000, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..keep]).unwrap();
            reason(&path);
        }
        std::fs::write(&path, [&whole[..], b"more"].concat()).unwrap();
        reason(&path);
    }

    #[test]
    fn a_flipped_bit_in_the_structure_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin");
        write_ramp(&path, Quantization::F16);
        let whole = std::fs::read(&path).unwrap();
        for at in [0, 5, 9, 13, 45, 49, 53] {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            std::fs::write(&path, bytes).unwrap();
            reason(&path);
        }
    }

    #[test]
    fn text_and_a_missing_tensor_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.bin");
        std::fs::write(&path, "a model, honestly").unwrap();
        assert!(reason(&path).contains("does not begin as a ggml file"));
        write_ramp(&path, Quantization::F16);
        let whole = std::fs::read(&path).unwrap();
        // The last tensor is `decoder.ln.bias`: 3 numbers, 1 dimension, the name, 384 singles.
        let without = whole.len() - (16 + "decoder.ln.bias".len() + 384 * 4);
        std::fs::write(&path, &whole[..without]).unwrap();
        assert!(reason(&path).contains("decoder.ln.bias"));
    }
}
