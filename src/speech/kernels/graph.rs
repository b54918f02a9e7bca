//! Steps of whisper.cpp's graphs that are done here: the encoder's attention, one instead of three,
//! and the activation.

use std::ffi::{c_int, c_void};

use whisper_rs::whisper_rs_sys as ggml;

use super::attention::{self, Head};
use super::blocks::{SIDE, Unit};
use super::pack::GROUP;
use super::{Format, Operand, gelu, vector};

/// Whether whisper.cpp is built to compute on a graphics processor, which knows no steps of ours.
const ON_A_CARD: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// Threads of a step: ggml's `GGML_N_TASKS_MAX`.
const AS_MANY_AS_THERE_ARE: c_int = -1;

/// The step that takes the place of a product whose right operand is a softmax over a product:
/// together they are attention. The first two, which the encoder asks for nowhere else, are not part of
/// its graph then and take no memory. None where this is no such product, or nobody here can compute it.
///
/// # Safety
/// As of `ggml_mul_mat`: the tensors belong to the context, which nobody else uses now.
pub(super) unsafe fn attention_step(
    context: *mut ggml::ggml_context,
    left: *mut ggml::ggml_tensor,
    right: *mut ggml::ggml_tensor,
) -> Option<*mut ggml::ggml_tensor> {
    if ON_A_CARD || Unit::best().is_none() {
        return None;
    }
    // SAFETY: promised by the caller.
    unsafe { Parts::of(left, right).map(|parts| parts.step(context)) }
}

/// The step that takes the place of the activation, in place: what whisper.cpp activates is asked
/// for by nobody else.
///
/// # Safety
/// As of `ggml_gelu`: the tensor belongs to the context, which nobody else uses now.
pub(super) unsafe fn gelu_step(
    context: *mut ggml::ggml_context,
    tensor: *mut ggml::ggml_tensor,
) -> Option<*mut ggml::ggml_tensor> {
    // SAFETY: promised by the caller.
    unsafe {
        let fits = (*tensor).type_ == ggml::ggml_type_GGML_TYPE_F32 && ggml::ggml_is_contiguous(tensor);
        (fits && !ON_A_CARD && vector::available()).then(|| {
            let nothing = std::ptr::null_mut();
            ggml::ggml_map_custom1_inplace(context, tensor, Some(activate), AS_MANY_AS_THERE_ARE, nothing)
        })
    }
}

/// One thread's share of the activation.
unsafe extern "C" fn activate(
    out: *mut ggml::ggml_tensor,
    _: *const ggml::ggml_tensor,
    index: c_int,
    count: c_int,
    _: *mut c_void,
) {
    // SAFETY: ggml hands the tensor that `gelu_step` made: contiguous floats, which are computed by
    // now; the processor was asked then. Shares do not overlap.
    unsafe {
        let all = ggml::ggml_nelements(out) as usize;
        let share = all.div_ceil(count as usize);
        let first = (index as usize * share).min(all);
        let values = (*out).data.cast::<f32>().add(first);
        gelu::gelu(std::slice::from_raw_parts_mut(values, share.min(all - first)));
    }
}

/// What an attention is made of.
struct Parts {
    query: *mut ggml::ggml_tensor,
    key: *mut ggml::ggml_tensor,
    value: *mut ggml::ggml_tensor,
    scale: f32,
}

impl Parts {
    /// The parts of `value * softmax(key * query)` without a mask, of as many positions as are looked at:
    /// the encoder's. The decoder's look at the sound has no mask either; where a text has as many tokens as
    /// the sound has positions, it is done here too, and rightly.
    unsafe fn of(value: *mut ggml::ggml_tensor, weights: *mut ggml::ggml_tensor) -> Option<Self> {
        // SAFETY: promised by the caller; sources of a tensor are tensors or null.
        let (value_shape, weights) = unsafe { (&*value, &*weights) };
        if weights.op != ggml::ggml_op_GGML_OP_SOFT_MAX || !weights.src[1].is_null() {
            return None;
        }
        // SAFETY: a softmax has a source.
        let scores = unsafe { &*weights.src[0] };
        if scores.op != ggml::ggml_op_GGML_OP_MUL_MAT {
            return None;
        }
        let (key, query) = (scores.src[0], scores.src[1]);
        // SAFETY: a product has two sources.
        let (key_shape, query_shape) = unsafe { (&*key, &*query) };
        let [width, positions, heads, 1] = query_shape.ne else { return None };
        let fits = key_shape.ne == query_shape.ne
            && value_shape.ne == [positions, width, heads, 1]
            && positions >= SIDE as i64
            && width % GROUP as i64 == 0
            && query_shape.type_ == ggml::ggml_type_GGML_TYPE_F32
            && [key_shape, value_shape].into_iter().all(is_plain)
            && is_plain(query_shape);
        let scale = f32::from_bits(weights.op_params[0].cast_unsigned());
        fits.then_some(Self { query, key, value, scale })
    }

    /// The step in the graph. Its scale goes along as its data.
    unsafe fn step(self, context: *mut ggml::ggml_context) -> *mut ggml::ggml_tensor {
        let mut sources = [self.query, self.key, self.value];
        let scale = std::ptr::without_provenance_mut(self.scale.to_bits() as usize);
        // SAFETY: the tensors belong to the context; ggml copies the list.
        unsafe {
            let [width, positions, heads, _] = (*self.query).ne;
            ggml::ggml_custom_4d(
                context,
                ggml::ggml_type_GGML_TYPE_F32,
                width,
                positions,
                heads,
                1,
                sources.as_mut_ptr(),
                sources.len() as c_int,
                Some(attend),
                AS_MANY_AS_THERE_ARE,
                scale,
            )
        }
    }
}

