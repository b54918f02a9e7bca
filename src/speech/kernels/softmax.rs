//! Weights of a row of scores.

use std::arch::x86_64::{
    __m512, __m512bh, _mm512_add_ps, _mm512_cvtne2ps_pbh, _mm512_fmsub_ps, _mm512_loadu_ps, _mm512_max_ps,
    _mm512_reduce_add_ps, _mm512_reduce_max_ps, _mm512_set1_ps, _mm512_setzero_ps,
};

use super::exp::power;
use super::pack::{GROUP, Line};

/// Writes exp((score - largest) * scale) of a row, rounded to bfloat16, and returns the sum of them
/// before rounding. Scores of minus infinity weigh nothing; one at least is finite.
///
/// # Safety
/// The processor has AVX-512 with F, BW and BF16. The row is as long as all lines together.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub(super) unsafe fn weights<'a>(
    scores: &[f32],
    scale: f32,
    lines: impl Iterator<Item = &'a mut Line>,
) -> f32 {
    let (groups, _) = scores.as_chunks::<GROUP>();
    let mut largest = _mm512_set1_ps(f32::NEG_INFINITY);
    for group in groups {
        let (low, high) = halves(group);
        largest = _mm512_max_ps(largest, _mm512_max_ps(low, high));
    }
    let steps = _mm512_set1_ps(scale * std::f32::consts::LOG2_E);
    let top = _mm512_set1_ps(_mm512_reduce_max_ps(largest) * scale * std::f32::consts::LOG2_E);
    let mut sum = _mm512_setzero_ps();
    for (group, line) in groups.iter().zip(lines) {
        let (low, high) = halves(group);
        let low = power(_mm512_fmsub_ps(low, steps, top));
        let high = power(_mm512_fmsub_ps(high, steps, top));
        sum = _mm512_add_ps(sum, _mm512_add_ps(low, high));
        // SAFETY: both are 64 plain bytes.
        *line = unsafe { std::mem::transmute::<__m512bh, Line>(_mm512_cvtne2ps_pbh(high, low)) };
    }
    _mm512_reduce_add_ps(sum)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn halves(group: &[f32; GROUP]) -> (__m512, __m512) {
    // SAFETY: a group is two vectors; loads need no alignment.
    unsafe { (_mm512_loadu_ps(group.as_ptr()), _mm512_loadu_ps(group.as_ptr().add(GROUP / 2))) }
}
