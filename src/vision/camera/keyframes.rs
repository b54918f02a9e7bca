//! A path as few keyframes: the ends of its rests, and between them as many as the curve through
//! them needs to stay with it.

use crate::outcome::CropKeyframe;
use crate::vision::curve;

use super::signal::Grid;

/// Farthest that the curve may be off the path, as a fraction of the cut-out's width.
const OFF: f64 = 0.002;

/// A path on a grid: centre x, centre y and width.
pub(super) type Path = [Vec<f64>; 3];

/// Keyframes of a path; `rests` are samples at which a rest begins or ends.
pub(super) fn keyframes(grid: Grid, path: &Path, rests: &[usize]) -> Vec<CropKeyframe> {
    let last = grid.count - 1;
    if path.iter().all(|channel| channel.iter().all(|value| *value == channel[0])) {
        return vec![keyframe(grid, path, 0)];
    }
    let mut chosen: Vec<usize> = [0, last].into_iter().chain(rests.iter().copied()).collect();
    loop {
        chosen.sort_unstable();
        chosen.dedup();
        let curve: Vec<_> = chosen.iter().map(|&index| keyframe(grid, path, index)).collect();
        let worst: Vec<_> = chosen.windows(2).filter_map(|pair| worst(grid, path, &curve, pair)).collect();
        if worst.is_empty() {
            return curve;
        }
        chosen.extend(worst);
    }
}

/// The sample between two chosen ones that the curve misses by most, if by too much.
fn worst(grid: Grid, path: &Path, curve: &[CropKeyframe], pair: &[usize]) -> Option<usize> {
    let miss = |index: usize| {
        let got = curve::at(curve, grid.time(index));
        let off = got.iter().zip(path).map(|(got, channel)| (got - channel[index]).abs());
        off.fold(0.0, f64::max) / path[2][index]
    };
    let all = (pair[0] + 1..pair[1]).map(|index| (miss(index), index));
    all.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(off, _)| *off > OFF).map(|(_, index)| index)
}

/// A keyframe at a sample, rounded as a framing report has it.
fn keyframe(grid: Grid, path: &Path, index: usize) -> CropKeyframe {
    let [x, y, width] = [0, 1, 2].map(|channel: usize| (path[channel][index] * 100.0).round() / 100.0);
    CropKeyframe { time: (grid.time(index) * 1000.0).round() / 1000.0, x, y, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(x: impl Fn(f64) -> f64) -> (Grid, Path) {
        let grid = Grid::over(0.0, 10.0);
        let x = (0..grid.count).map(|index| x(grid.time(index))).collect();
        (grid, [x, vec![540.0; grid.count], vec![600.0; grid.count]])
    }

    #[test]
    fn a_rest_is_one_keyframe_and_a_line_two() {
        let (grid, rest) = path(|_| 700.0);
        assert_eq!(keyframes(grid, &rest, &[]).len(), 1);
        let (grid, line) = path(|time| 100.0 + 30.0 * time);
        assert_eq!(keyframes(grid, &line, &[]).len(), 2);
    }

    #[test]
    fn the_curve_stays_with_the_path() {
        let (grid, path) = path(|time| 700.0 + 200.0 * (time * 0.9).sin());
        let curve = keyframes(grid, &path, &[]);
        assert!(curve.len() < 24, "{}", curve.len());
        for (index, x) in path[0].iter().enumerate() {
            assert!((curve::at(&curve, grid.time(index))[0] - x).abs() < 600.0 * OFF + 0.01);
        }
    }

    #[test]
    fn the_ends_of_a_rest_are_keyframes() {
        let (grid, path) = path(|time| 100.0 * (time - 5.0).clamp(0.0, 2.0));
        let curve = keyframes(grid, &path, &[0, 50, 70, 100]);
        assert!(curve.iter().any(|keyframe| (keyframe.time, keyframe.x) == (5.0, 0.0)));
    }
}
