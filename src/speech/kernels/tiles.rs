//! Products on the tile unit: bfloat16 operands, sums of 32 bits.
//!
//! Four result tiles of 16 by 16 are summed at a time, so that each loaded tile is used twice. The
//! right operand (positions of the sound) is packed once and walked in pieces that stay in the
//! second-level cache; the left one (weights) in slabs.

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;
use std::cell::RefCell;
use std::sync::OnceLock;

use super::pack::{self, ROWS, Tile, ZERO, depth};
use super::{Operand, Product};

/// Rows on the right below which packing the left operand costs more than it saves.
const FEWEST: usize = 16;
/// Most bytes of a slab of the left operand and of a piece of the right one.
const SLAB: usize = 512 << 10;
const PIECE: usize = 1 << 20;
/// `arch_prctl`'s request for the registers' state, and its name for them (Linux,
/// `arch/x86/include/uapi/asm/prctl.h`).
const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
const XFEATURE_XTILEDATA: libc::c_long = 18;

thread_local! {
    static BUFFERS: RefCell<Buffers> = const { RefCell::new(Buffers { left: Vec::new(), right: Vec::new() }) };
}

/// Packed operands, kept by each thread for its next product.
struct Buffers {
    left: Vec<Tile>,
    right: Vec<Tile>,
}

/// Whether a product is worth the unit, and the processor has it.
pub(super) fn pays(left: &Operand, right: &Operand) -> bool {
    right.rows >= FEWEST && left.rows >= ROWS && left.length >= pack::GROUP && available()
}

/// Whether this processor has the unit and the system lets this process use it.
pub(super) fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let vectors = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512bf16");
        vectors && has_tiles() && permitted()
    })
}

/// Bits 22 (AMX-BF16) and 24 (AMX-TILE) of leaf 7 (Intel SDM, CPUID).
fn has_tiles() -> bool {
    let wanted = (1 << 22) | (1 << 24);
    __cpuid_count(0, 0).eax >= 7 && __cpuid_count(7, 0).edx & wanted == wanted
}

/// Linux gives a process the registers when it asks.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    // SAFETY: asks for a permission; touches no memory.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// The shapes of the eight tiles (Intel SDM, LDTILECFG).
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

impl Shapes {
    const NONE: Self = Self { palette: 0, start: 0, reserved: [0; 14], row_bytes: [0; 16], rows: [0; 16] };

    const fn full() -> Self {
        let (mut row_bytes, mut rows) = ([0; 16], [0; 16]);
        let mut tile = 0;
        while tile < 8 {
            (row_bytes[tile], rows[tile]) = (64, ROWS as u8);
            tile += 1;
        }
        Self { palette: 1, row_bytes, rows, ..Self::NONE }
    }
}

/// Sets the tiles' shapes for `work` and then back: ggml sets its own once a thread.
unsafe fn with_shapes(work: impl FnOnce()) {
    let (mut before, full) = (Shapes::NONE, Shapes::full());
    // SAFETY: the unit is there, and both are 64 bytes.
    unsafe {
        asm!("sttilecfg [{}]", in(reg) &raw mut before, options(nostack, preserves_flags));
        asm!("ldtilecfg [{}]", in(reg) &raw const full, options(nostack, preserves_flags));
    }
    work();
    // SAFETY: as above.
    unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const before, options(nostack, preserves_flags)) };
}

/// Thread `index` of `count` multiplies its rows of the right operand with all of the left one.
///
/// # Safety
/// `pays` said so for these operands, which are as large as they say, as is the product.
pub(super) unsafe fn multiply(left: Operand, right: Operand, product: Product, index: usize, count: usize) {
    let share = right.rows.div_ceil(count).next_multiple_of(2 * ROWS);
    let first = (index * share).min(right.rows);
    let rows = (first + share).min(right.rows) - first;
    if rows == 0 {
        return;
    }
    // SAFETY: `first` is one of its rows.
    let data = unsafe { right.data.add(first * right.step) };
    let right = Operand { data, rows, ..right };
    // SAFETY: as above.
    let product = Product { data: unsafe { product.data.add(first * product.step) }, ..product };
    BUFFERS.with_borrow_mut(|buffers| {
        // SAFETY: promised by the caller.
        unsafe { with_shapes(|| buffers.multiply(&left, &right, product)) };
    });
}

impl Buffers {
    fn multiply(&mut self, left: &Operand, right: &Operand, product: Product) {
        let depth = depth(left.length);
        let row_bytes = depth * pack::GROUP * 2;
        // SAFETY: the processor has what packing needs, and the operand is as large as it says.
        unsafe { pack_all(right, 0, right.rows, &mut self.right) };
        let slab = rows_within(SLAB, row_bytes);
        let piece = rows_within(PIECE, row_bytes);
        for top in (0..left.rows).step_by(slab) {
            let rows = slab.min(left.rows - top);
            // SAFETY: as above.
            unsafe { pack_all(left, top, rows, &mut self.left) };
            for tile in &mut self.left {
                // SAFETY: the processor has AVX-512.
                unsafe { pack::turn(tile) };
            }
            for start in (0..right.rows).step_by(piece) {
                let area = Area { left: top, rows, right: start, columns: piece.min(right.rows - start) };
                // SAFETY: the area lies within the product.
                unsafe { self.fill(&area, depth, product) };
            }
        }
    }

