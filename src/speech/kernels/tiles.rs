//! The tile unit of newer Intel processors (AMX): bfloat16 operands, sums of 32 bits.

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;

use super::pack::{ROWS, Tile};

/// `arch_prctl`'s request for the registers' state, and its name for them (Linux,
/// `arch/x86/include/uapi/asm/prctl.h`).
const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
const XFEATURE_XTILEDATA: libc::c_long = 18;

/// Whether this processor has the unit and the system lets this process use it.
pub(super) fn available() -> bool {
    has_tiles() && permitted()
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
///
/// # Safety
/// The unit is `available`.
pub(super) unsafe fn with_shapes(work: impl FnOnce()) {
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

/// A block of the product, of two by two tiles.
///
/// # Safety
/// Each side is two rows of `depth` tiles, the unit has its shapes, and `data` has room for 32 rows of
/// 32 values, `step` apart.
pub(super) unsafe fn block(left: *const Tile, right: *const Tile, depth: usize, data: *mut f32, step: usize) {
    // SAFETY: promised by the caller.
    unsafe {
        sum(left, right, depth);
        store(data, step);
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
