//! The products of matrices that whisper.cpp spends its time in, on the tile unit of newer Intel
//! processors (AMX) or by vectors of bfloat16 (AVX512-BF16), and the threads that its graphs may have.
//!
//! ggml has kernels for the tile unit, but only for weights whose rows are a multiple of 2048 long,
//! which is one matrix a layer of `base`. Here both sides of any product are rounded to bfloat16 and
//! multiplied by blocks, with sums of 32 bits; a product with one vector, as for each token, is done
//! with vectors of 512 bits; the encoder's attention is one step that keeps no scores, and the
//! activation is computed instead of looked up. What the processor cannot do so, whisper.cpp's own
//! kernels do.

#[cfg(target_arch = "x86_64")]
mod attention;
#[cfg(target_arch = "x86_64")]
mod blocks;
#[cfg(target_arch = "x86_64")]
mod dots;
#[cfg(target_arch = "x86_64")]
mod exp;
#[cfg(target_arch = "x86_64")]
mod gelu;
#[cfg(target_arch = "x86_64")]
mod graph;
#[cfg(target_arch = "x86_64")]
mod pack;
mod seam;
#[cfg(target_arch = "x86_64")]
mod softmax;
#[cfg(all(test, target_arch = "x86_64"))]
mod tests;
#[cfg(target_arch = "x86_64")]
mod tiles;
#[cfg(target_arch = "x86_64")]
mod vector;

pub(super) use seam::with_threads;

/// How an operand's values are stored: the numbers are ggml's `ggml_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// 32-bit floating point.
    Float,
    /// 16-bit IEEE floating point.
    Half,
    /// Blocks of a half and 32 signed bytes, which it scales.
    Block,
}

impl Format {
    fn of(ggml_type: i32) -> Option<Self> {
        match ggml_type {
            0 => Some(Self::Float),
            1 => Some(Self::Half),
            8 => Some(Self::Block),
            _ => None,
        }
    }

    /// Values and bytes of one unit, in which ggml counts lengths and distances.
    const fn unit(self) -> (usize, usize) {
        match self {
            Self::Float => (1, 4),
            Self::Half => (1, 2),
            Self::Block => (32, 34),
        }
    }
}

/// An operand: rows of equal length, one every `step` bytes.
#[derive(Debug, Clone, Copy)]
struct Operand {
    data: *const u8,
    format: Format,
    rows: usize,
    /// Values of a row.
    length: usize,
    /// Bytes from one row to the next.
    step: usize,
}

/// Where a product goes: value (row of `right`, row of `left`) at `data + right * step + left`.
#[derive(Debug, Clone, Copy)]
struct Product {
    data: *mut f32,
    /// Values from one row to the next.
    step: usize,
}
