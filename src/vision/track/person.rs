//! Who is who: faces that look alike and are never seen at one time are one person.

use super::appearance::Appearance;
use super::assemble::Chain;

/// Least likeness of a person's faces in two scenes.
const ACROSS: f64 = 0.62;

/// A person's number for each chain, from 0 in order of their first appearance.
///
/// The likest two groups become one as long as they are alike enough and nobody in one is seen
/// beside somebody in the other.
pub(super) fn number(chains: &[Chain]) -> Vec<usize> {
    let mut groups: Vec<(Vec<usize>, Appearance)> =
        chains.iter().enumerate().map(|(index, chain)| (vec![index], chain.appearance.clone())).collect();
    while let Some((one, two)) = likest(&groups, chains) {
        let (members, appearance) = groups.swap_remove(two);
        groups[one].0.extend(members);
        groups[one].1.merge(&appearance);
    }
    groups.sort_by_key(|(members, _)| members.iter().min().copied());
    let mut numbers = vec![0; chains.len()];
    for (number, (members, _)) in groups.iter().enumerate() {
        for member in members {
            numbers[*member] = number;
        }
    }
    numbers
}

/// The two groups that are most alike, the second one behind the first.
fn likest(groups: &[(Vec<usize>, Appearance)], chains: &[Chain]) -> Option<(usize, usize)> {
    let mut best = (ACROSS, None);
    for (two, (theirs, look)) in groups.iter().enumerate() {
        for (one, (ours, own)) in groups[..two].iter().enumerate() {
            let likeness = own.likeness(look);
            let meet = || ours.iter().any(|a| theirs.iter().any(|b| chains[*a].meets(&chains[*b])));
            if likeness > best.0 && !meet() {
                best = (likeness, Some((one, two)));
            }
        }
    }
    best.1
}
