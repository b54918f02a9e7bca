//! How ggml stores numbers: plain, or in blocks of 32 that share a scale. The block formats are
//! those of `ggml-quants.c` (q8_0: a half and 32 signed bytes; q5_1: scale and minimum as halves,
//! 32 fifth bits, 16 bytes of two low nibbles).

use super::half;

/// Numbers in a block.
pub(crate) const BLOCK: usize = 32;

/// A tensor's number format; the value is ggml's type id in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Single precision.
    F32 = 0,
    /// Half precision.
    F16 = 1,
    /// 5-bit blocks with a minimum.
    Q5_1 = 7,
    /// 8-bit blocks.
    Q8_0 = 8,
}

impl Format {
    /// The format of a type id in the file, if it is one of ours.
    pub(crate) fn from_id(id: u32) -> Option<Self> {
        [Self::F32, Self::F16, Self::Q5_1, Self::Q8_0].into_iter().find(|format| *format as u32 == id)
    }

    /// Bytes of `numbers` numbers; `None` where they do not fill blocks or overflow.
    pub(crate) fn bytes(self, numbers: u64) -> Option<u64> {
        let blocks = numbers / BLOCK as u64;
        let whole = numbers.is_multiple_of(BLOCK as u64);
        match self {
            Self::F32 => numbers.checked_mul(4),
            Self::F16 => numbers.checked_mul(2),
            Self::Q5_1 => blocks.checked_mul(24).filter(|_| whole),
            Self::Q8_0 => blocks.checked_mul(34).filter(|_| whole),
        }
    }

    /// Whether blocks share a scale.
    pub(crate) fn is_blocked(self) -> bool {
        matches!(self, Self::Q5_1 | Self::Q8_0)
    }
}

/// Appends `values` in `format`; blocked formats take multiples of [`BLOCK`].
pub(crate) fn encode(values: &[f32], format: Format, out: &mut Vec<u8>) {
    match format {
        Format::F32 => values.iter().for_each(|value| out.extend(value.to_le_bytes())),
        Format::F16 => values.iter().for_each(|value| out.extend(half::from_f32(*value).to_le_bytes())),
        Format::Q5_1 => values.chunks_exact(BLOCK).for_each(|block| encode_q5_1(block, out)),
        Format::Q8_0 => values.chunks_exact(BLOCK).for_each(|block| encode_q8_0(block, out)),
    }
}

fn encode_q8_0(block: &[f32], out: &mut Vec<u8>) {
    let largest = block.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let scale = largest / 127.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    out.extend(half::from_f32(scale).to_le_bytes());
    out.extend(block.iter().map(|value| (value * inverse).round() as i8 as u8));
}

fn encode_q5_1(block: &[f32], out: &mut Vec<u8>) {
    let (low, high) =
        block.iter().fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let scale = (high - low) / 31.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let step = |value: f32| ((value - low) * inverse + 0.5) as u8;
    let mut fifth_bits = 0_u32;
    let mut nibbles = [0_u8; BLOCK / 2];
    for (index, nibble) in nibbles.iter_mut().enumerate() {
        let (first, second) = (step(block[index]), step(block[index + BLOCK / 2]));
        *nibble = (first & 0x0f) | ((second & 0x0f) << 4);
        fifth_bits |= u32::from((first >> 4) & 1) << index;
        fifth_bits |= u32::from((second >> 4) & 1) << (index + BLOCK / 2);
    }
    out.extend(half::from_f32(scale).to_le_bytes());
    out.extend(half::from_f32(low).to_le_bytes());
    out.extend(fifth_bits.to_le_bytes());
    out.extend(nibbles);
}

/// Reads little-endian numbers of a plain format; blocked ones give nothing, for nothing here
/// reads them back.
pub(crate) fn decode_plain(bytes: &[u8], format: Format, out: &mut Vec<f32>) {
    match format {
        Format::F32 => out.extend(
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])),
        ),
        Format::F16 => {
            out.extend(bytes.chunks_exact(2).map(|two| half::to_f32(u16::from_le_bytes([two[0], two[1]]))))
        }
        Format::Q5_1 | Format::Q8_0 => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_at(bytes: &[u8], at: usize) -> f32 {
        half::to_f32(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
    }

    fn decode_q8_0(bytes: &[u8]) -> Vec<f32> {
        let decode = |block: &[u8]| {
            let scale = half_at(block, 0);
            block[2..].iter().map(|step| f32::from(*step as i8) * scale).collect::<Vec<_>>()
        };
        bytes.chunks_exact(34).flat_map(decode).collect()
    }

    fn decode_q5_1(block: &[u8]) -> Vec<f32> {
        let (scale, low) = (half_at(block, 0), half_at(block, 2));
        let fifth = u32::from_le_bytes(block[4..8].try_into().unwrap());
        (0..BLOCK)
            .map(|index| {
                let byte = block[8 + index % 16];
                let nibble = if index < 16 { byte & 15 } else { byte >> 4 };
                let step = u32::from(nibble) | (((fifth >> index) & 1) << 4);
                low + step as f32 * scale
            })
            .collect()
    }

    fn wave(offset: f32) -> Vec<f32> {
        (0..BLOCK).map(|index| (index as f32 * 0.7).sin() * 0.3 + offset).collect()
    }

    #[test]
    fn q8_0_is_within_half_a_step() {
        let values: Vec<f32> = [wave(0.0), wave(-5.0)].concat();
        let mut bytes = Vec::new();
        encode(&values, Format::Q8_0, &mut bytes);
        assert_eq!(bytes.len() as u64, Format::Q8_0.bytes(64).unwrap());
        for (block, back) in values.chunks(BLOCK).zip(decode_q8_0(&bytes).chunks(BLOCK)) {
            let step = block.iter().fold(0.0_f32, |most, value| most.max(value.abs())) / 127.0;
            for (value, back) in block.iter().zip(back) {
                assert!((value - back).abs() <= step * 0.51 + value.abs() * 1e-3, "{value} {back}");
            }
        }
    }

    #[test]
    fn q5_1_is_within_half_a_step_and_reaches_both_ends() {
        let values = wave(-5.0);
        let mut bytes = Vec::new();
        encode(&values, Format::Q5_1, &mut bytes);
        assert_eq!(bytes.len() as u64, Format::Q5_1.bytes(32).unwrap());
        let back = decode_q5_1(&bytes);
        let low = values.iter().copied().fold(f32::MAX, f32::min);
        let high = values.iter().copied().fold(f32::MIN, f32::max);
        let step = (high - low) / 31.0;
        for (value, back) in values.iter().zip(&back) {
            assert!((value - back).abs() <= step * 0.51 + 5e-3, "{value} {back}");
        }
    }

    #[test]
    fn a_block_of_zeros_stays_zero() {
        let mut bytes = Vec::new();
        encode(&[0.0; BLOCK], Format::Q8_0, &mut bytes);
        assert!(decode_q8_0(&bytes).iter().all(|value| *value == 0.0));
        bytes.clear();
        encode(&[0.0; BLOCK], Format::Q5_1, &mut bytes);
        assert!(decode_q5_1(&bytes).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn a_row_that_does_not_fill_blocks_has_no_blocked_size() {
        assert_eq!(Format::Q8_0.bytes(33), None);
        assert_eq!(Format::F16.bytes(33), Some(66));
        assert_eq!(Format::F32.bytes(u64::MAX), None);
    }
}
