//! From the network's answer to faces: peaks of the heat map, one for each face.

use crate::error::{Error, Result};
use crate::picture::Rect;
use crate::vision::Landmarks;

/// Pixels of the input for each cell of the answer.
const STRIDE: f64 = 4.0;
/// Of two faces that overlap more than this (common area over both), the surer one stays.
const MAX_OVERLAP: f64 = 0.3;

/// A face that a look found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Detection {
    /// The face.
    pub face: Rect,
    /// Points of the face.
    pub landmarks: Landmarks,
    /// How sure the network is, 0 to 1.
    pub confidence: f64,
}

/// The network's answer (Xu et al., "CenterFace", 2019): planes of `width` × `height` cells.
pub(super) struct Answer<'a> {
    /// Cells in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How likely a face has its centre in the cell.
    pub heat: &'a [f32],
    /// Logarithms of height and width, in cells.
    pub sizes: &'a [f32],
    /// Where in the cell the centre is: y, x.
    pub offsets: &'a [f32],
    /// Five points: y, x each, from the face's upper left corner, in parts of its size.
    pub landmarks: &'a [f32],
}

impl Answer<'_> {
    /// Whether all planes are there.
    pub(super) fn check(&self) -> Result<()> {
        let cells = self.width * self.height;
        let planes = [(self.heat, 1), (self.sizes, 2), (self.offsets, 2), (self.landmarks, 10)];
        if planes.iter().all(|(values, count)| values.len() == cells * count) {
            return Ok(());
        }
        Err(Error::internal("the face model's answer has another size than its input asks for"))
    }

    /// The faces of at least this confidence, in pixels of the input, the surest first.
    pub(super) fn faces(&self, least: f64) -> Vec<Detection> {
        let mut found: Vec<_> = (0..self.width * self.height)
            .filter(|cell| self.is_peak(*cell, least))
            .map(|c| self.face(c))
            .collect();
        found.retain(|detection| detection.face.width > 0.0 && detection.face.width.is_finite());
        found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        keep_apart(found)
    }

    fn is_peak(&self, cell: usize, least: f64) -> bool {
        let heat = self.heat[cell];
        if heat.is_nan() || f64::from(heat) < least {
            return false;
        }
        let (row, column) = (cell / self.width, cell % self.width);
        let rows = row.saturating_sub(1)..(row + 2).min(self.height);
        let columns = column.saturating_sub(1)..(column + 2).min(self.width);
        rows.flat_map(|y| columns.clone().map(move |x| (y, x)))
            .all(|(y, x)| self.heat[y * self.width + x] <= heat)
    }

    fn face(&self, cell: usize) -> Detection {
        let cells = self.width * self.height;
        let at = |planes: &[f32], plane: usize| f64::from(planes[plane * cells + cell]);
        let (row, column) = ((cell / self.width) as f64, (cell % self.width) as f64);
        let y = (row + at(self.offsets, 0) + 0.5) * STRIDE;
        let x = (column + at(self.offsets, 1) + 0.5) * STRIDE;
        let face = Rect::around(x, y, at(self.sizes, 1).exp() * STRIDE, at(self.sizes, 0).exp() * STRIDE);
        let landmarks = [0, 1, 2, 3, 4].map(|point| {
            let (down, right) = (at(self.landmarks, 2 * point), at(self.landmarks, 2 * point + 1));
            (face.x + right * face.width, face.y + down * face.height)
        });
        Detection { face, landmarks, confidence: at(self.heat, 0).min(1.0) }
    }
}

/// Drops every face that overlaps a surer one; `found` begins with the surest.
pub(super) fn keep_apart(found: Vec<Detection>) -> Vec<Detection> {
    let mut kept: Vec<Detection> = Vec::with_capacity(found.len());
    for detection in found {
        if kept.iter().all(|other| other.face.overlap(detection.face) <= MAX_OVERLAP) {
            kept.push(detection);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer of 8 × 6 cells whose faces are 8 pixels wide and 12 high.
    struct Planes {
        heat: Vec<f32>,
        sizes: Vec<f32>,
        offsets: Vec<f32>,
        landmarks: Vec<f32>,
    }

    impl Planes {
        fn new(heat: &[(usize, f32)]) -> Self {
            let mut planes = Self {
                heat: vec![0.0; 48],
                sizes: [vec![3.0_f32.ln(); 48], vec![2.0_f32.ln(); 48]].concat(),
                offsets: [vec![0.25; 48], vec![-0.25; 48]].concat(),
                landmarks: (0..10).flat_map(|plane| vec![plane as f32 / 10.0; 48]).collect(),
            };
            for (cell, value) in heat {
                planes.heat[*cell] = *value;
            }
            planes
        }

        fn answer(&self) -> Answer<'_> {
            Answer {
                width: 8,
                height: 6,
                heat: &self.heat,
                sizes: &self.sizes,
                offsets: &self.offsets,
                landmarks: &self.landmarks,
            }
        }
    }

    #[test]
    fn a_peak_becomes_a_face_where_the_offsets_put_it() {
        let planes = Planes::new(&[(2 * 8 + 3, 0.9), (2 * 8 + 4, 0.8)]);
        let faces = planes.answer().faces(0.5);
        assert_eq!(faces.len(), 1, "the neighbour is no peak");
        let close = |a: f64, b: f64| (a - b).abs() < 1e-4;
        let (x, y) = faces[0].face.centre();
        assert!(close(x, 3.25 * 4.0) && close(y, 2.75 * 4.0), "{x} {y}");
        assert!(close(faces[0].face.width, 8.0) && close(faces[0].face.height, 12.0));
        // Planes hold y before x: the first point is at 0 of the height and 0.1 of the width.
        let (eye_x, eye_y) = faces[0].landmarks[0];
        assert!(close(eye_x, faces[0].face.x + 0.8) && close(eye_y, faces[0].face.y));
        assert!(close(faces[0].confidence, 0.9));
    }

    #[test]
    fn of_two_faces_upon_each_other_the_surer_one_stays() {
        let mut near = Planes::new(&[(2 * 8 + 2, 0.7), (2 * 8 + 4, 0.2), (2 * 8 + 7, 0.8), (4 * 8 + 2, 0.9)]);
        near.sizes[..48].fill(6.0_f32.ln());
        let faces = near.answer().faces(0.1);
        let confidences: Vec<_> = faces.iter().map(|face| (face.confidence * 10.0).round()).collect();
        // (2, 2) lies a third of its height below (4, 2) and goes; (2, 4) lies beside it and stays.
        assert_eq!(confidences, [9.0, 8.0, 2.0]);
    }

    #[test]
    fn weak_peaks_and_broken_numbers_are_no_faces() {
        let mut planes = Planes::new(&[(10, 0.4), (30, f32::NAN), (44, 0.9)]);
        planes.sizes[48 + 44] = f32::INFINITY;
        assert_eq!(planes.answer().faces(0.5), []);
    }

    #[test]
    fn an_answer_of_another_size_is_refused() {
        let planes = Planes::new(&[]);
        assert!(planes.answer().check().is_ok());
        assert!(Answer { width: 9, ..planes.answer() }.check().is_err());
    }
}
