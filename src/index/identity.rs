//! The section `ALIA`: what an index says of who a component is, beside its purl: other purls of the same thing, and that it
//! is a company's own code. Stored only for components of which there is something to say.
//!
//! ```text
//! count u32, components u32 × count (rising), offsets u32 × (count + 1) into what follows
//! each: flags u8 (1: own code), varint aliases, and for each alias, sorted: text purl without version
//! ```

use std::io;

use crate::index::bytes::{Cursor, put_text, put_varint, u32_at};
use crate::index::format::Tag;
use crate::index::reader::Index;
use crate::model::ids::ComponentId;
use crate::model::limits;
use crate::model::purl::Purl;

/// Flag of a component that is a company's own code.
const OWN: u8 = 1;

/// What is said of one component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Whether it is a company's own code, and no open source.
    pub own: bool,
    /// Other purls of the same thing, without version; sorted.
    pub aliases: Vec<&'a str>,
}

/// The section's bytes. `components` are all of the index in their order, each with whether it is own code and its aliases,
/// sorted and distinct.
///
/// # Errors
/// More than [`limits::ALIASES`] aliases of one component.
pub fn encode<'a>(components: impl Iterator<Item = (bool, &'a [String])>) -> io::Result<Vec<u8>> {
    let (mut numbers, mut ends, mut records) = (Vec::new(), vec![0_u32], Vec::new());
    for (number, (own, aliases)) in (0_u32..).zip(components).filter(|(_, (own, aliases))| *own || !aliases.is_empty())
    {
        if aliases.len() > limits::ALIASES {
            let first = aliases.first().map_or("", String::as_str);
            let detail = format!("{} aliases of one component (`{first}` …)", aliases.len());
            return Err(io::Error::other(format!("{detail}: at most {} can be kept", limits::ALIASES)));
        }
        numbers.push(number);
        records.push(if own { OWN } else { 0 });
        put_varint(&mut records, aliases.len() as u64);
        aliases.iter().for_each(|alias| put_text(&mut records, alias));
        let end =
            u32::try_from(records.len()).map_err(|_| io::Error::other("aliases of 4 GiB do not fit one index"))?;
        ends.push(end);
    }
    let mut out = (numbers.len() as u32).to_le_bytes().to_vec();
    numbers.iter().chain(&ends).for_each(|number| out.extend(number.to_le_bytes()));
    out.extend(records);
    Ok(out)
}

/// The section, taken apart.
pub struct Identities<'a> {
    count: usize,
    numbers: &'a [u8],
    offsets: &'a [u8],
    records: &'a [u8],
}

impl<'a> Identities<'a> {
    /// The parts of a section; `None` where they do not fill it.
    pub fn open(section: &'a [u8]) -> Option<Identities<'a>> {
        let count = u32_at(section, 0)? as usize;
        let (numbers, rest) = section.get(4..)?.split_at_checked(count.checked_mul(4)?)?;
        let (offsets, records) = rest.split_at_checked(count.checked_add(1)?.checked_mul(4)?)?;
        let filled = u32_at(offsets, count.checked_mul(4)?)? as usize == records.len();
        filled.then_some(Identities { count, numbers, offsets, records })
    }

    fn number(&self, at: usize) -> Option<ComponentId> {
        u32_at(self.numbers, at.checked_mul(4)?).map(ComponentId)
    }

    /// Record `at`; `None` where it does not hold together.
    fn record(&self, at: usize) -> Option<Identity<'a>> {
        let (start, end) = (u32_at(self.offsets, at.checked_mul(4)?)?, u32_at(self.offsets, at.checked_mul(4)? + 4)?);
        let mut cursor = Cursor::new(self.records.get(start as usize..end as usize)?);
        let flags = cursor.take(1)?.first().copied()?;
        let count = cursor.number()? as usize;
        if flags & !OWN != 0 || count > limits::ALIASES {
            return None;
        }
        let aliases: Vec<&str> = (0..count).map(|_| cursor.text()).collect::<Option<_>>()?;
        cursor.rest().is_empty().then_some(Identity { own: flags & OWN != 0, aliases })
    }

