//! Rows of any format as bfloat16, in the order in which tiles are loaded.
//!
//! A tile is 16 rows of 32 values, 1 kB in one piece. `tiles` lays a block of 16 rows as tiles one
//! after the other, so that no load strides over the cache; `turn` makes of each the tile that
//! stands on the right side of a product: the pairs of values of 16 rows, column by column.

use std::arch::x86_64::{
    __m512, __m512i, _mm_loadu_si128, _mm256_loadu_si256, _mm256_set1_epi16, _mm512_cvtepi8_epi32,
    _mm512_cvtepi32_ps, _mm512_cvtne2ps_pbh, _mm512_cvtph_ps, _mm512_load_si512, _mm512_loadu_ps,
    _mm512_mul_ps, _mm512_setzero_si512, _mm512_shuffle_i32x4, _mm512_store_si512, _mm512_unpackhi_epi32,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::{Format, Operand};

/// Values of a row that one tile holds.
pub(super) const GROUP: usize = 32;
/// Rows of a tile.
pub(super) const ROWS: usize = 16;

/// One row of a tile.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u16; GROUP]);

/// Lines of a tile: as many as rows.
pub(super) type Tile = [Line; ROWS];

/// A tile of zeros.
pub(super) const ZERO: Tile = [Line([0; GROUP]); ROWS];

/// Tiles that a row of so many values takes.
pub(super) const fn depth(length: usize) -> usize {
    length.div_ceil(GROUP)
}

/// Packs the 16 rows from `first` on; rows beyond the last, and values beyond a row, are zero.
///
/// # Safety
/// The operand is as large as it says; the processor has AVX-512 with F, BW and BF16.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub(super) unsafe fn tiles(operand: &Operand, first: usize, out: &mut [Tile]) {
    for row in 0..ROWS {
        if first + row >= operand.rows {
            for tile in out.iter_mut() {
                tile[row] = Line([0; GROUP]);
            }
            continue;
        }
        // SAFETY: the row exists.
        let data = unsafe { operand.data.add((first + row) * operand.step) };
        let (whole, rest) = (operand.length / GROUP, operand.length % GROUP);
        for (group, tile) in out.iter_mut().enumerate().take(whole) {
            // SAFETY: `group` is a whole one of this row.
            tile[row] = unsafe { line(data, operand.format, group) };
        }
        if rest > 0 {
            // SAFETY: so many values follow the whole groups.
            out[whole][row] = unsafe { last(data, operand.format, whole, rest) };
        }
    }
}

/// Group number `group` of the row at `data`.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn line(data: *const u8, format: Format, group: usize) -> Line {
    // SAFETY: the caller says that the group's bytes are there; loads need no alignment.
    let (low, high) = unsafe {
        match format {
            Format::Float => floats(data.add(group * GROUP * 4)),
            Format::Half => halves(data.add(group * GROUP * 2)),
            Format::Block => block(data.add(group * format.unit().1)),
        }
    };
    // SAFETY: both are 64 plain bytes.
    unsafe { std::mem::transmute(_mm512_cvtne2ps_pbh(high, low)) }
}

/// The `rest` values after `group` whole groups, then zeros. Blocks are always whole.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn last(data: *const u8, format: Format, group: usize, rest: usize) -> Line {
    let (values, bytes) = format.unit();
    let mut padded = [0_u8; GROUP * 4];
    // SAFETY: the caller says that so many values are there, and 32 of 4 bytes are the most.
    unsafe {
        let source = data.add(group * GROUP / values * bytes);
        std::ptr::copy_nonoverlapping(source, padded.as_mut_ptr(), rest / values * bytes);
        line(padded.as_ptr(), format, 0)
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn floats(data: *const u8) -> (__m512, __m512) {
    // SAFETY: 32 values are there.
    unsafe { (_mm512_loadu_ps(data.cast()), _mm512_loadu_ps(data.add(64).cast())) }
}

#[target_feature(enable = "avx512f")]
unsafe fn halves(data: *const u8) -> (__m512, __m512) {
    // SAFETY: 32 values are there.
    unsafe {
        let (low, high) = (_mm256_loadu_si256(data.cast()), _mm256_loadu_si256(data.add(32).cast()));
        (_mm512_cvtph_ps(low), _mm512_cvtph_ps(high))
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn block(data: *const u8) -> (__m512, __m512) {
    // SAFETY: two bytes of scale and 32 values are there.
    let (scale, low, high) = unsafe {
        let scale = data.cast::<i16>().read_unaligned();
        (scale, _mm_loadu_si128(data.add(2).cast()), _mm_loadu_si128(data.add(18).cast()))
    };
    let scale = _mm512_cvtph_ps(_mm256_set1_epi16(scale));
    let value = |bytes| _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)), scale);
    (value(low), value(high))
}

/// Makes of 16 packed rows the tile of the right side: line `p` becomes pair `p` of every row.
#[target_feature(enable = "avx512f")]
pub(super) fn turn(tile: &mut Tile) {
    let mut rows = [_mm512_setzero_si512(); ROWS];
    for (row, line) in rows.iter_mut().zip(tile.iter()) {
        // SAFETY: a line is 64 bytes, aligned to as many.
        *row = unsafe { _mm512_load_si512(std::ptr::from_ref(line).cast()) };
    }
    let quads = turned_fours(&rows);
    for column in 0..4 {
        let at = |group: usize| quads[4 * group + column];
        let even = _mm512_shuffle_i32x4::<0x88>(at(0), at(1));
        let odd = _mm512_shuffle_i32x4::<0xdd>(at(0), at(1));
        let later_even = _mm512_shuffle_i32x4::<0x88>(at(2), at(3));
        let later_odd = _mm512_shuffle_i32x4::<0xdd>(at(2), at(3));
        let lines = [
            _mm512_shuffle_i32x4::<0x88>(even, later_even),
            _mm512_shuffle_i32x4::<0x88>(odd, later_odd),
            _mm512_shuffle_i32x4::<0xdd>(even, later_even),
            _mm512_shuffle_i32x4::<0xdd>(odd, later_odd),
        ];
        for (lane, line) in lines.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { _mm512_store_si512(std::ptr::from_mut(&mut tile[4 * lane + column]).cast(), line) };
        }
    }
}

/// Of each four rows, their 4 by 4 pairs turned within each quarter: result `4 g + c` holds, in
/// quarter `q`, pair `4 q + c` of the rows `4 g` to `4 g + 3`.
#[target_feature(enable = "avx512f")]
fn turned_fours(rows: &[__m512i; ROWS]) -> [__m512i; ROWS] {
    let mut out = [_mm512_setzero_si512(); ROWS];
    for group in (0..ROWS).step_by(4) {
        let [a, b, c, d] = [rows[group], rows[group + 1], rows[group + 2], rows[group + 3]];
        let (low, later_low) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
        let (high, later_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
        out[group] = _mm512_unpacklo_epi64(low, later_low);
        out[group + 1] = _mm512_unpackhi_epi64(low, later_low);
        out[group + 2] = _mm512_unpacklo_epi64(high, later_high);
        out[group + 3] = _mm512_unpackhi_epi64(high, later_high);
    }
    out
}