    /// Fills an area of the product, four tiles at a time.
    unsafe fn fill(&self, area: &Area, depth: usize, product: Product) {
        let block = 2 * ROWS;
        for row in (0..area.rows).step_by(block) {
            let left = &self.left[row / ROWS * depth..][..2 * depth];
            for column in (0..area.columns).step_by(block) {
                let at = area.right + column;
                let right = &self.right[at / ROWS * depth..][..2 * depth];
                let (high, wide) = (block.min(area.columns - column), block.min(area.rows - row));
                // SAFETY: within the area, which lies within the product.
                unsafe {
                    let data = product.data.add(at * product.step + area.left + row);
                    four(left, right, depth, Product { data, ..product }, high, wide);
                }
            }
        }
    }
}

/// Rows of the packed slab and their number, rows of the right operand and their number.
struct Area {
    left: usize,
    rows: usize,
    right: usize,
    columns: usize,
}

/// How many rows fit into so many bytes: whole pairs of tiles, one at least.
fn rows_within(bytes: usize, row_bytes: usize) -> usize {
    (bytes / row_bytes / (2 * ROWS)).max(1) * 2 * ROWS
}

/// Packs `rows` rows from `first` on, filled up to pairs of tiles.
unsafe fn pack_all(operand: &Operand, first: usize, rows: usize, out: &mut Vec<Tile>) {
    let depth = depth(operand.length);
    out.resize(rows.div_ceil(2 * ROWS) * 2 * depth, ZERO);
    for (block, tiles) in out.chunks_exact_mut(depth).enumerate() {
        // SAFETY: promised by the caller; rows beyond the last become zeros.
        unsafe { pack::tiles(operand, first + block * ROWS, tiles) };
    }
}

/// Two by two tiles of the product: `high` rows of the right operand, `wide` of the left.
unsafe fn four(left: &[Tile], right: &[Tile], depth: usize, out: Product, high: usize, wide: usize) {
    const SIDE: usize = 2 * ROWS;
    // SAFETY: each side is two rows of `depth` tiles.
    unsafe { sum(left.as_ptr(), right.as_ptr(), depth) };
    if (high, wide) == (SIDE, SIDE) {
        // SAFETY: all of it lies within the product.
        return unsafe { store(out.data, out.step) };
    }
    let mut edge = [0.0_f32; SIDE * SIDE];
    // SAFETY: the array is as large as four tiles.
    unsafe { store(edge.as_mut_ptr(), SIDE) };
    for (row, values) in edge.chunks_exact(SIDE).take(high).enumerate() {
        // SAFETY: `wide` values of `high` rows lie within the product.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), out.data.add(row * out.step), wide) };
    }
}

/// Sums four products of tiles over the depth, into tiles 0 to 3.
unsafe fn sum(left: *const Tile, right: *const Tile, depth: usize) {
    // SAFETY: reads `2 * depth` tiles of each side; the compiler uses no tile register itself.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{right} + {line}]",
            "tileloadd tmm6, [{left} + {line}]",
            "tileloadd tmm7, [{left_next} + {line}]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm5, [{right_next} + {line}]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {right}, 1024",
            "add {right_next}, 1024",
            "add {left}, 1024",
            "add {left_next}, 1024",
            "dec {depth}",
            "jnz 2b",
            right = inout(reg) right => _,
            right_next = inout(reg) right.add(depth) => _,
            left = inout(reg) left => _,
            left_next = inout(reg) left.add(depth) => _,
            depth = inout(reg) depth => _,
            line = in(reg) 64_usize,
            options(nostack, readonly),
        );
    }
}

/// Writes the tiles 0 to 3 as two by two to rows that are `step` values apart.
unsafe fn store(data: *mut f32, step: usize) {
    // SAFETY: the caller has room for 32 rows of 32 values.
    unsafe {
        let below = data.add(ROWS * step);
        asm!(
            "tilestored [{data} + {step}], tmm0",
            "tilestored [{data} + {step} + 64], tmm1",
            "tilestored [{below} + {step}], tmm2",
            "tilestored [{below} + {step} + 64], tmm3",
            data = in(reg) data,
            below = in(reg) below,
            step = in(reg) step * size_of::<f32>(),
            options(nostack, preserves_flags),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiles_shapes_are_back_afterwards() {
        if !available() {
            return;
        }
        let mut mine = Shapes::full();
        mine.rows[3] = 5;
        let mut after = Shapes::NONE;
        // SAFETY: the unit is there, and all are 64 bytes.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const mine);
            with_shapes(|| ());
            asm!("sttilecfg [{}]", in(reg) &raw mut after);
            asm!("tilerelease");
        }
        assert_eq!((after.palette, after.rows), (1, mine.rows));
    }
}
