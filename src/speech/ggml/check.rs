//! Reads a model file's structure and refuses what whisper.cpp would trip over: every tensor must
//! be there once, in the right format and size, and the file must end where the last one does.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::layout::{Tensor, tensors};
use super::shape::{Shape, weights_from_id};
use super::write::{Head, TensorSource};
use super::{Format, MAGIC, SPECTRUM_BINS, broken, decode_plain};
use crate::error::{Error, Result};
use crate::spec::Quantization;

/// Numbers decoded at a time when tensors are read.
const CHUNK: u64 = 1 << 18;

/// A checked model file.
pub(crate) struct GgmlFile {
    /// What stands before the tensors.
    pub head: Head,
    /// How its matrices are stored.
    pub quantization: Quantization,
    file: BufReader<File>,
    places: HashMap<String, u64>,
}

/// A file that is read from front to back, with a length that no field may point beyond.
struct Reader<'a> {
    file: BufReader<File>,
    path: &'a Path,
    length: u64,
    position: u64,
}

impl<'a> Reader<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let fail = |error| Error::io(error, "read the model", path);
        let file = File::open(path).map_err(fail)?;
        let facts = file.metadata().map_err(fail)?;
        if facts.is_dir() {
            return Err(fail(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self { file: BufReader::with_capacity(1 << 16, file), path, length: facts.len(), position: 0 })
    }

    fn claim(&mut self, bytes: u64) -> Result<()> {
        let end = self.position.checked_add(bytes).filter(|end| *end <= self.length);
        self.position = end.ok_or_else(|| broken("the file is cut short"))?;
        Ok(())
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        self.claim(count)?;
        let mut bytes = vec![0; count as usize];
        self.file.read_exact(&mut bytes).map_err(|error| Error::io(error, "read the model", self.path))?;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32> {
        let bytes = self.bytes(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn skip(&mut self, count: u64) -> Result<()> {
        self.claim(count)?;
        let step = i64::try_from(count).map_err(|_| broken("a tensor is too large"))?;
        self.file.seek_relative(step).map_err(|error| Error::io(error, "read the model", self.path))
    }
}

/// Reads and checks the structure; tensors' numbers are skipped.
///
/// # Errors
/// `CorruptMedia` with what is wrong; `NotFound`, `IsDirectory` or `Io` where it cannot be read.
pub(crate) fn read_index(path: &Path) -> Result<GgmlFile> {
    let mut reader = Reader::open(path)?;
    if reader.length < 4 || reader.number()? != MAGIC {
        return Err(broken("it does not begin as a ggml file"));
    }
    let (shape, quantization) = read_shape(&mut reader)?;
    let mel = read_mel(&mut reader, &shape)?;
    let tokens = read_tokens(&mut reader, &shape)?;
    let places = read_tensors(&mut reader, &shape, quantization)?;
    Ok(GgmlFile { head: Head { shape, mel, tokens }, quantization, file: reader.file, places })
}

fn read_shape(reader: &mut Reader) -> Result<(Shape, Quantization)> {
    let mut numbers = [0; 10];
    for number in &mut numbers {
        *number = reader.number()?;
    }
    let shape = Shape::from_numbers(numbers);
    shape.validate()?;
    Ok((shape, weights_from_id(reader.number()?)?))
}

fn read_mel(reader: &mut Reader, shape: &Shape) -> Result<Vec<f32>> {
    let (bands, bins) = (reader.number()?, reader.number()?);
    if (bands, bins) != (shape.mels, SPECTRUM_BINS) {
        return Err(broken(format_args!("its filter bank is {bands}×{bins}")));
    }
    let bytes = reader.bytes(u64::from(bands) * u64::from(bins) * 4)?;
    let mut mel = Vec::new();
    decode_plain(&bytes, Format::F32, &mut mel);
    Ok(mel)
}

fn read_tokens(reader: &mut Reader, shape: &Shape) -> Result<Vec<Vec<u8>>> {
    let count = reader.number()?;
    if count < 50_256 || count > shape.vocab {
        return Err(broken(format_args!("it has {count} tokens")));
    }
    let mut tokens = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let length = reader.number()?;
        if length > 1024 {
            return Err(broken("a token is longer than 1024 bytes"));
        }
        tokens.push(reader.bytes(u64::from(length))?);
    }
    // whisper.cpp looks this one up without asking whether it is there.
    if !tokens.iter().any(|token| token == b" ") {
        return Err(broken("the token for a space is missing"));
    }
    Ok(tokens)
}

fn read_tensors(
    reader: &mut Reader,
    shape: &Shape,
    quantization: Quantization,
) -> Result<HashMap<String, u64>> {
    let mut expected: HashMap<String, Tensor> =
        tensors(shape).into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
    let mut places = HashMap::new();
    while reader.position < reader.length {
        let (name, dims, format) = read_tensor_head(reader)?;
        let tensor = expected
            .remove(&name)
            .ok_or_else(|| broken(format_args!("the tensor {name:?} is unknown or comes twice")))?;
        if tensor.dims != dims || format != tensor.format(quantization) {
            return Err(broken(format_args!("the tensor {name:?} has a wrong shape or format")));
        }
        let bytes = format.bytes(tensor.numbers()).ok_or_else(|| broken("a tensor's size"))?;
        places.insert(name, reader.position);
        reader.skip(bytes)?;
    }
    match expected.keys().next() {
        None => Ok(places),
        Some(name) => Err(broken(format_args!("the tensor {name:?} is missing"))),
    }
}

fn read_tensor_head(reader: &mut Reader) -> Result<(String, Vec<u32>, Format)> {
    let (rank, length, format) = (reader.number()?, reader.number()?, reader.number()?);
    if !(1..=3).contains(&rank) || length > 128 {
        return Err(broken("a tensor's head is damaged"));
    }
    let dims = (0..rank).map(|_| reader.number()).collect::<Result<_>>()?;
    let name = String::from_utf8(reader.bytes(u64::from(length))?)
        .map_err(|_| broken("a tensor's name is damaged"))?;
    let format = Format::from_id(format)
        .ok_or_else(|| broken(format_args!("the tensor {name:?} has the unknown format {format}")))?;
    Ok((name, dims, format))
}

impl TensorSource for GgmlFile {
    fn stream(&mut self, tensor: &Tensor, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let format = tensor.format(self.quantization);
        if format.is_blocked() {
            return Err(broken("it is quantised already; start from the f16 file"));
        }
        let fail = |error| Error::io(error, "read the model", Path::new(&tensor.name));
        let place = self.places.get(&tensor.name).copied().ok_or_else(|| broken("a tensor is missing"))?;
        self.file.seek(SeekFrom::Start(place)).map_err(fail)?;
        let mut left = tensor.numbers();
        let mut values = Vec::new();
        while left > 0 {
            let count = left.min(CHUNK);
            let mut bytes = vec![0; format.bytes(count).unwrap_or(0) as usize];
            self.file.read_exact(&mut bytes).map_err(fail)?;
            values.clear();
            decode_plain(&bytes, format, &mut values);
            sink(&values)?;
            left -= count;
        }
        Ok(())
    }
}
