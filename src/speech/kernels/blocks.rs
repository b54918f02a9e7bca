//! Products by blocks of 32 by 32: bfloat16 operands, sums of 32 bits.
//!
//! The right operand (positions of the sound) is packed once and walked in pieces that stay in the
//! second-level cache; the left one (weights) in slabs.

use std::cell::RefCell;
use std::sync::OnceLock;

use super::pack::{self, GROUP, ROWS, Tile, ZERO, depth};
use super::{Operand, Product, dots, tiles};

/// Rows on the right below which packing the left operand costs more than it saves.
const FEWEST: usize = 16;
/// Most bytes of a slab of the left operand and of a piece of the right one.
const SLAB: usize = 512 << 10;
const PIECE: usize = 1 << 20;
/// Rows and columns of a block: two tiles.
pub(super) const SIDE: usize = 2 * ROWS;

/// What computes a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// The tile unit.
    Tiles,
    /// Vectors of 512 bits.
    Dots,
}

impl Unit {
    /// The best one that this processor has.
    pub(super) fn best() -> Option<Self> {
        static BEST: OnceLock<Option<Unit>> = OnceLock::new();
        *BEST.get_or_init(|| match (dots::available(), tiles::available()) {
            (true, true) => Some(Self::Tiles),
            (true, false) => Some(Self::Dots),
            (false, _) => None,
        })
    }

    /// Runs `work`, which may compute blocks.
    ///
    /// # Safety
    /// The processor has the unit.
    pub(super) unsafe fn run(self, work: impl FnOnce()) {
        match self {
            // SAFETY: promised by the caller.
            Self::Tiles => unsafe { tiles::with_shapes(work) },
            Self::Dots => work(),
        }
    }

    /// A block of the product, of two by two tiles.
    ///
    /// # Safety
    /// Within `run`; each side is two rows of `depth` tiles, the left one turned, and `data` has room
    /// for 32 rows of 32 values, `step` apart.
    pub(super) unsafe fn block(
        self,
        left: &[Tile],
        right: &[Tile],
        depth: usize,
        data: *mut f32,
        step: usize,
    ) {
        let (left, right) = (left.as_ptr(), right.as_ptr());
        // SAFETY: promised by the caller.
        unsafe {
            match self {
                Self::Tiles => tiles::block(left, right, depth, data, step),
                Self::Dots => dots::block(left, right, depth, data, step),
            }
        }
    }
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = const { RefCell::new(Buffers { left: Vec::new(), right: Vec::new() }) };
}

/// Packed operands, kept by each thread for its next product.
struct Buffers {
    left: Vec<Tile>,
    right: Vec<Tile>,
}

/// Whether a product is worth packing for.
pub(super) fn pays(left: &Operand, right: &Operand) -> bool {
    right.rows >= FEWEST && left.rows >= ROWS && left.length >= GROUP
}

/// Thread `index` of `count` multiplies its rows of the right operand with all of the left one.
///
/// # Safety
/// The processor has the unit, and the operands are as large as they say, as is the product.
pub(super) unsafe fn multiply(
    unit: Unit,
    left: Operand,
    right: Operand,
    product: Product,
    index: usize,
    count: usize,
) {
    let share = right.rows.div_ceil(count).next_multiple_of(SIDE);
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
        unsafe { unit.run(|| buffers.multiply(unit, &left, &right, product)) };
    });
}

impl Buffers {
    fn multiply(&mut self, unit: Unit, left: &Operand, right: &Operand, product: Product) {
        let depth = depth(left.length);
        let row_bytes = depth * GROUP * 2;
        // SAFETY: the processor has what packing needs, and the operand is as large as it says.
        unsafe { pack_all(right, 0, right.rows, &mut self.right) };
        let slab = rows_within(SLAB, row_bytes);
        let piece = rows_within(PIECE, row_bytes);
        for top in (0..left.rows).step_by(slab) {
            let rows = slab.min(left.rows - top);
            // SAFETY: as above.
            unsafe { pack_turned(left, top, rows, &mut self.left) };
            for start in (0..right.rows).step_by(piece) {
                let area = Area { left: top, rows, right: start, columns: piece.min(right.rows - start) };
                // SAFETY: the area lies within the product.
                unsafe { self.fill(unit, &area, depth, product) };
            }
        }
    }

    /// Fills an area of the product, a block at a time.
    unsafe fn fill(&self, unit: Unit, area: &Area, depth: usize, product: Product) {
        for row in (0..area.rows).step_by(SIDE) {
            let left = &self.left[row / ROWS * depth..][..2 * depth];
            for column in (0..area.columns).step_by(SIDE) {
                let at = area.right + column;
                let right = &self.right[at / ROWS * depth..][..2 * depth];
                let (high, wide) = (SIDE.min(area.columns - column), SIDE.min(area.rows - row));
                // SAFETY: within the area, which lies within the product.
                unsafe {
                    let data = product.data.add(at * product.step + area.left + row);
                    if (high, wide) == (SIDE, SIDE) {
                        unit.block(left, right, depth, data, product.step);
                    } else {
                        edge(unit, left, right, depth, Product { data, ..product }, high, wide);
                    }
                }
            }
        }
    }
}

/// A block of which only `high` rows of the right operand and `wide` of the left are wanted.
unsafe fn edge(
    unit: Unit,
    left: &[Tile],
    right: &[Tile],
    depth: usize,
    out: Product,
    high: usize,
    wide: usize,
) {
    let mut whole = [0.0_f32; SIDE * SIDE];
    // SAFETY: the array is as large as a block.
    unsafe { unit.block(left, right, depth, whole.as_mut_ptr(), SIDE) };
    for (row, values) in whole.chunks_exact(SIDE).take(high).enumerate() {
        // SAFETY: `wide` values of `high` rows lie within the product.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), out.data.add(row * out.step), wide) };
    }
}

/// Rows of the packed slab and their number, rows of the right operand and their number.
struct Area {
    left: usize,
    rows: usize,
    right: usize,
    columns: usize,
}

/// How many rows fit into so many bytes: whole blocks, one at least.
fn rows_within(bytes: usize, row_bytes: usize) -> usize {
    (bytes / row_bytes / SIDE).max(1) * SIDE
}

/// Packs `rows` rows from `first` on as a left operand, filled up to whole blocks.
///
/// # Safety
/// As of `pack::tiles`.
pub(super) unsafe fn pack_turned(operand: &Operand, first: usize, rows: usize, out: &mut Vec<Tile>) {
    // SAFETY: promised by the caller.
    unsafe {
        pack_all(operand, first, rows, out);
        for tile in out {
            pack::turn(tile);
        }
    }
}

/// Packs `rows` rows from `first` on as a right operand, filled up to whole blocks.
///
/// # Safety
/// As of `pack::tiles`.
pub(super) unsafe fn pack_all(operand: &Operand, first: usize, rows: usize, out: &mut Vec<Tile>) {
    let depth = depth(operand.length);
    out.resize(rows.div_ceil(SIDE) * 2 * depth, ZERO);
    for (block, tiles) in out.chunks_exact_mut(depth).enumerate() {
        // SAFETY: promised by the caller; rows beyond the last become zeros.
        unsafe { pack::tiles(operand, first + block * ROWS, tiles) };
    }
}
