//! A matrix times one vector, which is what a decoder does for each token: bound by how fast the
//! weights come from memory, where ggml's row by row dot products are bound by their own work.
//!
//! For weights in blocks the vector is rounded to 16-bit integers with one scale (ggml rounds it
//! to 8 bits with a scale for each 32 values), so that a block's 32 products sum exactly in 32 bits:
//! 32 * 127 * 32767 < 2^31.

use std::arch::x86_64::{
    __m512, __m512i, _MM_HINT_T0, _mm_prefetch, _mm256_loadu_si256, _mm256_set1_epi16, _mm512_add_ps,
    _mm512_cvtepi8_epi16, _mm512_cvtepi32_ps, _mm512_cvtph_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_madd_epi16, _mm512_reduce_add_ps, _mm512_setzero_ps,
};
use std::cell::RefCell;
use std::sync::OnceLock;

use super::{Format, Operand, Product};

/// Values that are worked on at a time.
const GROUP: usize = 32;
/// Bytes of rows between what is worked on and what is fetched: beyond the page at whose end the
/// processor's own prefetching stops.
const AHEAD: usize = 4096;
/// Most that a value of the rounded vector may be.
const MOST: f32 = 32767.0;

thread_local! {
    /// The rounded vector, kept by each thread for its next product.
    static ROUNDED: RefCell<Vec<i16>> = const { RefCell::new(Vec::new()) };
}

/// Whether this is a product with one vector of floats that this processor can do.
pub(super) fn fits(left: &Operand, right: &Operand) -> bool {
    right.rows == 1
        && right.format == Format::Float
        && left.format != Format::Float
        && left.length.is_multiple_of(GROUP)
        && available()
}

/// Whether this processor has the vectors.
pub(super) fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"))
}

/// Thread `index` of `count` multiplies its rows of the left operand with the vector.
///
/// # Safety
/// `fits` said so for these operands, which are as large as they say, as is the product.
pub(super) unsafe fn multiply(left: Operand, right: Operand, product: Product, index: usize, count: usize) {
    let share = left.rows.div_ceil(count);
    let first = (index * share).min(left.rows);
    let rows = (first + share).min(left.rows) - first;
    // SAFETY: the vector is as long as a row; ggml keeps floats at multiples of their size.
    #[expect(clippy::cast_ptr_alignment, reason = "see above")]
    let vector = unsafe { std::slice::from_raw_parts(right.data.cast::<f32>(), left.length) };
    // SAFETY: `first` and `rows` lie within the product of one row.
    let out = unsafe { std::slice::from_raw_parts_mut(product.data.add(first), rows) };
    let row = |number: usize| {
        // SAFETY: the row exists.
        unsafe { left.data.add((first + number) * left.step) }
    };
    let (values, bytes) = left.format.unit();
    let ahead = left.step * AHEAD.div_ceil(left.length / values * bytes);
    match left.format {
        Format::Block => ROUNDED.with_borrow_mut(|rounded| {
            let scale = round(vector, rounded);
            for (number, value) in out.iter_mut().enumerate() {
                // SAFETY: the processor can; a row is as long as the vector.
                *value = unsafe { blocks(row(number), rounded, ahead) } * scale;
            }
        }),
        Format::Half => {
            for (number, value) in out.iter_mut().enumerate() {
                // SAFETY: as above.
                *value = unsafe { halves(row(number).cast(), vector, ahead) };
            }
        }
        Format::Float => {}
    }
}

/// Rounds a vector to 16 bits and returns what one step is worth.
fn round(vector: &[f32], out: &mut Vec<i16>) -> f32 {
    let peak = vector.iter().fold(0.0_f32, |peak, value| peak.max(value.abs()));
    let steps = if peak > 0.0 { MOST / peak } else { 0.0 };
    out.clear();
    out.extend(vector.iter().map(|value| (value * steps).round_ties_even() as i16));
    peak / MOST
}

/// Asks for what stands so many bytes further on, which need not exist.
#[inline]
fn fetch(from: *const u8, ahead: usize) {
    // SAFETY: prefetching reads nothing and cannot fault.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(ahead).cast()) };
}

/// A row of blocks times the rounded vector.
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn blocks(row: *const u8, vector: &[i16], ahead: usize) -> f32 {
    const BYTES: usize = Format::Block.unit().1;
    let (mut sum, mut other) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    let (pairs, last) = vector.as_chunks::<{ 2 * GROUP }>();
    for (pair, values) in pairs.iter().enumerate() {
        // SAFETY: these two blocks are of this row.
        unsafe {
            let block = row.add(2 * pair * BYTES);
            fetch(block, ahead);
            sum = block_added(sum, block, values.as_ptr());
            other = block_added(other, block.add(BYTES), values.as_ptr().add(GROUP));
        }
    }
    if !last.is_empty() {
        // SAFETY: one block is left.
        sum = unsafe { block_added(sum, row.add(2 * pairs.len() * BYTES), last.as_ptr()) };
    }
    _mm512_reduce_add_ps(_mm512_add_ps(sum, other))
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn block_added(sum: __m512, block: *const u8, vector: *const i16) -> __m512 {
    // SAFETY: a block is a half and 32 bytes, and 32 values of the vector stand against it.
    let (scale, weights, values): (_, __m512i, __m512i) = unsafe {
        (
            _mm512_cvtph_ps(_mm256_set1_epi16(block.cast::<i16>().read_unaligned())),
            _mm512_cvtepi8_epi16(_mm256_loadu_si256(block.add(2).cast())),
            _mm512_loadu_si512(vector.cast()),
        )
    };
    _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_madd_epi16(weights, values)), scale, sum)
}

/// A row of halves times the vector.
#[target_feature(enable = "avx512f")]
unsafe fn halves(row: *const u16, vector: &[f32], ahead: usize) -> f32 {
    let (mut sum, mut other) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for (group, values) in vector.as_chunks::<GROUP>().0.iter().enumerate() {
        // SAFETY: 32 halves stand against the 32 values.
        unsafe {
            let row = row.add(group * GROUP);
            fetch(row.cast(), ahead);
            let (low, high) = (_mm256_loadu_si256(row.cast()), _mm256_loadu_si256(row.add(16).cast()));
            sum = _mm512_fmadd_ps(_mm512_cvtph_ps(low), _mm512_loadu_ps(values.as_ptr()), sum);
            other = _mm512_fmadd_ps(_mm512_cvtph_ps(high), _mm512_loadu_ps(values.as_ptr().add(16)), other);
        }
    }
    _mm512_reduce_add_ps(_mm512_add_ps(sum, other))
}
