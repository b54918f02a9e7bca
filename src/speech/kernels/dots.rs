//! Blocks by vectors of 512 bits, for processors that multiply bfloat16 (AVX512-BF16) and have no
//! tile unit.

use std::arch::x86_64::{
    __m512bh, __m512i, _mm512_dpbf16_ps, _mm512_load_si512, _mm512_set1_epi32, _mm512_setzero_ps,
    _mm512_storeu_ps,
};

use super::pack::{Line, ROWS, Tile};

/// Rows of the right operand that are summed at a time: with two vectors each, half of the registers.
const HIGH: usize = 8;

/// Whether this processor has what packing and these blocks need.
pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
}

/// A block of the product, of two by two tiles.
///
/// # Safety
/// The unit is `available`, each side is two rows of `depth` tiles, and `data` has room for 32 rows of
/// 32 values, `step` apart.
pub(super) unsafe fn block(left: *const Tile, right: *const Tile, depth: usize, data: *mut f32, step: usize) {
    for first in (0..2 * ROWS).step_by(HIGH) {
        // SAFETY: promised by the caller; the rows are of one tile, as 8 divides 16.
        unsafe {
            let right = right.add(first / ROWS * depth);
            rows(left, right, first % ROWS, depth, data.add(first * step), step);
        }
    }
}

/// Eight rows of a block.
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn rows(
    left: *const Tile,
    right: *const Tile,
    first: usize,
    depth: usize,
    data: *mut f32,
    step: usize,
) {
    let mut sums = [[_mm512_setzero_ps(); 2]; HIGH];
    for at in 0..depth {
        // SAFETY: promised by the caller.
        let (low, high, right) = unsafe { (&*left.add(at), &*left.add(depth + at), &*right.add(at)) };
        for pair in 0..ROWS {
            let (low, high) = (vector(&low[pair]), vector(&high[pair]));
            for (row, sums) in sums.iter_mut().enumerate() {
                let both = twice(&right[first + row], pair);
                sums[0] = _mm512_dpbf16_ps(sums[0], both, low);
                sums[1] = _mm512_dpbf16_ps(sums[1], both, high);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        // SAFETY: the row has room for 32 values.
        unsafe {
            _mm512_storeu_ps(data.add(row * step), sums[0]);
            _mm512_storeu_ps(data.add(row * step + ROWS), sums[1]);
        }
    }
}

/// A line's 32 values.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn vector(line: &Line) -> __m512bh {
    // SAFETY: a line is 64 plain bytes, aligned to as many.
    unsafe { bits(_mm512_load_si512(std::ptr::from_ref(line).cast())) }
}

/// Pair number `pair` of a line, sixteen times.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn twice(line: &Line, pair: usize) -> __m512bh {
    let both = i32::from(line.0[2 * pair] as i16) & 0xffff | i32::from(line.0[2 * pair + 1]) << 16;
    // SAFETY: both are 64 plain bytes.
    unsafe { bits(_mm512_set1_epi32(both)) }
}

/// The same bits as values.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
unsafe fn bits(vector: __m512i) -> __m512bh {
    // SAFETY: both are 64 plain bytes.
    unsafe { std::mem::transmute(vector) }
}
