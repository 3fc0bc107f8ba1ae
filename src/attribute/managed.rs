//! Which sites a manifest accounts for. A site of which a manifest accounts for some files only becomes two: what was
//! installed there, and what somebody put beside it.

use std::collections::{BTreeSet, HashSet};

use crate::attribute::accounts::{Account, Accounts, Ref};
use crate::attribute::catalog::{Catalog, Number};
use crate::attribute::member::{Explanation, Members, Site};
use crate::attribute::naming::Names;
use crate::attribute::path;
use crate::model::evidence::FileEvidence;

/// The names of a component.
pub fn names(catalog: &Catalog<'_>, component: Number) -> Names {
    let entry = catalog.entry(component);
    Names::of(std::iter::once(&entry.base).chain(&entry.aliases).map(String::as_str))
}

/// Splits the sites of which some files are accounted for and some are not, and notes for each site what accounts for it.
pub fn split(catalog: &Catalog<'_>, accounts: &Accounts<'_>, files: &[FileEvidence], members: &mut Members) {
    let mut by_site: Vec<Vec<u32>> = vec![Vec::new(); members.sites.len()];
    for (explanations, file) in members.explanations.iter().zip(0..) {
        for site in explanations.iter().filter_map(|one| one.site) {
            if let Some(own) = by_site.get_mut(site).filter(|own| own.last() != Some(&file)) {
                own.push(file);
            }
        }
    }
    let mut out = vec![None; members.sites.len()];
    for (site, own) in by_site.into_iter().enumerate() {
        let names = names(catalog, members.sites[site].component);
        let account = |file: &u32| accounts.account(files.get(*file as usize)?.in_tree(), &names);
        let mut found: Vec<Option<Account>> = own.iter().map(account).collect();
        let records: BTreeSet<Ref> = found.iter().flatten().map(|account| account.by).collect();
        for (account, file) in found.iter_mut().zip(&own).filter(|(account, _)| account.is_none()) {
            let modified = files.get(*file as usize).and_then(|file| accounts.modified(file.in_tree(), &names));
            *account = modified.filter(|account| records.contains(&account.by));
        }
        out[site] = found.iter().flatten().min().copied();
        if out[site].is_some() && found.iter().any(Option::is_none) {
            let alone: Vec<u32> =
                own.iter().zip(&found).filter(|(_, account)| account.is_none()).map(|(file, _)| *file).collect();
            out.push(None);
            part(files, members, site, &alone);
        }
    }
    members.managed = out;
}

/// Makes a site of its own of some files of a site.
fn part(files: &[FileEvidence], members: &mut Members, site: usize, alone: &[u32]) {
    let paths = || alone.iter().filter_map(|file| files.get(*file as usize)).map(|file| file.path.as_str());
    let next = members.sites.len();
    let mut whole_files = 0;
    for file in alone {
        for one in
            members.explanations.get_mut(*file as usize).into_iter().flatten().filter(|one| one.site == Some(site))
        {
            one.site = Some(next);
            whole_files += usize::from(one.snippet.is_none());
        }
    }
    let root = match alone {
        [_] => paths().next().unwrap_or_default().to_string(),
        _ => path::common_folder(paths()).to_string(),
    };
    let old = &mut members.sites[site];
    let all = old.files.max(1) as u64;
    let weight = old.weight * (alone.len() as u64).min(all) / all;
    old.files = old.files.saturating_sub(alone.len());
    old.whole_files = old.whole_files.saturating_sub(whole_files);
    old.weight -= weight;
    let new = Site { root, weight, files: alone.len(), whole_files, ..old.clone() };
    // Whichever release the other files are of, these were copied in by themselves.
    let contents = |site: usize| -> HashSet<[u8; 32]> {
        let at = |all: &Vec<Explanation>| all.iter().any(|one| one.site == Some(site));
        let own = members.explanations.iter().zip(files).filter(|(all, _)| at(all));
        own.map(|(_, file)| file.blake3).collect()
    };
    let (stays, goes) = (contents(site), contents(next));
    let votes = members.votes.get_mut(site).map(std::mem::take).unwrap_or_default();
    members.votes.push(votes.iter().filter(|vote| goes.contains(&vote.content)).cloned().collect());
    members.votes[site] =
        votes.into_iter().filter(|vote| stays.contains(&vote.content) || !goes.contains(&vote.content)).collect();
    members.sites.push(new);
}
