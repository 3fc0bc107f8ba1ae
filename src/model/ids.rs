//! Dense identifiers. Each is an index into one table of one index file, or of one scan.

/// A component (a purl without its version) inside one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// A release of a component: its place in the component's releases, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseNo(pub u32);

/// A file of a component followed through its releases: one path, many contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineageId(pub u32);

/// Distinct file content inside one index, however many releases hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub u32);

/// An index among those of a scan, in the order they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexNo(pub u16);

/// A root among those of a scan, in the order they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootNo(pub u32);

/// Releases `first..=last` of one component, by [`ReleaseNo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseRange {
    /// The oldest release that holds the thing.
    pub first: ReleaseNo,
    /// The newest one; never below `first`.
    pub last: ReleaseNo,
}

impl ReleaseRange {
    /// Whether `release` lies inside.
    pub fn contains(&self, release: ReleaseNo) -> bool {
        self.first <= release && release <= self.last
    }
}
