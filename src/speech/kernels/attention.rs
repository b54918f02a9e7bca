//! The encoder's attention: every position of the sound looks at every other one.
//!
//! ggml keeps the scores of all positions with all others, 72 MB for `base`, and goes over them five
//! times a layer. Here 32 positions at a time are scored, weighted and summed while their scores stay
//! in the second-level cache: softmax(Q K^T * scale) V of "Attention Is All You Need" (Vaswani et al.,
//! 2017, section 3.2.1), each row of weights divided by its sum at the end.

use std::cell::RefCell;

use super::Operand;
use super::blocks::{SIDE, Unit, pack_all, pack_turned};
use super::pack::{GROUP, ROWS, Tile, ZERO, depth};
use super::softmax;

/// One head's operands and its result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// A row for each position that looks.
    pub(super) query: Operand,
    /// A row for each position that is looked at.
    pub(super) key: Operand,
    /// A row for each value of the result, as long as there are positions to look at.
    pub(super) value: Operand,
    /// Rows of the result, one after the other: as many as of `query`, as long as `value` has rows.
    pub(super) out: *mut f32,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = const { RefCell::new(Buffers::new()) };
}

/// Thread `index` of `count` does its share of all heads, which have one shape.
///
/// # Safety
/// The processor has the unit; the operands are as large as they say, and so are the results, which
/// are nobody else's.
pub(super) unsafe fn attend(unit: Unit, heads: &[Head], scale: f32, index: usize, count: usize) {
    let Some(first) = heads.first() else { return };
    let blocks = first.query.rows.div_ceil(SIDE);
    let share = (heads.len() * blocks).div_ceil(count);
    let mine = (index * share).min(heads.len() * blocks)..((index + 1) * share).min(heads.len() * blocks);
    BUFFERS.with_borrow_mut(|buffers| {
        let work = || {
            let mut packed = None;
            for item in mine {
                let (number, block) = (item / blocks, item % blocks);
                let head = &heads[number];
                // SAFETY: promised by the caller.
                unsafe {
                    if packed.replace(number) != Some(number) {
                        buffers.pack(head);
                    }
                    buffers.block(unit, head, block * SIDE, scale);
                }
            }
        };
        // SAFETY: promised by the caller.
        unsafe { unit.run(work) };
    });
}

/// What a thread keeps for its next block; the caller's own thread keeps it for the next graph.
struct Buffers {
    keys: Vec<Tile>,
    values: Vec<Tile>,
    queries: Vec<Tile>,
    /// 32 rows of scores, as long as the packed keys.
    scores: Vec<f32>,
    weights: Vec<Tile>,
    /// 32 rows of sums.
    sums: Vec<f32>,
}

impl Buffers {
    const fn new() -> Self {
        Self {
            keys: Vec::new(),
            values: Vec::new(),
            queries: Vec::new(),
            scores: Vec::new(),
            weights: Vec::new(),
            sums: Vec::new(),
        }
    }

    unsafe fn pack(&mut self, head: &Head) {
        // SAFETY: promised by the caller.
        unsafe {
            pack_turned(&head.key, 0, head.key.rows, &mut self.keys);
            pack_turned(&head.value, 0, head.value.rows, &mut self.values);
        }
    }

    /// The result of 32 positions from `first` on.
    unsafe fn block(&mut self, unit: Unit, head: &Head, first: usize, scale: f32) {
        let rows = SIDE.min(head.query.rows - first);
        // SAFETY: promised by the caller.
        unsafe { pack_all(&head.query, first, rows, &mut self.queries) };
        let width = head.key.rows.next_multiple_of(SIDE);
        // SAFETY: both sides are packed, and the scores are as wide as the keys.
        unsafe { product(unit, &self.keys, &self.queries, width, &mut self.scores) };
        self.weights.resize(2 * depth(width), ZERO);
        let mut parts = [0.0; SIDE];
        for (row, part) in parts.iter_mut().enumerate() {
            let scores = &mut self.scores[row * width..][..width];
            scores[head.key.rows..].fill(f32::NEG_INFINITY);
            let lines = self.weights[row / ROWS * depth(width)..][..depth(width)]
                .iter_mut()
                .map(|tile| &mut tile[row % ROWS]);
            // SAFETY: the processor has what the unit needs.
            *part = 1.0 / unsafe { softmax::weights(scores, scale, lines) };
        }
        let wide = head.value.rows.next_multiple_of(SIDE);
        // SAFETY: as above.
        unsafe { product(unit, &self.values, &self.weights, wide, &mut self.sums) };
        for (row, part) in parts.iter().enumerate().take(rows) {
            // SAFETY: the row is one of the result's.
            let out = unsafe {
                let start = head.out.add((first + row) * head.value.rows);
                std::slice::from_raw_parts_mut(start, head.value.rows)
            };
            let sums = &self.sums[row * wide..];
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum * part);
        }
    }
}

/// The product of a packed left operand of `width` rows with 32 packed rows, as 32 rows.
unsafe fn product(unit: Unit, left: &[Tile], right: &[Tile], width: usize, out: &mut Vec<f32>) {
    let depth = right.len() / 2;
    out.resize(SIDE * width, 0.0);
    for (column, left) in left.chunks_exact(2 * depth).enumerate() {
        // SAFETY: each side is two rows of `depth` tiles; the block lies within the rows.
        unsafe { unit.block(left, right, depth, out.as_mut_ptr().add(column * SIDE), width) };
    }
}

// Rows of scores are whole groups.
const _: () = assert!(SIDE.is_multiple_of(GROUP));
