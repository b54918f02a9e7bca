//! The cheapest sequence of runs, each of a least length, over a whole scene at once.

/// Costs that are this close are equal.
const EQUAL: f64 = 1e-9;

/// A span of ticks in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The state.
    pub state: usize,
    /// The first tick.
    pub from: usize,
    /// The tick after the last one.
    pub to: usize,
}

/// What a tick costs in each state.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    states: usize,
    /// Sums over the ticks before: tick after tick, state after state.
    sums: Vec<f64>,
}

impl Costs {
    /// Costs of `states` states (at least one) and no tick yet.
    pub(super) fn new(states: usize) -> Self {
        Self { states, sums: vec![0.0; states] }
    }

    /// Adds a tick.
    pub(super) fn push(&mut self, cost: impl Fn(usize) -> f64) {
        let last = self.sums.len() - self.states;
        for state in 0..self.states {
            self.sums.push(self.sums[last + state] + cost(state));
        }
    }

    /// Ticks so far.
    pub(super) fn count(&self) -> usize {
        self.sums.len() / self.states - 1
    }

    /// What the ticks `from..to` cost in a state.
    pub(super) fn between(&self, from: usize, to: usize, state: usize) -> f64 {
        self.sums[to * self.states + state] - self.sums[from * self.states + state]
    }

    /// The cheapest runs that cover all ticks, each of at least `least` ticks, where each change
    /// of state costs `change`. Of equal ones that whose changes are latest; one run where there
    /// are fewer ticks than `least`. This is the algorithm of Viterbi (1967) with states that
    /// last.
    pub(super) fn cheapest(&self, change: f64, least: usize) -> Vec<Run> {
        let (count, least) = (self.count(), least.max(1));
        if count == 0 {
            return Vec::new();
        }
        let least = least.min(count);
        let mut search = Search { costs: self, best: vec![f64::INFINITY; self.sums.len()], from: Vec::new() };
        search.from = vec![None; search.best.len()];
        for state in 0..self.states {
            search.best[least * self.states + state] = self.between(0, least, state);
        }
        for tick in least + 1..=count {
            search.step(tick, change, least);
        }
        search.runs(least)
    }
}

struct Search<'a> {
    costs: &'a Costs,
    /// Least cost up to a tick where the run that ends there is long enough.
    best: Vec<f64>,
    /// The state of the run before, where the run that ends there has just become long enough.
    from: Vec<Option<usize>>,
}

impl Search<'_> {
    fn step(&mut self, tick: usize, change: f64, least: usize) {
        let states = self.costs.states;
        for state in 0..states {
            let stay = self.best[(tick - 1) * states + state] + self.costs.between(tick - 1, tick, state);
            let before = self.cheapest_state(tick - least, Some(state));
            let begun = before.map_or(f64::INFINITY, |before| {
                self.best[(tick - least) * states + before]
                    + change
                    + self.costs.between(tick - least, tick, state)
            });
            let place = tick * states + state;
            let late = begun < f64::INFINITY && begun <= stay + EQUAL;
            self.best[place] = if late { begun } else { stay };
            self.from[place] = if late { before } else { None };
        }
    }

    fn cheapest_state(&self, tick: usize, except: Option<usize>) -> Option<usize> {
        let row = &self.best[tick * self.costs.states..][..self.costs.states];
        (0..row.len())
            .filter(|state| Some(*state) != except && row[*state] < f64::INFINITY)
            .min_by(|a, b| row[*a].total_cmp(&row[*b]))
    }

    fn runs(&self, least: usize) -> Vec<Run> {
        let mut tick = self.costs.count();
        let mut to = tick;
        let mut state = self.cheapest_state(tick, None).unwrap_or(0);
        let mut runs = Vec::new();
        while tick > least {
            match self.from[tick * self.costs.states + state] {
                Some(before) => {
                    tick -= least;
                    runs.push(Run { state, from: tick, to });
                    (state, to) = (before, tick);
                }
                None => tick -= 1,
            }
        }
        runs.push(Run { state, from: 0, to });
        runs.reverse();
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest runs where each tick costs 1 in every state but the wanted one.
    fn runs(wanted: &[usize], change: f64, least: usize) -> Vec<(usize, usize, usize)> {
        let mut costs = Costs::new(3);
        for want in wanted {
            costs.push(|state| if state == *want { 0.0 } else { 1.0 });
        }
        costs.cheapest(change, least).iter().map(|run| (run.state, run.from, run.to)).collect()
    }

    fn wanted(parts: &[(usize, usize)]) -> Vec<usize> {
        parts.iter().flat_map(|(state, count)| std::iter::repeat_n(*state, *count)).collect()
    }

    #[test]
    fn long_runs_stand_where_they_are_wanted() {
        let wanted = wanted(&[(0, 10), (1, 12), (0, 11)]);
        assert_eq!(runs(&wanted, 2.0, 5), [(0, 0, 10), (1, 10, 22), (0, 22, 33)]);
    }

    #[test]
    fn short_runs_are_not_worth_two_changes() {
        assert_eq!(runs(&wanted(&[(0, 10), (1, 4), (0, 10)]), 2.5, 1), [(0, 0, 24)]);
    }

    #[test]
    fn no_run_is_shorter_than_the_least_even_at_the_edges() {
        let wanted = wanted(&[(2, 2), (0, 9), (1, 3), (0, 2), (1, 3), (2, 1)]);
        for least in 1..8 {
            let runs = runs(&wanted, 0.1, least);
            assert!(runs.iter().all(|(_, from, to)| to - from >= least), "{least}: {runs:?}");
            assert!(runs.windows(2).all(|pair| pair[0].2 == pair[1].1 && pair[0].0 != pair[1].0));
            assert_eq!((runs[0].1, runs[runs.len() - 1].2), (0, wanted.len()));
        }
    }

    #[test]
    fn fewer_ticks_than_the_least_are_one_run_of_the_cheapest() {
        assert_eq!(runs(&wanted(&[(0, 2), (1, 3)]), 0.1, 9), [(1, 0, 5)]);
        assert_eq!(runs(&[], 0.1, 9), []);
    }

    #[test]
    fn of_equal_changes_the_latest_is_made() {
        let mut costs = Costs::new(2);
        for tick in 0..30 {
            let want = if tick < 10 { Some(0) } else { (tick >= 20).then_some(1) };
            costs.push(|state| if want.is_some_and(|want| want != state) { 0.1 } else { 0.0 });
        }
        let runs = costs.cheapest(0.3, 4);
        assert_eq!(runs[1], Run { state: 1, from: 20, to: 30 });
    }
}
