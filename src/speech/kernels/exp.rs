//! Powers of two of sixteen numbers at a time.

use std::arch::x86_64::{
    __m512, _mm512_fmadd_ps, _mm512_max_ps, _mm512_roundscale_ps, _mm512_scalef_ps, _mm512_set1_ps,
    _mm512_sub_ps,
};

/// The series of 2^x: ln(2)^k / k! for k from 5 to 0. Beyond it, 2.4e-6 is left at x = 1/2, a
/// thousandth of what rounding to bfloat16 does.
const SERIES: [f32; 6] =
    [0.001_333_355_8, 0.009_618_129, 0.055_504_11, 0.240_226_5, std::f32::consts::LN_2, 1.0];
/// Exponents below which a power is nothing.
const LEAST: f32 = -200.0;

/// 2^x of a finite number; infinite where that is beyond a float.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn power(x: __m512) -> __m512 {
    let x = _mm512_max_ps(x, _mm512_set1_ps(LEAST));
    let whole = _mm512_roundscale_ps::<0x08>(x);
    let rest = _mm512_sub_ps(x, whole);
    let mut sum = _mm512_set1_ps(SERIES[0]);
    for term in &SERIES[1..] {
        sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(*term));
    }
    _mm512_scalef_ps(sum, whole)
}