    /// What is said of a component; nothing where its record is damaged.
    fn of(&self, component: ComponentId) -> Identity<'a> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            if self.number(middle).is_some_and(|number| number < component) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let found = low < self.count && self.number(low) == Some(component);
        found.then(|| self.record(low)).flatten().unwrap_or_default()
    }

    /// Every component of which something is said; what is damaged is passed over.
    pub fn iter(&self) -> impl Iterator<Item = (ComponentId, Identity<'a>)> + '_ {
        (0..self.count).filter_map(|at| Some((self.number(at)?, self.record(at)?)))
    }

    /// Looks at every record. `base` gives a component's purl without version, `None` for one that is not there.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check<'i>(&self, base: impl Fn(ComponentId) -> Option<&'i str>) -> Result<(), String> {
        let mut before = None;
        for at in 0..self.count {
            let number = self.number(at);
            let known = number.and_then(&base).filter(|_| number > before);
            let (Some(known), Some(record)) = (known, self.record(at)) else {
                return Err(format!("record {at} is damaged, out of order or of no component"));
            };
            let sorted = record.aliases.is_sorted_by(|one, other| one < other);
            let purls = record.aliases.iter().all(|alias| *alias != known && Purl::parse_base(alias).is_ok());
            if !sorted || !purls || record == Identity::default() {
                return Err(format!("what is said of `{known}` does not make sense"));
            }
            before = number;
        }
        Ok(())
    }
}

impl Index {
    pub(super) fn identities_section(&self) -> Option<Identities<'_>> {
        Identities::open(self.section(Tag::Aliases))
    }

    /// Whether a component is a company's own code.
    pub fn is_own(&self, component: ComponentId) -> bool {
        self.own_components().binary_search(&component).is_ok()
    }

    /// What is said of who a component is; nothing in an index of an older program.
    pub fn identity(&self, component: ComponentId) -> Identity<'_> {
        self.identities_section().map(|section| section.of(component)).unwrap_or_default()
    }

    /// The components of which something is said, by number.
    pub fn identities(&self) -> Vec<(ComponentId, Identity<'_>)> {
        self.identities_section().map(|section| section.iter().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZLIB: [&str; 2] = ["pkg:deb/debian/zlib", "pkg:generic/zlib"];
    const BASES: [&str; 4] = ["pkg:a/a", "pkg:b/b", "pkg:github/madler/zlib", "pkg:z/z"];

    fn section(components: &[(bool, &[&str])]) -> Vec<u8> {
        let owned: Vec<(bool, Vec<String>)> = components
            .iter()
            .map(|(own, aliases)| (*own, aliases.iter().map(|alias| alias.to_string()).collect()))
            .collect();
        encode(owned.iter().map(|(own, aliases)| (*own, &aliases[..]))).unwrap()
    }

    fn check(bytes: &[u8]) -> Result<(), String> {
        let section = Identities::open(bytes).ok_or("it does not open")?;
        section.check(|component| BASES.get(component.0 as usize).copied())
    }

    #[test]
    fn what_is_said_comes_back_and_of_others_nothing_is() {
        let bytes = section(&[(false, &[]), (true, &[]), (false, &ZLIB), (false, &[])]);
        let section = Identities::open(&bytes).unwrap();
        let said: Vec<(bool, usize)> =
            (0..5).map(|at| section.of(ComponentId(at))).map(|one| (one.own, one.aliases.len())).collect();
        assert_eq!(said, [(false, 0), (true, 0), (false, 2), (false, 0), (false, 0)]);
        assert_eq!(section.of(ComponentId(2)).aliases, ZLIB);
        assert_eq!(section.iter().count(), 2);
        assert_eq!(check(&bytes), Ok(()));
        assert_eq!(check(&self::section(&[])), Ok(()));
    }

    #[test]
    fn aliases_up_to_the_limit_are_kept() {
        let named = |count: usize| (0..count).map(|at| format!("pkg:generic/n{at:04}")).collect::<Vec<String>>();
        let most = named(limits::ALIASES);
        let bytes = encode([(false, &most[..])].into_iter()).unwrap();
        assert_eq!(Identities::open(&bytes).unwrap().of(ComponentId(0)).aliases.len(), limits::ALIASES);
        let more = named(limits::ALIASES + 1);
        assert!(encode([(false, &more[..])].into_iter()).unwrap_err().to_string().contains("pkg:generic/n0000"));
    }

    #[test]
    fn what_does_not_hold_together_is_named() {
        assert!(check(&section(&[(false, &["pkg:z/z", "pkg:b/b"])])).is_err(), "order");
        assert!(check(&section(&[(false, &["pkg:a/a"])])).is_err(), "its own purl");
        assert!(
            check(&section(&[(false, &["zlib"])])).is_err() && check(&section(&[(false, &["pkg:b/b@1"])])).is_err()
        );
        assert!(check(&section(&[(true, &[][..]); 5])).is_err(), "a component that is not there");
        let good = section(&[(true, &["pkg:z/z"]), (true, &[])]);
        for at in 0..good.len() {
            // Whatever a byte is changed to, reading ends well.
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = value;
                let Some(section) = Identities::open(&bytes) else { continue };
                assert!((0..3).all(|number| section.of(ComponentId(number)).aliases.len() <= 1));
            }
        }
        assert!(Identities::open(&good[..good.len() - 1]).is_none());
    }
}
