//! What a face looks like: enough to know a person again.

use crate::picture::Rect;
use crate::vision::frame::{Frame, Plane};

/// Samples of the face's shape in a row and in a column.
const GRID: usize = 10;
/// Cells in a row and in a column whose colour is kept.
const CELLS: usize = 3;
/// A difference of colour that halves the likeness, in levels.
const COLOUR: f32 = 9.0;
/// How much the shape weighs beside the colours.
const SHAPE: f32 = 0.6;

/// A face's shape (luma, of mean 0 and length 1) and colours (chroma, from the middle).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Appearance {
    shape: [f32; GRID * GRID],
    colours: [f32; CELLS * CELLS * 2],
    /// How many faces it is the mean of, weighed by confidence.
    weight: f32,
}

impl Appearance {
    /// That of a face in a picture.
    pub(crate) fn new(frame: &Frame, face: Rect, confidence: f64) -> Self {
        let mut shape = [0.0; GRID * GRID];
        let luma = frame.luma();
        for (index, value) in shape.iter_mut().enumerate() {
            *value = cell(luma, face, (index % GRID, index / GRID), GRID, 1.0, 1.0);
        }
        normalise(&mut shape);
        let mut colours = [0.0; CELLS * CELLS * 2];
        for (half, plane) in colours.chunks_exact_mut(CELLS * CELLS).zip(frame.chroma()) {
            let across = plane.width as f64 / luma.width as f64;
            let down = plane.height as f64 / luma.height as f64;
            for (index, value) in half.iter_mut().enumerate() {
                *value = cell(plane, face, (index % CELLS, index / CELLS), CELLS, across, down) - 128.0;
            }
        }
        Self { shape, colours, weight: confidence as f32 }
    }

    /// Takes in another look at the same person.
    pub(crate) fn merge(&mut self, other: &Self) {
        let part = other.weight / (self.weight + other.weight).max(f32::MIN_POSITIVE);
        let mix = |own: &mut [f32], new: &[f32]| {
            for (a, b) in own.iter_mut().zip(new) {
                *a += (b - *a) * part;
            }
        };
        mix(&mut self.shape, &other.shape);
        mix(&mut self.colours, &other.colours);
        self.weight += other.weight;
    }

    /// How alike two faces are, at most 1.
    pub(crate) fn likeness(&self, other: &Self) -> f64 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let length = (dot(&self.shape, &self.shape) * dot(&other.shape, &other.shape)).sqrt();
        let shape = if length > 0.0 { dot(&self.shape, &other.shape) / length } else { 0.0 };
        let squares = self.colours.iter().zip(&other.colours).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let distance = (squares / self.colours.len() as f32).sqrt();
        let colours = 0.5_f32.powf(distance / COLOUR);
        f64::from(SHAPE * shape + (1.0 - SHAPE) * colours)
    }
}

/// Mean of a cell's corners and middle: a cell of `count` × `count` over the middle of the face.
fn cell(plane: &Plane, face: Rect, at: (usize, usize), count: usize, across: f64, down: f64) -> f32 {
    // The outer tenth is hair and background.
    let place = |index: usize, part: f64| 0.1 + 0.8 * (index as f64 + part) / count as f64;
    let parts = [(0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0.75, 0.75)];
    let sum: f32 = parts
        .iter()
        .map(|(x, y)| {
            let x = face.x + face.width * place(at.0, *x);
            let y = face.y + face.height * place(at.1, *y);
            plane.at(x * across, y * down)
        })
        .sum();
    sum / parts.len() as f32
}

fn normalise(values: &mut [f32]) {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    for value in &mut *values {
        *value -= mean;
    }
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 1.0 {
        for value in values {
            *value /= length;
        }
    } else {
        values.fill(0.0);
    }
}
