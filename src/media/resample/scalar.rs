//! The arithmetic of filtering, sample by sample: what vector instructions have to equal.

use super::SAMPLE_BITS;
use super::axis::{Axis, WEIGHT_BITS};

/// Filters a row along itself, from sample `from` on.
pub(super) fn filter_row(row: &[u8], axis: &Axis, from: usize, out: &mut [i16]) {
    for (index, value) in out.iter_mut().enumerate().skip(from) {
        let (start, weights) = axis.sample(index);
        let samples = &row[start..start + weights.len()];
        *value = held(weights.iter().zip(samples).map(|(&w, &s)| i32::from(w) * i32::from(s)).sum());
    }
}

/// Adds up filtered rows, a weight each, from sample `from` on.
pub(super) fn mix(rows: &[&[i16]], weights: &[i16], from: usize, out: &mut [u8]) {
    if let (&[a, b, c, d], &[wa, wb, wc, wd]) = (rows, weights) {
        return mix_four([a, b, c, d], [wa, wb, wc, wd], from, out);
    }
    for (x, sample) in out.iter_mut().enumerate().skip(from) {
        let sum = weights.iter().zip(rows).map(|(&w, row)| i32::from(w) * i32::from(row[x]));
        *sample = finish(sum.sum());
    }
}

fn mix_four(rows: [&[i16]; 4], weights: [i16; 4], from: usize, out: &mut [u8]) {
    let [a, b, c, d] = rows.map(|row| &row[..out.len()]);
    let [wa, wb, wc, wd] = weights.map(i32::from);
    for (x, sample) in out.iter_mut().enumerate().skip(from) {
        let sum = wa * i32::from(a[x]) + wb * i32::from(b[x]) + wc * i32::from(c[x]) + wd * i32::from(d[x]);
        *sample = finish(sum);
    }
}

fn finish(sum: i32) -> u8 {
    const BITS: u32 = WEIGHT_BITS + SAMPLE_BITS;
    ((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as u8
}

fn held(sum: i32) -> i16 {
    const BITS: u32 = WEIGHT_BITS - SAMPLE_BITS;
    ((sum + (1 << (BITS - 1))) >> BITS) as i16
}
