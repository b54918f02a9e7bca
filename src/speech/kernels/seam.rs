//! The four functions that whisper.cpp is built to call here, by renaming (`.cargo/config.toml`).

use std::cell::Cell;
use std::ffi::{c_int, c_void};

use whisper_rs::whisper_rs_sys::{ggml_context, ggml_gelu, ggml_mul_mat, ggml_tensor};

#[cfg(target_arch = "x86_64")]
use super::graph;
use super::{Format, Operand, Product};

/// Tokens of whisper's smallest vocabulary (`tiny.en`, 51,864), less some; no layer has as many rows.
#[cfg(target_arch = "x86_64")]
const SMALLEST_VOCABULARY: usize = 50_000;
#[cfg(target_arch = "x86_64")]
const MOST_DECODERS: usize = 8;

thread_local! {
    /// Threads that a graph computed by this thread may have.
    static MOST_THREADS: Cell<c_int> = const { Cell::new(c_int::MAX) };
}

/// Runs `work` with no more than `threads` threads for each graph that it computes. whisper.cpp
/// aligns words on a backend of its own, which would start four, and they spin beside the others.
pub(crate) fn with_threads<T>(threads: usize, work: impl FnOnce() -> T) -> T {
    let before = MOST_THREADS.replace(threads as c_int);
    let result = work();
    MOST_THREADS.set(before);
    result
}

/// The head of ggml's `ggml_compute_params`: which thread of how many this is.
#[repr(C)]
struct Share {
    index: c_int,
    count: c_int,
}

/// ggml's `ggml_cplan`, of which only the size counts here.
#[repr(C)]
struct Plan([u64; 6]);

unsafe extern "C" {
    fn ggml_graph_plan(graph: *const c_void, threads: c_int, pool: *mut c_void) -> Plan;
    fn llamafile_sgemm(
        share: *const Share,
        left_rows: i64,
        right_rows: i64,
        units: i64,
        left: *const c_void,
        left_step: i64,
        right: *const c_void,
        right_step: i64,
        product: *mut c_void,
        product_step: i64,
        left_type: c_int,
        right_type: c_int,
        product_type: c_int,
    ) -> bool;
}

/// Plans a graph with no more threads than its caller may have.
///
/// # Safety
/// As ggml's function of which it takes the place.
#[unsafe(no_mangle)]
unsafe extern "C" fn ytclipper_plan(graph: *const c_void, threads: c_int, pool: *mut c_void) -> Plan {
    let most = if pool.is_null() { MOST_THREADS.get() } else { c_int::MAX };
    // SAFETY: the arguments are the caller's own.
    unsafe { ggml_graph_plan(graph, threads.min(most), pool) }
}

/// Adds a product to a graph: as ggml does, or as what is quicker.
///
/// # Safety
/// As ggml's function of which it takes the place: the tensors belong to the context.
#[unsafe(no_mangle)]
unsafe extern "C" fn ytclipper_product(
    context: *mut ggml_context,
    left: *mut ggml_tensor,
    right: *mut ggml_tensor,
) -> *mut ggml_tensor {
    // SAFETY: the arguments are the caller's own.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if let Some(step) = graph::attention_step(context, left, right) {
            return step;
        }
        ggml_mul_mat(context, left, right)
    }
}

/// Adds an activation to a graph: as ggml does, or as what is quicker.
///
/// # Safety
/// As ggml's function of which it takes the place: the tensor belongs to the context.
#[unsafe(no_mangle)]
unsafe extern "C" fn ytclipper_gelu(
    context: *mut ggml_context,
    tensor: *mut ggml_tensor,
) -> *mut ggml_tensor {
    // SAFETY: the arguments are the caller's own.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if let Some(step) = graph::gelu_step(context, tensor) {
            return step;
        }
        ggml_gelu(context, tensor)
    }
}

/// Multiplies, or says false where nobody here can.
///
/// # Safety
/// As llamafile's function of which it takes the place: each pointer holds as many rows of as many
/// units as is said, each thread of a graph makes the same call, and the product is nobody else's.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "whisper.cpp's own signature")]
unsafe extern "C" fn ytclipper_multiply(
    share: *const Share,
    left_rows: i64,
    right_rows: i64,
    units: i64,
    left: *const c_void,
    left_step: i64,
    right: *const c_void,
    right_step: i64,
    product: *mut c_void,
    product_step: i64,
    left_type: c_int,
    right_type: c_int,
    product_type: c_int,
) -> bool {
    if let (Some(format), Some(right_format)) = (Format::of(left_type), Format::of(right_type))
        && Format::of(product_type) == Some(Format::Float)
    {
        let length = units as usize * format.unit().0;
        let operand = |data: *const c_void, format: Format, rows: i64, step: i64| Operand {
            data: data.cast(),
            format,
            rows: rows as usize,
            length,
            step: step as usize * format.unit().1,
        };
        let left = operand(left, format, left_rows, left_step);
        let right = operand(right, right_format, right_rows, right_step);
        let product = Product { data: product.cast(), step: product_step as usize };
        // SAFETY: ggml hands its parameters, which live through the call.
        let share = unsafe { &*share };
        // SAFETY: the operands and the product are as large as the caller says.
        if unsafe { multiply(left, right, product, share.index as usize, share.count as usize) } {
            return true;
        }
    }
    // SAFETY: the arguments are the caller's own.
    unsafe {
        llamafile_sgemm(
            share,
            left_rows,
            right_rows,
            units,
            left,
            left_step,
            right,
            right_step,
            product,
            product_step,
            left_type,
            right_type,
            product_type,
        )
    }
}

/// One thread's share of a product, or false where no kernel here fits.
///
/// # Safety
/// The operands and the product are as large as they say.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn multiply(
    left: Operand,
    right: Operand,
    product: Product,
    index: usize,
    count: usize,
) -> bool {
    use super::blocks::{self, Unit};
    use super::vector;

    // SAFETY: promised by the caller.
    let (right, product) = unsafe { wanted(&left, right, product) };
    if vector::fits(&left, &right) {
        // SAFETY: promised by the caller, and `fits` was asked.
        unsafe { vector::multiply(left, right, product, index, count) };
        return true;
    }
    let unit = if blocks::pays(&left, &right) { Unit::best() } else { None };
    if let Some(unit) = unit {
        // SAFETY: promised by the caller, and the processor has the unit.
        unsafe { blocks::multiply(unit, left, right, product, index, count) };
    }
    unit.is_some()
}

/// What is read of a product. whisper.cpp scores the whole vocabulary for each token of a text that it
/// hands over at once, to be led by it or to align it, and reads the scores of the last one only
/// (`whisper_batch_prep_legacy`); for many tokens the others are 40 MB. While it decodes it reads
/// all, of at most eight tokens at a time (`WHISPER_MAX_DECODERS`).
///
/// # Safety
/// The operand and the product are as large as they say.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn wanted(left: &Operand, right: Operand, product: Product) -> (Operand, Product) {
    if left.rows < SMALLEST_VOCABULARY || right.rows <= MOST_DECODERS {
        return (right, product);
    }
    let last = right.rows - 1;
    // SAFETY: the row is the last one of each.
    unsafe {
        let data = right.data.add(last * right.step);
        let out = product.data.add(last * product.step);
        (Operand { data, rows: 1, ..right }, Product { data: out, ..product })
    }
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn multiply(_: Operand, _: Operand, _: Product, _: usize, _: usize) -> bool {
    false
}
