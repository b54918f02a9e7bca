//! The cut-out around one person: its width, then its centre.

use crate::context::CancelToken;
use crate::outcome::{CropKeyframe, ShotMode};
use crate::spec::CameraSpec;
use crate::vision::geometry::{BOX_HEADROOM, HEADROOM, Stage, box_width};
use crate::vision::{FacePoint, ShotPlan};

use super::axis::{Axis, Limits, follow as follow_axis, standing};
use super::keyframes::{Path, keyframes};
use super::signal::{Grid, Look, Signal, median};

/// Weight of a place that was filled in between two looks.
const FILLED: f64 = 0.25;
/// A look this far from those around it is an outlier, in widths of the cut-out.
const STRAY: f64 = 0.08;
/// The same for the width of a box: a factor of e to this.
const STRAY_WIDTH: f64 = 0.3;
/// By how much the wanted width of a box may change before the box does, as a logarithm.
const DEAD_WIDTH: f64 = 0.1;
/// Highest speed of a change of width: a factor of e to this, a second.
const ZOOM_SPEED: f64 = 0.35;
/// Highest acceleration of a change of width.
const ZOOM_ACCELERATION: f64 = 0.5;
/// By how much the bound is tightened for noise that is left, in widths of the cut-out.
const MARGIN: f64 = 0.025;
/// Least bound, in widths of the cut-out, for faces as large as that.
const LEAST_BOUND: f64 = 0.05;

/// Keyframes of the cut-out that follows a person through a shot; `None` where there is no point.
pub(super) fn follow(
    shot: &ShotPlan,
    points: &[FacePoint],
    camera: &CameraSpec,
    stage: &Stage,
    cancel: &CancelToken,
) -> Option<Vec<CropKeyframe>> {
    let grid = Grid::over(shot.start, shot.end);
    let framed = Framed::new(grid, shot.mode, points, stage, cancel)?;
    let width = framed.width()?;
    let widths: Vec<f64> = width.places.iter().map(|ln| ln.exp()).collect();
    let [x, y] = [Side::Across, Side::Down].map(|side| framed.centre(side, &widths, camera));
    let (x, y) = (x?, y?);
    let rests: Vec<_> =
        [&width, &x, &y].iter().flat_map(|axis| &axis.rests).flat_map(|rest| [rest.from, rest.to]).collect();
    let path: Path = [x.places, y.places, widths];
    Some(keyframes(grid, &path, &rests))
}

/// An axis of the picture.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Across,
    Down,
}

/// A person and the cut-out's shape.
struct Framed<'a> {
    grid: Grid,
    points: &'a [FacePoint],
    stage: &'a Stage,
    cancel: &'a CancelToken,
    aspect: f64,
    mode: ShotMode,
    /// Width and height of the face over the grid.
    face: [Vec<f64>; 2],
}

impl<'a> Framed<'a> {
    fn new(
        grid: Grid,
        mode: ShotMode,
        points: &'a [FacePoint],
        stage: &'a Stage,
        cancel: &'a CancelToken,
    ) -> Option<Self> {
        let size = |of: fn(&FacePoint) -> f64| {
            let typical = median(points.iter().map(of).collect());
            Some(Signal::new(grid, &looks(points, of), 0.5 * typical)?.smooth)
        };
        let face = [size(|point| point.face.width)?, size(|point| point.face.height)?];
        Some(Self { grid, points, stage, cancel, aspect: stage.aspect(mode), mode, face })
    }

    /// The logarithm of the cut-out's width over the grid.
    fn width(&self) -> Option<Axis> {
        let dual = self.mode == ShotMode::Dual;
        let (least, largest) = self.stage.box_widths(self.aspect);
        let room = (if dual { least } else { largest }.ln(), largest.ln());
        let wish = |point: &FacePoint| box_width(point.face, self.aspect).ln().clamp(room.0, room.1);
        let signal = Signal::new(self.grid, &looks(self.points, wish), STRAY_WIDTH)?;
        let limits = Limits {
            dead: DEAD_WIDTH,
            width: 1.0,
            speed: ZOOM_SPEED,
            acceleration: ZOOM_ACCELERATION,
            bound: vec![f64::INFINITY; self.grid.count],
            room: vec![room; self.grid.count],
            cancel: self.cancel,
        };
        Some(follow_axis(self.grid, &signal, &limits))
    }

    /// The cut-out's centre along a side, over the grid.
    fn centre(&self, side: Side, widths: &[f64], camera: &CameraSpec) -> Option<Axis> {
        let typical = median(widths.to_vec());
        let limits = Limits {
            dead: camera.dead_zone * typical,
            width: typical,
            speed: camera.max_speed * typical,
            acceleration: camera.max_acceleration * typical,
            bound: self.bound(side, widths, camera),
            room: widths.iter().map(|width| self.room(side, *width)).collect(),
            cancel: self.cancel,
        };
        let aim = |point: &FacePoint| self.aim(side, point, widths[self.grid.nearest(point.time)], camera);
        let signal = Signal::new(self.grid, &looks(self.points, aim), STRAY * typical)?;
        if limits.room.iter().all(|(low, high)| high - low < 1e-6) {
            return Some(standing(self.grid, limits.room[0].0));
        }
        Some(follow_axis(self.grid, &signal, &limits))
    }

    /// Least and largest centre of a cut-out of this width.
    fn room(&self, side: Side, width: f64) -> (f64, f64) {
        let (inner, outer) = match side {
            Side::Across => (width, self.stage.width),
            Side::Down => (width / self.aspect, self.stage.height),
        };
        let low = (inner / 2.0).min(outer / 2.0);
        (low, outer - low)
    }

    /// Where the cut-out's centre is wanted for a face.
    fn aim(&self, side: Side, point: &FacePoint, width: f64, camera: &CameraSpec) -> f64 {
        let (x, y) = point.face.centre();
        match side {
            Side::Across => x,
            Side::Down => y + self.lift(camera) * width / self.aspect,
        }
    }

    /// How far the face stands above the cut-out's middle, as a fraction of its height.
    fn lift(&self, camera: &CameraSpec) -> f64 {
        let headroom = if self.mode == ShotMode::Dual { BOX_HEADROOM } else { HEADROOM };
        (0.5 - headroom).min(camera.safe_area / 4.0)
    }

    /// How far the centre may be off what is wanted: the face's centre within the safe area, and
    /// the whole face within the cut-out.
    fn bound(&self, side: Side, widths: &[f64], camera: &CameraSpec) -> Vec<f64> {
        let bound = |(index, width): (usize, &f64)| {
            let (length, face, lift) = match side {
                Side::Across => (*width, self.face[0][index], 0.0),
                Side::Down => {
                    let height = width / self.aspect;
                    (height, self.face[1][index], self.lift(camera) * height)
                }
            };
            let room = (camera.safe_area * length).min(length - face) / 2.0 - lift;
            (room - MARGIN * width).max(LEAST_BOUND * width)
        };
        widths.iter().enumerate().map(bound).collect()
    }
}

fn looks(points: &[FacePoint], value: impl Fn(&FacePoint) -> f64) -> Vec<Look> {
    let weight = |point: &FacePoint| if point.confidence > 0.0 { 1.0 } else { FILLED };
    points.iter().map(|point| Look { time: point.time, value: value(point), weight: weight(point) }).collect()
}
