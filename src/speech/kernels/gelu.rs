//! The activation between the two matrices of each layer, in place. ggml looks it up for each value
//! in a table of halves.

use std::arch::x86_64::{
    __m512, _mm512_add_ps, _mm512_div_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps,
    _mm512_storeu_ps,
};

use super::exp::power;

/// sqrt(2 / pi) and 0.044715 of the approximation by tanh ("Gaussian Error Linear Units", Hendrycks and
/// Gimpel, 2016, section 2).
const FACTOR: f32 = 0.797_884_6;
const CUBIC: f32 = 0.044_715;
const VALUES: usize = 16;

/// GELU of each value.
///
/// # Safety
/// The processor has AVX-512 (F).
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn gelu(values: &mut [f32]) {
    let (whole, rest) = values.as_chunks_mut::<VALUES>();
    for group in whole {
        apply(group);
    }
    let mut padded = [0.0; VALUES];
    padded[..rest.len()].copy_from_slice(rest);
    apply(&mut padded);
    rest.copy_from_slice(&padded[..rest.len()]);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn apply(group: &mut [f32; VALUES]) {
    // SAFETY: a group is one vector; loads and stores need no alignment.
    unsafe { _mm512_storeu_ps(group.as_mut_ptr(), activated(_mm512_loadu_ps(group.as_ptr()))) };
}

/// x / 2 * (1 + tanh(u)), which is x / (1 + exp(-2 u)).
#[inline]
#[target_feature(enable = "avx512f")]
fn activated(x: __m512) -> __m512 {
    let one = _mm512_set1_ps(1.0);
    let inner = _mm512_fmadd_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(CUBIC), one);
    let exponent = _mm512_set1_ps(-2.0 * FACTOR * std::f32::consts::LOG2_E);
    let falling = power(_mm512_mul_ps(_mm512_mul_ps(x, inner), exponent));
    _mm512_div_ps(x, _mm512_add_ps(one, falling))
}
