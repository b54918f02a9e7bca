//! Smoothing by least squares: sums of squares over up to four neighbouring unknowns, solved in
//! time linear in their number (a symmetric band matrix, Cholesky's L·D·Lᵀ).

/// Unknowns that one square may join.
const WIDTH: usize = 4;

/// A sum of squares that is to be made least.
pub(super) struct Squares {
    /// Entry `[i][k]` of the normal matrix: row `i`, column `i + k`.
    rows: Vec<[f64; WIDTH]>,
    right: Vec<f64>,
}

impl Squares {
    /// No squares yet, over so many unknowns.
    pub(super) fn new(unknowns: usize) -> Self {
        Self { rows: vec![[0.0; WIDTH]; unknowns], right: vec![0.0; unknowns] }
    }

    /// Adds `weight · (Σ terms − value)²` over the unknowns from `first`, at most four.
    pub(super) fn add(&mut self, weight: f64, first: usize, terms: &[f64], value: f64) {
        for (i, term) in terms.iter().enumerate() {
            self.right[first + i] += weight * term * value;
            for (k, other) in terms[i..].iter().enumerate() {
                self.rows[first + i][k] += weight * term * other;
            }
        }
    }

    /// The unknowns. Those that no square touches are 0.
    pub(super) fn solve(mut self) -> Vec<f64> {
        let count = self.rows.len();
        for i in 0..count {
            let row = self.rows[i];
            if row[0] <= f64::MIN_POSITIVE {
                (self.rows[i], self.right[i]) = ([1.0, 0.0, 0.0, 0.0], 0.0);
                continue;
            }
            for k in 1..WIDTH.min(count - i) {
                let factor = row[k] / row[0];
                for (entry, above) in self.rows[i + k].iter_mut().zip(&row[k..]) {
                    *entry -= factor * above;
                }
                self.right[i + k] -= factor * self.right[i];
            }
        }
        for i in (0..count).rev() {
            let later: f64 = (1..WIDTH.min(count - i)).map(|k| self.rows[i][k] * self.right[i + k]).sum();
            self.right[i] = (self.right[i] - later) / self.rows[i][0];
        }
        self.right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_two_points_is_continued_where_only_bends_cost() {
        let mut squares = Squares::new(8);
        squares.add(1.0, 1, &[1.0], 10.0);
        squares.add(1.0, 4, &[1.0], 40.0);
        (0..6).for_each(|i| squares.add(100.0, i, &[1.0, -2.0, 1.0], 0.0));
        for (i, x) in squares.solve().into_iter().enumerate() {
            assert!((x - 10.0 * i as f64).abs() < 1e-6, "{i}: {x}");
        }
    }

    #[test]
    fn the_solution_is_the_least_sum() {
        let terms: [(f64, usize, &[f64], f64); 5] = [
            (1.0, 0, &[1.0], 3.0),
            (2.0, 0, &[-1.0, 3.0, -3.0, 1.0], 1.0),
            (0.5, 1, &[1.0, 1.0], -2.0),
            (3.0, 2, &[1.0, 2.0], 5.0),
            (1.0, 4, &[1.0], 1.0),
        ];
        let sum = |x: &[f64]| -> f64 {
            let square = |&(weight, first, terms, value): &(f64, usize, &[f64], f64)| {
                let dot: f64 = terms.iter().zip(&x[first..]).map(|(a, b)| a * b).sum();
                weight * (dot - value).powi(2)
            };
            terms.iter().map(square).sum()
        };
        let mut squares = Squares::new(5);
        for &(weight, first, terms, value) in &terms {
            squares.add(weight, first, terms, value);
        }
        let solution = squares.solve();
        for i in 0..5 {
            for step in [-0.01, 0.01] {
                let mut other = solution.clone();
                other[i] += step;
                assert!(sum(&other) > sum(&solution));
            }
        }
    }

    #[test]
    fn unknowns_without_squares_are_nothing() {
        let mut squares = Squares::new(3);
        squares.add(1.0, 2, &[2.0], 4.0);
        assert_eq!(squares.solve(), [0.0, 0.0, 2.0]);
    }
}
