//! The same arithmetic with AVX2: sixteen samples at a time down a column, eight or four along a
//! row. Equal to `scalar` to the bit.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi32, _mm256_broadcastsi128_si256,
    _mm256_castsi256_si128, _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_packs_epi32,
    _mm256_packus_epi16, _mm256_permute2x128_si256, _mm256_permute4x64_epi64, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srai_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi8,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16,
};

use super::SAMPLE_BITS;
use super::axis::{Axis, WEIGHT_BITS, WINDOW};

/// Samples of a column that are made at a time.
const COLUMNS: usize = 16;

/// Filters a row along itself as far as there are groups; tells how many samples that are.
#[target_feature(enable = "avx2")]
pub(super) fn filter_row(row: &[u8], axis: &Axis, out: &mut [i16]) -> usize {
    if axis.groups().is_empty() {
        return 0;
    }
    let size = 32 / axis.taps();
    let groups = axis.groups();
    let weights = axis.weights().chunks_exact(32);
    for ((group, weights), out) in groups.iter().zip(weights).zip(out.chunks_exact_mut(size)) {
        let window = &row[group.base as usize..][..WINDOW];
        // SAFETY: `window` has 16 bytes, `picks` 32, `weights` 32 of two bytes.
        let (window, picks, first, second) = unsafe {
            (
                _mm_loadu_si128(window.as_ptr().cast()),
                _mm256_loadu_si256(group.picks.as_ptr().cast()),
                _mm256_loadu_si256(weights.as_ptr().cast()),
                _mm256_loadu_si256(weights.as_ptr().add(16).cast()),
            )
        };
        let sums = sums_of_two(window, picks, first, second);
        store_row(if size == 8 { sums } else { _mm256_hadd_epi32(sums, sums) }, out);
    }
    (groups.len() * size).min(out.len() / size * size)
}

/// The sums of neighbouring pairs of products, in order within each half.
#[target_feature(enable = "avx2")]
fn sums_of_two(window: __m128i, picks: __m256i, first: __m256i, second: __m256i) -> __m256i {
    let zero = _mm256_setzero_si256();
    let samples = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(window), picks);
    let (low, high) = (_mm256_unpacklo_epi8(samples, zero), _mm256_unpackhi_epi8(samples, zero));
    // The halves of `picks` hold samples 0 to 15 and 16 to 31, as `low` and `high` do half each.
    let even = _mm256_permute2x128_si256::<0x20>(first, second);
    let odd = _mm256_permute2x128_si256::<0x31>(first, second);
    _mm256_hadd_epi32(_mm256_madd_epi16(low, even), _mm256_madd_epi16(high, odd))
}

/// Rounds and stores eight sums, or four of which the first two stand in each half.
#[target_feature(enable = "avx2")]
fn store_row(sums: __m256i, out: &mut [i16]) {
    const BITS: i32 = (WEIGHT_BITS - SAMPLE_BITS) as i32;
    let rounded = _mm256_srai_epi32::<BITS>(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << (BITS - 1))));
    let packed = _mm256_packs_epi32(rounded, rounded);
    if out.len() == 8 {
        let ordered = _mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b1000>(packed));
        // SAFETY: `out` has 8 values of two bytes.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), ordered) };
    } else {
        let mut all = [0_i16; 16];
        // SAFETY: `all` has 16 values of two bytes.
        unsafe { _mm256_storeu_si256(all.as_mut_ptr().cast(), packed) };
        out.copy_from_slice(&[all[0], all[1], all[8], all[9]]);
    }
}

/// Adds up filtered rows, a weight each (an even number), as far as whole vectors go; tells how
/// many samples that are.
#[target_feature(enable = "avx2")]
pub(super) fn mix(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) -> usize {
    let whole = rows.iter().fold(out.len(), |shortest, row| shortest.min(row.len())) / COLUMNS * COLUMNS;
    for (at, out) in (0..whole).step_by(COLUMNS).zip(out.chunks_exact_mut(COLUMNS)) {
        let (mut low, mut high) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (rows, weights) in rows.chunks_exact(2).zip(weights.chunks_exact(2)) {
            // SAFETY: both rows have at least `at + 16` values, as `whole` ends before their ends.
            let (a, b) = unsafe {
                (
                    _mm256_loadu_si256(rows[0].as_ptr().add(at).cast()),
                    _mm256_loadu_si256(rows[1].as_ptr().add(at).cast()),
                )
            };
            let pair = i32::from(weights[0] as u16) | (i32::from(weights[1]) << 16);
            let pair = _mm256_set1_epi32(pair);
            low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), pair));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), pair));
        }
        store_column(low, high, out);
    }
    whole
}

#[target_feature(enable = "avx2")]
fn store_column(low: __m256i, high: __m256i, out: &mut [u8]) {
    const BITS: i32 = (WEIGHT_BITS + SAMPLE_BITS) as i32;
    let half = _mm256_set1_epi32(1 << (BITS - 1));
    let rounded = |sums: __m256i| _mm256_srai_epi32::<BITS>(_mm256_add_epi32(sums, half));
    let words = _mm256_packs_epi32(rounded(low), rounded(high));
    let bytes = _mm256_packus_epi16(words, words);
    let ordered = _mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b1000>(bytes));
    // SAFETY: `out` has 16 bytes.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), ordered) };
}
