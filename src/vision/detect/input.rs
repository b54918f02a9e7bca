//! A part of a picture as the network's input: scaled and turned into red, green and blue.

use super::net::InputSize;
use crate::picture::{PictureView, PlaneView};

/// Which part of a picture a look sees, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    /// Left edge in the picture, in its pixels; may lie outside.
    pub x: f64,
    /// Upper edge in the picture.
    pub y: f64,
    /// Pixels of the input for each pixel of the picture.
    pub scale: f64,
}

impl Window {
    /// The whole picture, as large as the input holds; what is left over stays black.
    pub(super) fn whole(picture: &PictureView<'_>, size: InputSize) -> Self {
        let [luma, ..] = picture.planes;
        let scale = (size.width as f64 / luma.width as f64).min(size.height as f64 / luma.height as f64);
        Self { x: 0.0, y: 0.0, scale }
    }

    /// A place of the input in the picture.
    pub(super) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x + x / self.scale, self.y + y / self.scale)
    }
}

/// Where one sample of the input lies between two samples of a plane.
#[derive(Debug, Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    weight: f32,
}

/// The taps of one axis: `None` where the input lies outside of the plane. `ratio` is samples of
/// the plane for each pixel of the picture; centres of samples lie at halves.
fn taps(count: usize, origin: f64, scale: f64, ratio: f64, length: usize) -> Vec<Option<Tap>> {
    let tap = |index: usize| {
        let at = (origin + (index as f64 + 0.5) / scale) * ratio;
        if at < 0.0 || at >= length as f64 {
            return None;
        }
        let low = (at - 0.5).max(0.0);
        let first = (low as usize).min(length - 1);
        Some(Tap { first, second: (first + 1).min(length - 1), weight: (low - first as f64) as f32 })
    };
    (0..count).map(tap).collect()
}

struct Plane<'a> {
    view: PlaneView<'a>,
    columns: Vec<Option<Tap>>,
    rows: Vec<Option<Tap>>,
}

impl<'a> Plane<'a> {
    fn new(view: PlaneView<'a>, ratio: f64, window: Window, size: InputSize) -> Self {
        let columns = taps(size.width, window.x, window.scale, ratio, view.width);
        let rows = taps(size.height, window.y, window.scale, ratio, view.height);
        Self { view, columns, rows }
    }

    /// One row of the input, or nothing where it lies outside.
    fn row(&self, row: usize, out: &mut [f32]) -> bool {
        let Some(tap) = self.rows[row] else { return false };
        let (upper, lower) = (self.view.row(tap.first), self.view.row(tap.second));
        for (value, column) in out.iter_mut().zip(&self.columns) {
            let Some(across) = column else { continue };
            let mix = |line: &[u8]| {
                let (a, b) = (f32::from(line[across.first]), f32::from(line[across.second]));
                a + (b - a) * across.weight
            };
            let above = mix(upper);
            *value = above + (mix(lower) - above) * tap.weight;
        }
        true
    }
}

/// Writes the window as planes of red, green and blue, 0 to 255 (BT.709, limited range); black
/// where it reaches beyond the picture.
pub(super) fn fill(picture: &PictureView<'_>, window: Window, size: InputSize, out: &mut [f32]) {
    let [luma, u, v] = picture.planes;
    let half = |view: PlaneView<'_>| view.width as f64 / luma.width as f64;
    let planes = [
        Plane::new(luma, 1.0, window, size),
        Plane::new(u, half(u), window, size),
        Plane::new(v, half(v), window, size),
    ];
    let mut lines = [vec![16.0; size.width], vec![128.0; size.width], vec![128.0; size.width]];
    let (red, rest) = out.split_at_mut(size.width * size.height);
    let (green, blue) = rest.split_at_mut(size.width * size.height);
    for row in 0..size.height {
        let at = row * size.width..(row + 1) * size.width;
        let seen = planes.iter().zip(&mut lines).all(|(plane, line)| plane.row(row, line));
        if seen {
            convert(&lines, &mut red[at.clone()], &mut green[at.clone()], &mut blue[at]);
        } else {
            for plane in [&mut *red, &mut *green, &mut *blue] {
                plane[at.clone()].fill(0.0);
            }
        }
    }
}

fn convert(lines: &[Vec<f32>; 3], red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    for (index, luma) in lines[0].iter().enumerate() {
        let light = (luma - 16.0) * 1.164_384;
        let (u, v) = (lines[1][index] - 128.0, lines[2][index] - 128.0);
        red[index] = (light + 1.792_741 * v).clamp(0.0, 255.0);
        green[index] = (light - 0.213_249 * u - 0.532_909 * v).clamp(0.0, 255.0);
        blue[index] = (light + 2.112_402 * u).clamp(0.0, 255.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: InputSize = InputSize { width: 32, height: 32 };

    fn filled(luma: u8, u: u8, v: u8, window: Window) -> Vec<f32> {
        let (full, blue, red) = (vec![luma; 64 * 32], vec![u; 32 * 16], vec![v; 32 * 16]);
        let plane = |data, width, height| PlaneView { data, stride: width, width, height };
        let planes = [plane(&full[..], 64, 32), plane(&blue[..], 32, 16), plane(&red[..], 32, 16)];
        let mut out = vec![9.0; 3 * 32 * 32];
        fill(&PictureView { planes, time: 0.0 }, window, SIZE, &mut out);
        out
    }

    #[test]
    fn red_comes_first_and_white_is_white() {
        let window = Window { x: 0.0, y: 0.0, scale: 1.0 };
        let white = filled(235, 128, 128, window);
        assert!(white.iter().all(|value| (value - 255.0).abs() < 0.5));
        // BT.709 red in limited range.
        let red = filled(63, 102, 240, window);
        assert!(red[0] > 250.0 && red[1024] < 5.0 && red[2048] < 5.0, "{:?}", [red[0], red[1024], red[2048]]);
    }

    #[test]
    fn what_lies_below_the_picture_is_black() {
        let window = Window { x: 0.0, y: 0.0, scale: 0.5 };
        let seen = filled(235, 128, 128, window);
        assert!(seen[15 * 32] > 250.0 && seen[16 * 32] == 0.0);
        assert_eq!(window.place(16.0, 8.0), (32.0, 16.0));
    }
}
