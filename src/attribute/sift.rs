//! Which places are no findings of their own: the borrower that folds into its lender, the copy nested in a component that
//! ships it, and the carrier whose own origin no index knows.

use std::collections::{BTreeSet, HashMap};

use crate::attribute::catalog::{Catalog, Number};
use crate::attribute::path;
use crate::attribute::place::{self, Place};
use crate::index::relation;
use crate::model::evidence::FileEvidence;
use crate::model::limits;

/// A place folds into one of which it has at most this share of the weight.
const FOLD_WEIGHT: f64 = 0.5;
/// Mean vote that a lender needs against its borrower, hundredths, and the contents it must rest on.
const FOLD_RELATION: i32 = 150;
const FOLD_SHARED: u32 = 2;
/// Share of the borrower's contents that must be the lender's.
const FOLD_BORROWED: f64 = 0.3;
/// Files up to which a place inside a component that holds them is the component's own business.
const NEST_FILES: usize = 2;
/// Share of a nested place's weight that the component around it must hold.
const NEST_HELD: f64 = 0.7;
/// Share of the outer weight below which a nested place of any size goes, unless its vote is this strong, hundredths.
const NEST_WEIGHT: f64 = 1.0 / 3.0;
const NEST_STRONG: i32 = 200;
/// Share of a place's weight at vendored or test paths of its own component that makes the component a carrier.
const CARRIED: f64 = 0.9;

/// For each place whether it stays.
pub fn sift(catalog: &mut Catalog<'_>, files: &[FileEvidence], places: &[Place]) -> Vec<bool> {
    let mut stays: Vec<bool> = places.iter().map(|place| !is_carried(place)).collect();
    let around = around(catalog, places);
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|one, other| {
        let (a, b) = (&places[*one], &places[*other]);
        b.weight
            .cmp(&a.weight)
            .then_with(|| a.root.cmp(&b.root))
            .then_with(|| catalog.by_name(a.component, b.component))
    });
    let mut contents = HashMap::new();
    let mut overlapping: Vec<Vec<usize>> = around.clone();
    for (inner, outer) in
        around.iter().enumerate().flat_map(|(inner, all)| all.iter().map(move |outer| (inner, *outer)))
    {
        if overlapping[outer].len() < limits::OVERLAPS {
            overlapping[outer].push(inner);
        }
    }
    for at in order {
        if !stays[at] {
            continue;
        }
        let own = &places[at];
        let folds =
            overlapping[at].iter().any(|other| stays[*other] && folds(catalog, own, &places[*other], &mut contents));
        let mut nested =
            || around[at].iter().any(|other| stays[*other] && is_nested(catalog, files, own, &places[*other]));
        if folds || nested() {
            stays[at] = false;
        }
    }
    stays
}

/// For each place those of other components at its root or above, the nearest first. Own code and open source never
/// swallow one another.
fn around(catalog: &Catalog<'_>, places: &[Place]) -> Vec<Vec<usize>> {
    let mut by_root: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, place) in places.iter().enumerate() {
        by_root.entry(&place.root).or_default().push(at);
    }
    let above = |place: &Place| {
        path::ancestors(&place.root)
            .filter_map(|root| by_root.get(root))
            .flatten()
            .copied()
            .filter(|other| places[*other].component != place.component)
            .filter(|other| catalog.entry(places[*other].component).origin == catalog.entry(place.component).origin)
            .take(limits::OVERLAPS)
            .collect()
    };
    places.iter().map(above).collect()
}

/// Whether all that is there of a component is what it carries of others. A component that is there with most of its
/// files is itself, wherever it keeps them.
fn is_carried(place: &Place) -> bool {
    let foreign: u64 =
        place.items.iter().filter(|item| relation::is_foreign(&item.source)).map(|item| item.weight).sum();
    let all: u64 = place.items.iter().map(|item| item.weight).sum();
    let most = place.layout.files > 0 && place.whole_files() * 2 > place.layout.files;
    !most && foreign as f64 >= CARRIED * all as f64
}

fn folds(catalog: &Catalog<'_>, own: &Place, lender: &Place, contents: &mut HashMap<Number, usize>) -> bool {
    if own.weight as f64 > FOLD_WEIGHT * lender.weight as f64 {
        return false;
    }
    if !borrows(catalog, own.component, lender.component) {
        return false;
    }
    let shared = catalog.relation(lender.component, own.component).1;
    let held = *contents.entry(own.component).or_insert_with(|| distinct_contents(catalog, own.component));
    f64::from(shared) >= FOLD_BORROWED * held as f64
}

/// Whether a component is known to hold code of the other.
pub fn borrows(catalog: &Catalog<'_>, component: Number, lender: Number) -> bool {
    let (vote, shared) = catalog.relation(lender, component);
    let alike = catalog.entry(component).origin == catalog.entry(lender).origin;
    alike && component != lender && vote >= FOLD_RELATION && shared >= FOLD_SHARED
}

/// Contents of a component that are large enough to say something.
fn distinct_contents(catalog: &Catalog<'_>, component: Number) -> usize {
    let mut seen = BTreeSet::new();
    for file in catalog.files(component, limits::COMPONENT_LINEAGES) {
        let Some(index) = catalog.index(file.index) else { continue };
        let large = file.segments.iter().filter(|segment| index.content_size(segment.content) >= relation::MIN_BYTES);
        seen.extend(large.map(|segment| (file.index, segment.content)));
    }
    seen.len()
}

fn is_nested(catalog: &mut Catalog<'_>, files: &[FileEvidence], own: &Place, outer: &Place) -> bool {
    let few = own.items.len() <= NEST_FILES;
    let small = (own.weight as f64) < NEST_WEIGHT * outer.weight as f64
        && catalog.relation(own.component, outer.component).0 < NEST_STRONG;
    if !few && !small {
        return false;
    }
    let all: u64 = own.items.iter().map(|item| item.weight).sum();
    let mut held = 0;
    for item in &own.items {
        let Some(file) = files.get(item.file as usize) else { continue };
        let whole = place::contents(file)
            .any(|(index, content)| !catalog.holders_of(index, content, outer.component).is_empty());
        let mut part = || {
            file.snippets.iter().any(|part| {
                let source = crate::attribute::catalog::Source { index: part.index, lineage: part.lineage };
                catalog.owner(source) == Some(outer.component)
            })
        };
        if whole || part() {
            held += item.weight;
        }
    }
    held as f64 >= NEST_HELD * all as f64
}