/// Whether values stand side by side, as floats of 32 or 16 bits.
fn is_plain(tensor: &ggml::ggml_tensor) -> bool {
    matches!(Format::of(tensor.type_ as i32), Some(format @ (Format::Float | Format::Half))
        if tensor.nb[0] == format.unit().1)
}

/// One thread's share of the step.
unsafe extern "C" fn attend(out: *mut ggml::ggml_tensor, index: c_int, count: c_int, scale: *mut c_void) {
    let scale = f32::from_bits(scale.addr() as u32);
    // SAFETY: ggml hands the tensor that `step` made, whose sources are computed by now, and its
    // memory, which is contiguous.
    unsafe {
        let out = &*out;
        let [query, key, value] = [0, 1, 2].map(|number| &*out.src[number]);
        let heads: Vec<Head> = (0..out.ne[2] as usize)
            .map(|head| Head {
                query: operand(query, head),
                key: operand(key, head),
                value: operand(value, head),
                out: out.data.byte_add(head * out.nb[2]).cast(),
            })
            .collect();
        if let Some(unit) = Unit::best() {
            attention::attend(unit, &heads, scale, index as usize, count as usize);
        }
    }
}

/// One head's rows of a plain tensor.
unsafe fn operand(tensor: &ggml::ggml_tensor, head: usize) -> Operand {
    Operand {
        // SAFETY: the tensor has that head.
        data: unsafe { tensor.data.byte_add(head * tensor.nb[2]) }.cast(),
        format: if tensor.type_ == ggml::ggml_type_GGML_TYPE_F32 { Format::Float } else { Format::Half },
        rows: tensor.ne[1] as usize,
        length: tensor.ne[0] as usize,
        step: tensor.nb[1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: [i64; 3] = [64, 40, 2];

    /// What stands in a graph for attention with these key positions, and a mask or none: ggml's number
    /// of the operation.
    fn attention_as(key_positions: i64, masked: bool) -> u32 {
        let [width, positions, heads] = SHAPE;
        with_context(|context| {
            // SAFETY: all tensors are the context's own, and no values are touched.
            unsafe {
                let (float, half) = (ggml::ggml_type_GGML_TYPE_F32, ggml::ggml_type_GGML_TYPE_F16);
                let of = |positions: i64| ggml::ggml_new_tensor_3d(context, float, width, heads, positions);
                let query = ggml::ggml_permute(context, of(positions), 0, 2, 1, 3);
                let key = ggml::ggml_cast(context, of(key_positions), half);
                let key = ggml::ggml_permute(context, key, 0, 2, 1, 3);
                let value = ggml::ggml_permute(context, of(key_positions), 1, 2, 0, 3);
                let value = ggml::ggml_cast(context, value, half);
                let mask = ggml::ggml_new_tensor_2d(context, float, key_positions, positions);
                let mask = if masked { mask } else { std::ptr::null_mut() };
                let scores = ggml::ggml_mul_mat(context, key, query);
                let weights = ggml::ggml_soft_max_ext(context, scores, mask, 0.125, 0.0);
                attention_step(context, value, weights).map_or(ggml::ggml_op_GGML_OP_MUL_MAT, |step| {
                    let step = &*step;
                    assert_eq!(step.ne, [width, positions, heads, 1]);
                    assert_eq!(step.src[..3], [query, key, value]);
                    step.op
                })
            }
        })
    }

    fn with_context<T>(work: impl FnOnce(*mut ggml::ggml_context) -> T) -> T {
        let room =
            ggml::ggml_init_params { mem_size: 1 << 20, mem_buffer: std::ptr::null_mut(), no_alloc: true };
        // SAFETY: the context is made, used and freed here.
        unsafe {
            let context = ggml::ggml_init(room);
            let result = work(context);
            ggml::ggml_free(context);
            result
        }
    }

    #[test]
    fn the_encoders_attention_is_one_step_and_others_stay_as_they_are() {
        if Unit::best().is_none() || ON_A_CARD {
            return;
        }
        assert_eq!(attention_as(40, false), ggml::ggml_op_GGML_OP_CUSTOM);
        assert_eq!(attention_as(40, true), ggml::ggml_op_GGML_OP_MUL_MAT);
        assert_eq!(attention_as(96, false), ggml::ggml_op_GGML_OP_MUL_MAT);
    }

    #[test]
    fn a_product_that_is_none_of_attentions_stays() {
        with_context(|context| {
            // SAFETY: as above.
            let step = unsafe {
                let float = ggml::ggml_type_GGML_TYPE_F32;
                let of = |rows: i64| ggml::ggml_new_tensor_2d(context, float, 64, rows);
                attention_step(context, of(40), of(40))
            };
            assert!(step.is_none());
        });
    }

    #[test]
    fn an_activation_is_done_in_place() {
        if !vector::available() || ON_A_CARD {
            return;
        }
        with_context(|context| {
            // SAFETY: as above.
            unsafe {
                let values = ggml::ggml_new_tensor_2d(context, ggml::ggml_type_GGML_TYPE_F32, 64, 40);
                let step = &*gelu_step(context, values).unwrap();
                assert_eq!((step.op, step.view_src), (ggml::ggml_op_GGML_OP_MAP_CUSTOM1, values));
                let turned = ggml::ggml_transpose(context, values);
                assert!(gelu_step(context, turned).is_none(), "its values do not stand in a row");
            }
        });
    }
}
