//! Who is who: faces that look alike and are never seen at one time are one person.

use super::appearance::Appearance;
use super::assemble::Chain;
use crate::context::CancelToken;
use crate::error::Result;

/// Least likeness of a person's faces in two scenes.
const ACROSS: f64 = 0.62;

/// A person's number for each chain, from 0 in order of their first appearance. `Cancelled` where
/// that was asked for.
///
/// The likest two groups become one as long as they are alike enough and nobody in one is seen
/// beside somebody in the other.
pub(super) fn number(chains: &[Chain], cancel: &CancelToken) -> Result<Vec<usize>> {
    let mut groups = Groups::new(chains);
    for index in 0..chains.len() {
        cancel.check()?;
        groups.find_partner(index);
    }
    while let Some((one, two)) = groups.likest() {
        cancel.check()?;
        groups.join(one, two);
    }
    Ok(groups.numbers())
}

/// Chains that are one person.
struct Group {
    members: Vec<usize>,
    appearance: Appearance,
    /// The likest group before this one that can be the same person, and how alike they are.
    partner: Option<(usize, f64)>,
}

/// All groups; one that became part of another is `None`.
struct Groups<'a> {
    chains: &'a [Chain],
    groups: Vec<Option<Group>>,
}

impl<'a> Groups<'a> {
    fn new(chains: &'a [Chain]) -> Self {
        let group = |(index, chain): (usize, &Chain)| {
            Some(Group { members: vec![index], appearance: chain.appearance.clone(), partner: None })
        };
        Self { chains, groups: chains.iter().enumerate().map(group).collect() }
    }

    /// The two groups that are most alike, the second one behind the first.
    fn likest(&self) -> Option<(usize, usize)> {
        let pairs = self.groups.iter().enumerate().filter_map(|(two, group)| {
            let (one, likeness) = group.as_ref()?.partner?;
            Some((likeness, one, two))
        });
        let best = |a: (f64, usize, usize), b: (f64, usize, usize)| if b.0 > a.0 { b } else { a };
        pairs.reduce(best).map(|(_, one, two)| (one, two))
    }

    /// Makes the second group a part of the first; only pairs with either are compared anew.
    fn join(&mut self, one: usize, two: usize) {
        let Some(gone) = self.groups[two].take() else { return };
        if let Some(group) = &mut self.groups[one] {
            group.members.extend(gone.members);
            group.appearance.merge(&gone.appearance);
        }
        self.find_partner(one);
        for other in one + 1..self.groups.len() {
            let Some(partner) = self.groups[other].as_ref().map(|group| group.partner) else { continue };
            if partner.is_some_and(|(with, _)| with == one || with == two) {
                self.find_partner(other);
            } else if let Some(likeness) = self.likeness(one, other, partner) {
                self.set_partner(other, Some((one, likeness)));
            }
        }
    }

    fn find_partner(&mut self, index: usize) {
        let mut best = None;
        for other in 0..index {
            if let Some(likeness) = self.likeness(other, index, best) {
                best = Some((other, likeness));
            }
        }
        self.set_partner(index, best);
    }

    fn set_partner(&mut self, index: usize, partner: Option<(usize, f64)>) {
        if let Some(group) = &mut self.groups[index] {
            group.partner = partner;
        }
    }

    /// How alike two groups are, if they can be one person and are more alike than `best`.
    fn likeness(&self, one: usize, two: usize, best: Option<(usize, f64)>) -> Option<f64> {
        let (one, two) = (self.groups[one].as_ref()?, self.groups[two].as_ref()?);
        let likeness = one.appearance.likeness(&two.appearance);
        let better = likeness > best.map_or(ACROSS, |(_, likeness)| likeness);
        (better && !self.meet(one, two)).then_some(likeness)
    }

    fn meet(&self, one: &Group, two: &Group) -> bool {
        let meets = |a: &usize| two.members.iter().any(|b| self.chains[*a].meets(&self.chains[*b]));
        one.members.iter().any(meets)
    }

    fn numbers(self) -> Vec<usize> {
        let mut groups: Vec<_> = self.groups.into_iter().flatten().map(|group| group.members).collect();
        groups.sort_by_key(|members| members.iter().min().copied());
        let mut numbers = vec![0; self.chains.len()];
        for (number, members) in groups.iter().enumerate() {
            for member in members {
                numbers[*member] = number;
            }
        }
        numbers
    }
}
