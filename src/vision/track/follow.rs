//! A face followed from picture to picture by what it looks like.

use crate::picture::Rect;
use crate::vision::frame::Plane;

/// Samples of a face's template in a row and in a column.
const GRID: usize = 20;
/// How far a face is looked for in the next picture, in samples to each side: three fifths of a
/// face and more, around where its speed puts it.
const REACH: usize = 12;
/// Side of the searched patch.
const PATCH: usize = GRID + 2 * REACH;
/// How much of a template is new after each picture: a face turns and changes.
const RENEWAL: f32 = 0.12;
/// Least correlation at which the new place is believed.
const LEAST: f32 = 0.45;

/// Where a face is in one picture, and how well it was recognised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// The face, in the picture's pixels.
    pub face: Rect,
    /// Correlation with the template, −1 to 1.
    pub likeness: f32,
}

/// Follows one face through pictures that follow each other, forwards or backwards.
pub(crate) struct Follower {
    template: Vec<f32>,
    face: Rect,
    speed: (f64, f64),
}

impl Follower {
    /// Takes the template from a picture.
    pub(crate) fn new(picture: &Plane, face: Rect) -> Self {
        let patch = patch(picture, face, 0, GRID);
        Self { template: normal(&patch), face, speed: (0.0, 0.0) }
    }

    /// Finds the face in the next picture. Where it is not recognised it stays where its speed puts
    /// it.
    pub(crate) fn next(&mut self, picture: &Plane) -> Place {
        let (x, y) = self.face.centre();
        let guess = Rect::around(x + self.speed.0, y + self.speed.1, self.face.width, self.face.height);
        let patch = patch(picture, guess, REACH, PATCH);
        let (right, down, likeness) = self.search(&patch);
        if likeness < LEAST {
            self.face = guess;
            return Place { face: guess, likeness };
        }
        let (step_x, step_y) = step(self.face);
        let face = Rect { x: guess.x + right * step_x, y: guess.y + down * step_y, ..guess };
        let moved = (face.x - self.face.x, face.y - self.face.y);
        self.speed = (0.5 * (self.speed.0 + moved.0), 0.5 * (self.speed.1 + moved.1));
        self.face = face;
        self.renew(picture);
        Place { face, likeness }
    }

    /// The best shift in samples, to a fraction, and its correlation: every second sample first.
    fn search(&self, patch: &[f32]) -> (f64, f64, f32) {
        let mut best = (REACH, REACH, f32::MIN);
        for row in (0..=2 * REACH).step_by(2) {
            for column in (0..=2 * REACH).step_by(2) {
                let likeness = self.likeness(patch, column, row, 2);
                if likeness > best.2 {
                    best = (column, row, likeness);
                }
            }
        }
        let mut fine = (best.0, best.1, self.likeness(patch, best.0, best.1, 1));
        for row in best.1.saturating_sub(1)..=(best.1 + 1).min(2 * REACH) {
            for column in best.0.saturating_sub(1)..=(best.0 + 1).min(2 * REACH) {
                let likeness = self.likeness(patch, column, row, 1);
                if likeness > fine.2 {
                    fine = (column, row, likeness);
                }
            }
        }
        let (column, row, likeness) = fine;
        let at = |column: usize, row: usize| self.likeness(patch, column, row, 1);
        let inside = |index: usize| index > 0 && index < 2 * REACH;
        let right =
            if inside(column) { vertex(at(column - 1, row), likeness, at(column + 1, row)) } else { 0.0 };
        let down = if inside(row) { vertex(at(column, row - 1), likeness, at(column, row + 1)) } else { 0.0 };
        (column as f64 - REACH as f64 + right, row as f64 - REACH as f64 + down, likeness)
    }

