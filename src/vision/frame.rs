//! A picture that is kept for a while, and the buffers that it comes back to.

use std::sync::Arc;

use crate::picture::{PictureView, PlaneView};
use crate::sys::Mutex;

/// A plane of 8-bit samples without padding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plane {
    /// Row by row.
    pub data: Vec<u8>,
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Plane {
    /// The plane as a view.
    pub(crate) fn view(&self) -> PlaneView<'_> {
        PlaneView { data: &self.data, stride: self.width, width: self.width, height: self.height }
    }

    /// The value at a place, between samples in proportion; beyond the edge that of the edge.
    /// Centres of samples lie at halves.
    pub(crate) fn at(&self, x: f64, y: f64) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f64);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f64);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (across, down) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let sample = |x: usize, y: usize| f32::from(self.data[y * self.width + x]);
        let upper = sample(left, top) + (sample(right, top) - sample(left, top)) * across;
        let lower = sample(left, bottom) + (sample(right, bottom) - sample(left, bottom)) * across;
        upper + (lower - upper) * down
    }

    fn copy(&mut self, view: PlaneView<'_>) {
        (self.width, self.height) = (view.width, view.height);
        self.data.clear();
        for row in 0..view.height {
            self.data.extend_from_slice(view.row(row));
        }
    }
}

type Planes = [Plane; 3];

/// A kept picture. Its buffers go back to the pool when the last holder lets go.
pub(crate) struct Frame {
    /// When it is shown, in seconds of the source.
    pub time: f64,
    planes: Planes,
    pool: Arc<Pool>,
}

impl Frame {
    /// The luma.
    pub(crate) fn luma(&self) -> &Plane {
        &self.planes[0]
    }

    /// The chroma planes.
    pub(crate) fn chroma(&self) -> [&Plane; 2] {
        [&self.planes[1], &self.planes[2]]
    }

    /// The picture as a view.
    pub(crate) fn view(&self) -> PictureView<'_> {
        PictureView { planes: [0, 1, 2].map(|plane| self.planes[plane].view()), time: self.time }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.pool.free.lock().push(std::mem::take(&mut self.planes));
    }
}

/// Buffers that are free, so that a long video takes no more than a short one.
#[derive(Default)]
pub(crate) struct Pool {
    free: Mutex<Vec<Planes>>,
}

impl Pool {
    /// A copy of the picture.
    pub(crate) fn keep(self: &Arc<Self>, picture: &PictureView<'_>) -> Arc<Frame> {
        let mut planes = self.free.lock().pop().unwrap_or_default();
        for (plane, view) in planes.iter_mut().zip(picture.planes) {
            plane.copy(view);
        }
        Arc::new(Frame { time: picture.time, planes, pool: Arc::clone(self) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_samples_are_in_proportion() {
        let plane = Plane { data: vec![0, 100, 50, 150], width: 2, height: 2 };
        assert_eq!(plane.at(0.5, 0.5), 0.0);
        assert_eq!(plane.at(1.0, 0.5), 50.0);
        assert_eq!(plane.at(1.0, 1.0), 75.0);
        assert_eq!(plane.at(-9.0, 9.0), 50.0, "beyond the edge stands the edge");
    }

    #[test]
    fn buffers_come_back() {
        let plane = Plane { data: vec![1; 4], width: 2, height: 2 };
        let picture = PictureView { planes: [plane.view(); 3], time: 1.0 };
        let pool = Arc::new(Pool::default());
        for _ in 0..3 {
            drop(pool.keep(&picture));
        }
        assert_eq!(pool.free.lock().len(), 1);
    }
}
