//! Cross-fades of pictures and sound.

use ffmpeg_next::frame::Video;

/// Weights run from 0 to 256, so that a blend of bytes stays in 16 bits.
const FULL: u32 = 256;

/// Mixes `from` into `to`, which must be writable and of the same size and format (8-bit planar):
/// at `position` of `length` frames the share of `to` is `(position + 1) / (length + 1)`.
pub(super) fn blend_pictures(from: &Video, to: &mut Video, position: u64, length: u64) {
    let share = (FULL as u64 * (position + 1) / (length + 1)) as u32;
    for plane in 0..to.planes() {
        let (width, height) = (to.plane_width(plane) as usize, to.plane_height(plane) as usize);
        let (from_stride, to_stride) = (from.stride(plane), to.stride(plane));
        let source = from.data(plane);
        let target = to.data_mut(plane);
        for row in 0..height {
            let old = &source[row * from_stride..][..width];
            let new = &mut target[row * to_stride..][..width];
            blend_row(old, new, share);
        }
    }
}

fn blend_row(old: &[u8], new: &mut [u8], share: u32) {
    for (old, new) in old.iter().zip(new) {
        let mixed = u32::from(*old) * (FULL - share) + u32::from(*new) * share + FULL / 2;
        *new = (mixed / FULL) as u8;
    }
}

/// Mixes `from` into `to` sample by sample with equal-gain ramps over their common length.
pub(super) fn blend_samples(from: &[f32], to: &mut [f32]) {
    let length = from.len().min(to.len());
    for (index, (old, new)) in from.iter().zip(to).enumerate() {
        let share = (index as f32 + 0.5) / length as f32;
        *new = *old * (1.0 - share) + *new * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blend_of_equal_rows_changes_nothing() {
        let old: Vec<u8> = (0..=255).collect();
        let mut new = old.clone();
        blend_row(&old, &mut new, 77);
        assert_eq!(new, old);
    }

    #[test]
    fn a_fade_runs_from_the_old_to_the_new() {
        let mut new = [1.0_f32; 4];
        blend_samples(&[0.0; 4], &mut new);
        assert_eq!(new, [0.125, 0.375, 0.625, 0.875]);
    }
}
