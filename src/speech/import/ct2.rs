//! CTranslate2's `model.bin`: version 6, a name and a revision, then the variables, each with its
//! name, shape, number format and bytes; other names for some of them stand at the end.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use super::super::ggml::{Format, broken, decode_plain};
use crate::error::{Error, Result};

/// Numbers decoded at a time; a multiple of a block.
const CHUNK: u64 = 1 << 18;

/// A variable's shape and place.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    /// Dimensions, the outermost first.
    pub dims: Vec<u32>,
    format: u8,
    place: u64,
}

impl Variable {
    /// How many numbers it has.
    pub(super) fn numbers(&self) -> u64 {
        self.dims.iter().map(|dim| u64::from(*dim)).product()
    }

    /// Its number format, where it is one that is converted.
    fn plain_format(&self) -> Result<Format> {
        match self.format {
            0 => Ok(Format::F32),
            4 => Ok(Format::F16),
            1..=3 => Err(broken("its weights are whole numbers; convert a float16 or float32 folder")),
            other => Err(broken(format_args!("its weights have the unknown format {other}"))),
        }
    }
}

/// An opened file and the index of its variables.
pub(super) struct Ct2File {
    file: BufReader<File>,
    path: PathBuf,
    length: u64,
    variables: HashMap<String, Variable>,
}

impl Ct2File {
    /// Opens the file and reads its index.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let fail = |error| Error::io(error, "read the model", path);
        let file = File::open(path).map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        let file = BufReader::with_capacity(1 << 16, file);
        let mut opened = Self { file, path: path.to_owned(), length, variables: HashMap::new() };
        opened.read_index()?;
        Ok(opened)
    }

    /// Whether there is a variable of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// The variable of this name.
    pub(super) fn variable(&self, name: &str) -> Result<&Variable> {
        self.variables.get(name).ok_or_else(|| broken(format_args!("it has no {name}")))
    }

    /// Hands the numbers of one of `parts` equal parts on.
    pub(super) fn read_part(
        &mut self,
        variable: &Variable,
        part: u64,
        parts: u64,
        sink: &mut dyn FnMut(&[f32]) -> Result<()>,
    ) -> Result<()> {
        let format = variable.plain_format()?;
        let mut left = variable.numbers() / parts;
        let skipped = format.bytes(left * part).ok_or_else(|| broken("a variable's size"))?;
        self.seek(variable.place + skipped)?;
        let mut values = Vec::new();
        while left > 0 {
            let count = left.min(CHUNK);
            let bytes = self.bytes(format.bytes(count).unwrap_or(0))?;
            values.clear();
            decode_plain(&bytes, format, &mut values);
            sink(&values)?;
            left -= count;
        }
        Ok(())
    }

    fn read_index(&mut self) -> Result<()> {
        if self.number()? != 6 || self.name()? != "WhisperSpec" {
            return Err(broken("model.bin is no CTranslate2 Whisper model of version 6"));
        }
        let _revision = self.number()?;
        let count = self.number()?;
        for _ in 0..count {
            let name = self.name()?;
            let variable = self.read_variable(&name)?;
            self.variables.insert(name, variable);
        }
        for _ in 0..self.number()? {
            let (alias, name) = (self.name()?, self.name()?);
            if let Some(variable) = self.variables.get(&name).cloned() {
                self.variables.insert(alias, variable);
            }
        }
        Ok(())
    }

    fn read_variable(&mut self, name: &str) -> Result<Variable> {
        let rank = self.byte()?;
        if rank > 4 {
            return Err(broken(format_args!("the variable {name} has {rank} dimensions")));
        }
        let dims = (0..rank).map(|_| self.number()).collect::<Result<Vec<_>>>()?;
        let format = self.byte()?;
        let bytes = u64::from(self.number()?);
        let place = self.position()?;
        let variable = Variable { dims, format, place };
        let width = match format {
            0 | 3 => 4,
            2 | 4 | 5 => 2,
            _ => 1,
        };
        let size = variable.dims.iter().try_fold(width, |size: u64, dim| size.checked_mul(u64::from(*dim)));
        if size != Some(bytes) || place + bytes > self.length {
            return Err(broken(format_args!("the variable {name} is cut short")));
        }
        self.seek(place + bytes)?;
        Ok(variable)
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; count as usize];
        self.file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => broken("model.bin is cut short"),
            _ => Error::io(error, "read the model", &self.path),
        })?;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    fn number(&mut self) -> Result<u32> {
        let bytes = self.bytes(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A name: its length, then its characters and a NUL.
    fn name(&mut self) -> Result<String> {
        let bytes = self.bytes(2)?;
        let length = u16::from_le_bytes([bytes[0], bytes[1]]);
        let mut name = self.bytes(u64::from(length))?;
        if name.pop() != Some(0) {
            return Err(broken("a name in model.bin is damaged"));
        }
        String::from_utf8(name).map_err(|_| broken("a name in model.bin is damaged"))
    }

    fn position(&mut self) -> Result<u64> {
        self.file.stream_position().map_err(|error| Error::io(error, "read the model", &self.path))
    }

    fn seek(&mut self, place: u64) -> Result<()> {
        let here = self.position()?;
        let step = place.cast_signed() - here.cast_signed();
        self.file.seek_relative(step).map_err(|error| Error::io(error, "read the model", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn named(name: &str) -> Vec<u8> {
        let mut bytes = (name.len() as u16 + 1).to_le_bytes().to_vec();
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes
    }

    fn file_with(name: &str, dims: [u32; 2], values: &[f32]) -> Vec<u8> {
        let mut bytes = 6_u32.to_le_bytes().to_vec();
        bytes.extend(named("WhisperSpec"));
        bytes.extend([3_u32, 1].iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(named(name));
        bytes.push(2);
        bytes.extend(dims.iter().flat_map(|dim| dim.to_le_bytes()));
        bytes.push(0);
        bytes.extend((values.len() as u32 * 4).to_le_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(named("other"));
        bytes.extend(named(name));
        bytes
    }

    #[test]
    fn a_part_of_a_stack_is_its_share_of_the_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        std::fs::write(&path, file_with("w", [3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])).unwrap();
        let mut file = Ct2File::open(&path).unwrap();
        let variable = file.variable("other").unwrap().clone();
        let mut seen: Vec<f32> = Vec::new();
        file.read_part(&variable, 1, 3, &mut |values| {
            seen.extend(values);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [3.0, 4.0]);
    }

    #[test]
    fn a_cut_file_and_another_format_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        let whole = file_with("w", [1, 2], &[1.0, 2.0]);
        for keep in 0..whole.len() {
            std::fs::write(&path, &whole[..keep]).unwrap();
            assert_eq!(Ct2File::open(&path).err().unwrap().kind(), ErrorKind::CorruptMedia, "{keep}");
        }
        std::fs::write(&path, [5, 0, 0, 0, 9, 9]).unwrap();
        assert!(Ct2File::open(&path).is_err());
    }
}