    /// Normalised cross-correlation of the template with the patch at a shift, over every `step`th
    /// sample each way.
    fn likeness(&self, patch: &[f32], column: usize, row: usize, step: usize) -> f32 {
        let (mut sum, mut squares, mut product, mut own, mut own_sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut count = 0.0;
        for y in (0..GRID).step_by(step) {
            let line = &patch[(row + y) * PATCH + column..][..GRID];
            let template = &self.template[y * GRID..][..GRID];
            for (value, wanted) in line.iter().zip(template).step_by(step) {
                sum += value;
                squares += value * value;
                product += value * wanted;
                own += wanted * wanted;
                own_sum += wanted;
                count += 1.0;
            }
        }
        let spread = (squares - sum * sum / count) * (own - own_sum * own_sum / count);
        if spread > 1e-3 { (product - sum * own_sum / count) / spread.sqrt() } else { 0.0 }
    }

    fn renew(&mut self, picture: &Plane) {
        let fresh = normal(&patch(picture, self.face, 0, GRID));
        for (old, new) in self.template.iter_mut().zip(fresh) {
            *old += (new - *old) * RENEWAL;
        }
    }
}

/// Pixels from one sample to the next.
fn step(face: Rect) -> (f64, f64) {
    (face.width / GRID as f64, face.height / GRID as f64)
}

/// The vertex of the parabola through three values at −1, 0 and 1, the middle one the highest.
fn vertex(before: f32, peak: f32, after: f32) -> f64 {
    let bend = before - 2.0 * peak + after;
    if bend < -1e-6 { f64::from(0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Samples of the face and `margin` samples around it, `side` in a row and in a column.
fn patch(picture: &Plane, face: Rect, margin: usize, side: usize) -> Vec<f32> {
    let (step_x, step_y) = step(face);
    let at = |index: usize| index as f64 + 0.5 - margin as f64;
    let mut samples = Vec::with_capacity(side * side);
    for row in 0..side {
        let y = face.y + at(row) * step_y;
        samples.extend((0..side).map(|column| picture.at(face.x + at(column) * step_x, y)));
    }
    samples
}

/// The samples with mean 0 and variance 1.
fn normal(samples: &[f32]) -> Vec<f32> {
    let count = samples.len() as f32;
    let mean = samples.iter().sum::<f32>() / count;
    let variance = samples.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    let scale = 1.0 / variance.max(1.0).sqrt();
    samples.iter().map(|value| (value - mean) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textured square of 30 × 40 at a place, upon a gradient.
    fn picture(x: f64, y: f64) -> Plane {
        let (width, height) = (200, 120);
        let value = |column: usize, row: usize| {
            let (right, down) = (column as f64 - x, row as f64 - y);
            if (0.0..30.0).contains(&right) && (0.0..40.0).contains(&down) {
                130.0
                    + 60.0 * (right * 0.5).sin() * (down * 0.35).cos()
                    + 20.0 * (right * 0.21 + down * 0.4).sin()
            } else {
                60.0 + column as f64 * 0.2 + 15.0 * (row as f64 * 0.3).sin()
            }
        };
        let data = (0..height).flat_map(|row| (0..width).map(move |column| value(column, row) as u8));
        Plane { data: data.collect(), width, height }
    }

    fn at(x: f64, y: f64) -> Rect {
        Rect { x, y, width: 30.0, height: 40.0 }
    }

    #[test]
    fn a_face_is_followed_to_a_part_of_a_pixel() {
        let mut follower = Follower::new(&picture(20.0, 30.0), at(20.0, 30.0));
        for step in 1..30 {
            let (x, y) = (20.0 + 3.7 * f64::from(step), 30.0 + 0.6 * f64::from(step));
            let place = follower.next(&picture(x, y));
            assert!(place.likeness > 0.8, "{step}: {}", place.likeness);
            let off = (place.face.x - x).hypot(place.face.y - y);
            assert!(off < 1.2, "{step}: off by {off}");
        }
    }

    #[test]
    fn a_lost_face_goes_on_as_it_went_and_says_so() {
        let mut follower = Follower::new(&picture(20.0, 30.0), at(20.0, 30.0));
        for step in 1..6 {
            follower.next(&picture(20.0 + 4.0 * f64::from(step), 30.0));
        }
        let empty = Plane { data: vec![90; 200 * 120], width: 200, height: 120 };
        let place = follower.next(&empty);
        assert!(place.likeness < LEAST);
        assert!((place.face.x - 44.0).abs() < 1.5, "{}", place.face.x);
    }
}
