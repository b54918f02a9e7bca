//! IEEE 754 half precision, as bits: Rust has no stable type for it.

/// The half nearest to `value`, ties to even; too large becomes infinity.
pub(crate) fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    // 65520 and above round to infinity.
    if magnitude >= 0x477f_f000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        return sign | subnormal(f32::from_bits(magnitude));
    }
    let rebased = magnitude - (112 << 23);
    let odd = (rebased >> 13) & 1;
    sign | ((rebased + 0x0fff + odd) >> 13) as u16
}

/// A magnitude below the smallest normal half, in steps of 2⁻²⁴.
fn subnormal(magnitude: f32) -> u16 {
    (magnitude * 16_777_216.0).round_ties_even() as u16
}

/// The value of a half.
pub(crate) fn to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half & 0x03ff);
    let magnitude = match exponent {
        0 => (fraction as f32 / 16_777_216.0).to_bits(),
        31 => 0x7f80_0000 | (fraction << 13),
        1..32 => ((exponent + 112) << 23) | (fraction << 13),
        32.. => 0,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_way_there_and_back() {
        for half in 0..=u16::MAX {
            let value = to_f32(half);
            if value.is_nan() {
                assert!(to_f32(from_f32(value)).is_nan());
            } else {
                assert_eq!(from_f32(value), half, "{value}");
            }
        }
    }

    #[test]
    fn a_value_between_two_halves_goes_to_the_nearer_and_a_tie_to_the_even_one() {
        for half in 0x0000..0x7bff_u16 {
            let (low, high) = (to_f32(half), to_f32(half + 1));
            let tie = f32::midpoint(low, high);
            let even = if half % 2 == 0 { half } else { half + 1 };
            assert_eq!(from_f32(tie), even, "{tie}");
            assert_eq!(from_f32(tie.next_down()), half);
            assert_eq!(from_f32(tie.next_up()), half + 1);
        }
    }

    #[test]
    fn too_large_is_infinite() {
        assert_eq!(from_f32(65519.9), 0x7bff);
        assert_eq!(from_f32(65520.0), 0x7c00);
        assert_eq!(from_f32(-1e9), 0xfc00);
    }
}
