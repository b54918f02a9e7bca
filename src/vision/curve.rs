//! The curve through a cut-out's keyframes: a monotone cubic (Fritsch and Carlson, "Monotone
//! piecewise cubic interpolation", SIAM J. Numer. Anal. 17, 1980). It neither overshoots nor
//! leaves equal values, so that a rest is written as two equal keyframes.

use crate::outcome::CropKeyframe;

/// Centre x, centre y and width at a time; all 0 where there is no keyframe.
pub(super) fn at(keyframes: &[CropKeyframe], time: f64) -> [f64; 3] {
    let after = keyframes.partition_point(|keyframe| keyframe.time <= time);
    match (after.checked_sub(1).and_then(|before| keyframes.get(before)), keyframes.get(after)) {
        (Some(_), Some(_)) => between(keyframes, after - 1, time),
        (Some(keyframe), None) | (None, Some(keyframe)) => values(*keyframe),
        (None, None) => [0.0; 3],
    }
}

fn values(keyframe: CropKeyframe) -> [f64; 3] {
    [keyframe.x, keyframe.y, keyframe.width]
}

fn between(keyframes: &[CropKeyframe], left: usize, time: f64) -> [f64; 3] {
    let first = left.saturating_sub(1);
    let near = &keyframes[first..(left + 3).min(keyframes.len())];
    let mut knots = [(0.0, 0.0); 4];
    std::array::from_fn(|channel| {
        for (knot, keyframe) in knots.iter_mut().zip(near) {
            *knot = (keyframe.time, values(*keyframe)[channel]);
        }
        cubic(&knots[..near.len()], left - first, time)
    })
}

/// The curve between knot `left` and the one after it; `knots` (time, value) holds these two and
/// their neighbours, if any.
pub(super) fn cubic(knots: &[(f64, f64)], left: usize, time: f64) -> f64 {
    let ((start, from), (end, to)) = (knots[left], knots[left + 1]);
    let length = end - start;
    if length <= 0.0 {
        return to;
    }
    let (leave, arrive) = (slope(knots, left), slope(knots, left + 1));
    let u = (time - start) / length;
    let (u2, u3) = (u * u, u * u * u);
    let smooth = 3.0 * u2 - 2.0 * u3;
    from + (to - from) * smooth + length * (leave * (u3 - 2.0 * u2 + u) + arrive * (u3 - u2))
}

/// Slope at a knot: that of the parabola through it and its neighbours, at most three times that of
/// the flatter line beside it, which keeps both pieces monotone (section 4 of the paper, the
/// square) and is 0 at a turn and beside a rest. At an end of the path that of the line to its
/// neighbour.
fn slope(knots: &[(f64, f64)], at: usize) -> f64 {
    let line = |left: usize| {
        let ((start, from), (end, to)) = (*knots.get(left)?, *knots.get(left + 1)?);
        (end > start).then(|| ((to - from) / (end - start), end - start))
    };
    match (at.checked_sub(1).and_then(line), line(at)) {
        (Some((before, _)), Some((after, _))) if before * after <= 0.0 => 0.0,
        (Some((before, left)), Some((after, right))) => {
            let steepest = 3.0 * before.abs().min(after.abs());
            ((before * right + after * left) / (left + right)).clamp(-steepest, steepest)
        }
        (Some((only, _)), None) | (None, Some((only, _))) => only,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(knots: &[(f64, f64)]) -> Vec<CropKeyframe> {
        knots.iter().map(|&(time, x)| CropKeyframe { time, x, y: -x, width: 10.0 }).collect()
    }

    #[test]
    fn the_curve_meets_its_keyframes_and_stays_before_and_after() {
        let path = path(&[(1.0, 5.0), (2.0, 9.0), (4.0, 3.0)]);
        for (time, x) in [(1.0, 5.0), (2.0, 9.0), (4.0, 3.0), (0.0, 5.0), (9.0, 3.0)] {
            let [got, y, width] = at(&path, time);
            assert!((got - x).abs() < 1e-12 && (y + x).abs() < 1e-12 && width == 10.0);
        }
        assert_eq!(at(&path[..1], 7.0)[0], 5.0);
        assert_eq!(at(&[], 7.0), [0.0; 3]);
    }

    #[test]
    fn it_never_overshoots() {
        let knots = [(0.0, 0.0), (1.0, 0.1), (1.2, 8.0), (3.0, 8.1), (3.1, 2.0), (9.0, 2.0), (9.5, 7.0)];
        let path = path(&knots);
        for pair in knots.windows(2) {
            let (low, high) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
            for step in 0..=100 {
                let time = pair[0].0 + (pair[1].0 - pair[0].0) * f64::from(step) / 100.0;
                assert!((low - 1e-9..=high + 1e-9).contains(&at(&path, time)[0]), "at {time}");
            }
        }
    }

    #[test]
    fn equal_keyframes_are_a_rest_and_a_line_is_a_line() {
        let rest = path(&[(0.0, 1.0), (1.0, 4.0), (3.0, 4.0), (4.0, 0.0)]);
        assert!((0..=20).all(|k| at(&rest, 1.0 + f64::from(k) / 10.0)[0] == 4.0));
        let line = path(&[(0.0, 0.0), (1.0, 2.0), (4.0, 8.0)]);
        assert!((0..=40).all(|k| (at(&line, f64::from(k) / 10.0)[0] - f64::from(k) / 5.0).abs() < 1e-12));
    }

    #[test]
    fn a_move_out_of_a_rest_begins_softly() {
        let path = path(&[(0.0, 0.0), (1.0, 0.0), (2.0, 10.0), (3.0, 10.0)]);
        assert!(at(&path, 1.01)[0] < 0.01);
        assert!((at(&path, 1.5)[0] - 5.0).abs() < 1e-12);
    }

    #[test]
    fn speed_does_not_jump_at_a_keyframe() {
        let knots = [(0.0, 0.0), (1.0, 0.1), (1.2, 8.0), (3.0, 8.1), (3.1, 9.0), (9.0, 30.0)];
        let path = path(&knots);
        for (time, _) in &knots[1..5] {
            let speed = |time: f64| (at(&path, time + 1e-7)[0] - at(&path, time - 1e-7)[0]) / 2e-7;
            assert!((speed(time - 3e-7) - speed(time + 3e-7)).abs() < 1e-2, "at {time}");
        }
    }

    #[test]
    fn keyframes_at_one_time_jump() {
        let path = path(&[(0.0, 0.0), (1.0, 0.0), (1.0, 5.0), (2.0, 5.0)]);
        assert_eq!((at(&path, 0.999)[0], at(&path, 1.0)[0]), (0.0, 5.0));
    }
}
