//! Kernels against what they compute by definition. Errors are compared one by one: the largest of
//! several would hide a number that is none.

use super::attention::{Head, attend};
use super::blocks::{self, Unit};
use super::seam::{multiply, wanted};
use super::{Format, Operand, Product, dots, gelu, tiles, vector};
use crate::speech::ggml::half;

/// Values between -1 and 1 without an order.
fn noise(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// Rows as bytes of a format, and what these bytes stand for.
fn stored(values: &[f32], format: Format) -> (Vec<u8>, Vec<f32>) {
    match format {
        Format::Float => (values.iter().flat_map(|value| value.to_le_bytes()).collect(), values.to_vec()),
        Format::Half => {
            let halves: Vec<u16> = values.iter().map(|value| half::from_f32(*value)).collect();
            let meant = halves.iter().map(|half| half::to_f32(*half)).collect();
            (halves.iter().flat_map(|half| half.to_le_bytes()).collect(), meant)
        }
        Format::Block => {
            let (mut bytes, mut meant) = (Vec::new(), Vec::new());
            for (number, block) in values.chunks_exact(32).enumerate() {
                let scale = half::from_f32((1.0 + (number % 3) as f32) / 127.0);
                bytes.extend(scale.to_le_bytes());
                let whole: Vec<i8> = block.iter().map(|value| (value * 127.0) as i8).collect();
                bytes.extend(whole.iter().map(|value| *value as u8));
                meant.extend(whole.iter().map(|value| f32::from(*value) * half::to_f32(scale)));
            }
            (bytes, meant)
        }
    }
}

/// Largest error of a product against sums in double precision, over the root of a row's length.
fn error(unit: Option<Unit>, format: Format, shape: (usize, usize, usize), threads: usize) -> f64 {
    let (rows, columns, length) = shape;
    let (left_bytes, left) = stored(&noise(rows * length, 1), format);
    let (right_bytes, right) = stored(&noise(columns * length, 2), Format::Float);
    let operand = |bytes: &[u8], format: Format, rows: usize| {
        let (values, unit) = format.unit();
        Operand { data: bytes.as_ptr(), format, rows, length, step: length / values * unit }
    };
    let step = rows + 5;
    let mut out = vec![7.0_f32; columns * step];
    let (a, b) = (operand(&left_bytes, format, rows), operand(&right_bytes, Format::Float, columns));
    for index in 0..threads {
        // SAFETY: the operands and the product are as large as they say.
        unsafe {
            let product = Product { data: out.as_mut_ptr(), step };
            match unit {
                Some(unit) => blocks::multiply(unit, a, b, product, index, threads),
                None => assert!(multiply(a, b, product, index, threads), "{shape:?} was refused"),
            }
        }
    }
    let mut worst = 0.0_f64;
    for (column, values) in out.chunks_exact(step).enumerate() {
        assert!(values[rows..].iter().all(|value| *value == 7.0), "written beyond a row");
        for (row, value) in values[..rows].iter().enumerate() {
            let pairs = left[row * length..][..length].iter().zip(&right[column * length..][..length]);
            let exact: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            worst = worse(worst, (exact - f64::from(*value)).abs());
        }
    }
    worst / (length as f64).sqrt()
}

/// The larger error; one that is no number is the largest.
fn worse(error: f64, other: f64) -> f64 {
    if other.is_nan() { f64::INFINITY } else { error.max(other) }
}

#[test]
fn products_by_blocks_are_exact_sums_within_bfloat16() {
    let units = [(Unit::Dots, dots::available()), (Unit::Tiles, dots::available() && tiles::available())];
    for (unit, _) in units.into_iter().filter(|(_, available)| *available) {
        for format in [Format::Float, Format::Half, Format::Block] {
            for shape in [(32, 32, 32), (16, 16, 64), (77, 45, 96), (512, 130, 2048)] {
                for threads in [1, 3] {
                    let error = error(Some(unit), format, shape, threads);
                    assert!(error < 0.02, "{unit:?} {format:?} {shape:?}: {error}");
                }
            }
        }
        assert!(error(Some(unit), Format::Half, (100, 50, 1500), 1) < 0.02);
    }
}

#[test]
fn the_best_unit_is_used_where_there_is_one() {
    if Unit::best().is_some() {
        assert!(error(None, Format::Block, (64, 40, 64), 1) < 0.02);
    }
    assert_eq!(Unit::best().is_some(), dots::available());
}

#[test]
fn products_with_a_vector_are_exact_sums_within_rounding_to_16_bits() {
    if !vector::available() {
        return;
    }
    for format in [Format::Half, Format::Block] {
        for (rows, length, threads) in [(1, 32, 1), (5, 96, 2), (100, 512, 3), (33, 2048, 1)] {
            let error = error(None, format, (rows, 1, length), threads);
            assert!(error < 2e-4, "{format:?} {rows} x {length}: {error}");
        }
    }
}

#[test]
fn of_a_text_only_the_last_tokens_scores_are_computed_and_of_a_few_tokens_all() {
    let (vocabulary, length) = (51_864, 32);
    let (bytes, weights) = stored(&noise(vocabulary * length, 1), Format::Half);
    let left = rows(&bytes, Format::Half, vocabulary, length);
    let layer = Operand { rows: 2048, ..left };
    for (tokens, left, read) in [(8, left, 8), (9, left, 1), (9, layer, 9)] {
        let (bytes, texts) = stored(&noise(tokens * length, 2), Format::Float);
        let right = rows(&bytes, Format::Float, tokens, length);
        let mut out = vec![7.0; tokens * left.rows];
        let product = Product { data: out.as_mut_ptr(), step: left.rows };
        // SAFETY: the operands and the product are as large as they say.
        let (asked, place) = unsafe { wanted(&left, right, product) };
        let skipped = tokens - read;
        assert_eq!(asked.rows, read, "{tokens} tokens, {} rows", left.rows);
        assert_eq!(asked.data, bytes[skipped * right.step..].as_ptr());
        assert_eq!(place.data.cast_const(), out[skipped * left.rows..].as_ptr());
        // SAFETY: as above.
        if read > 1 || !unsafe { multiply(left, right, product, 0, 1) } {
            continue;
        }
        let (others, scores) = out.split_at(skipped * vocabulary);
        assert!(others.iter().all(|score| *score == 7.0), "a score that nobody reads was computed");
        let exact = |weights: &[f32]| -> f32 {
            weights.iter().zip(&texts[skipped * length..]).map(|(a, b)| a * b).sum()
        };
        for (score, weights) in scores.iter().zip(weights.chunks_exact(length)) {
            assert!((score - exact(weights)).abs() < 0.1, "{score} {}", exact(weights));
        }
    }
}

#[test]
fn what_no_kernel_takes_is_refused() {
    let bytes = vec![0_u8; 4 * 64];
    let operand = |rows, length| Operand {
        data: bytes.as_ptr(),
        format: Format::Float,
        rows,
        length,
        step: length * 4,
    };
    let mut out = [0.0_f32; 4];
    let product = Product { data: out.as_mut_ptr(), step: 1 };
    for (left, right) in [(operand(1, 32), operand(1, 32)), (operand(4, 16), operand(1, 16))] {
        // SAFETY: nothing is read: both are refused.
        assert!(!unsafe { multiply(left, right, product, 0, 1) });
    }
}

/// Rows of floats or halves that stand one after the other.
fn rows(bytes: &[u8], format: Format, rows: usize, length: usize) -> Operand {
    Operand { data: bytes.as_ptr(), format, rows, length, step: length * format.unit().1 }
}

/// What attention of `positions` by `width` is by its definition, in double precision.
fn attention(query: &[f32], key: &[f32], value: &[f32], width: usize, scale: f64) -> Vec<f64> {
    let positions = query.len() / width;
    let mut out = Vec::new();
    for query in query.chunks_exact(width) {
        let dot = |key: &[f32]| -> f64 { query.iter().zip(key).map(|(a, b)| f64::from(a * b)).sum() };
        let scores: Vec<f64> = key.chunks_exact(width).map(|key| (dot(key) * scale).exp()).collect();
        let all: f64 = scores.iter().sum();
        for row in value.chunks_exact(positions) {
            out.push(row.iter().zip(&scores).map(|(a, b)| f64::from(*a) * b).sum::<f64>() / all);
        }
    }
    out
}

#[test]
fn attention_is_what_it_is_defined_to_be_within_bfloat16() {
    let units = [(Unit::Dots, dots::available()), (Unit::Tiles, dots::available() && tiles::available())];
    for (unit, _) in units.into_iter().filter(|(_, available)| *available) {
        for (positions, width, heads, threads) in [(32, 64, 1_u32, 1), (45, 64, 3, 2), (150, 32, 2, 4)] {
            let size = positions * width;
            let numbers = |seed| (0..heads).map(move |head| noise(size, seed + head));
            let loud = |values: Vec<f32>| values.into_iter().map(|value| 5.0 * value).collect::<Vec<_>>();
            let query: Vec<_> = numbers(10).map(|values| stored(&loud(values), Format::Float)).collect();
            let key: Vec<_> = numbers(20).map(|values| stored(&values, Format::Half)).collect();
            let value: Vec<_> = numbers(30).map(|values| stored(&values, Format::Half)).collect();
            let mut out = vec![7.0_f32; heads as usize * size];
            let parts: Vec<Head> = out
                .chunks_exact_mut(size)
                .enumerate()
                .map(|(head, out)| Head {
                    query: rows(&query[head].0, Format::Float, positions, width),
                    key: rows(&key[head].0, Format::Half, positions, width),
                    value: rows(&value[head].0, Format::Half, width, positions),
                    out: out.as_mut_ptr(),
                })
                .collect();
            for index in 0..threads {
                // SAFETY: the operands and results are as large as they say.
                unsafe { attend(unit, &parts, 0.125, index, threads) };
            }
            for (head, out) in out.chunks_exact(size).enumerate() {
                let exact = attention(&query[head].1, &key[head].1, &value[head].1, width, 0.125);
                let worst = out.iter().zip(exact).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, worse);
                assert!(worst < 0.01, "{unit:?} {positions} x {width} x {heads}, head {head}: {worst}");
            }
        }
    }
}

#[test]
fn the_activation_is_what_its_formula_says() {
    if !vector::available() {
        return;
    }
    let inputs: Vec<f32> = (-4000..4003).map(|step| step as f32 / 400.0).chain([-1e4, 1e4]).collect();
    let mut values = inputs.clone();
    // SAFETY: the processor was asked.
    unsafe { gelu::gelu(&mut values) };
    for (x, value) in inputs.iter().zip(values) {
        let x = f64::from(*x);
        let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
        let exact = 0.5 * x * (1.0 + inner.tanh());
        assert!((f64::from(value) - exact).abs() < 1e-5 * x.abs().max(1.0), "{x}: {value} {exact}");
    }
}
