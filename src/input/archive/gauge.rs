//! Meters what an archive unpacks to, so that a small file cannot keep the scan busy for days.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::input::read::size;
use crate::model::limits;

/// Allowances of one outermost archive, everything nested in it included.
pub(super) struct Gauge {
    bytes_allowed: u64,
    bytes_left: Cell<u64>,
    members_allowed: u64,
    members_left: Cell<u64>,
    /// Bytes until the next member must start; `None` inside a member.
    header_left: Cell<Option<u64>>,
    stopped: Cell<Option<Stop>>,
}

/// The allowance that ran out.
#[derive(Clone, Copy)]
enum Stop {
    Bytes,
    Members,
    Header,
}

impl Gauge {
    pub fn new(bytes: u64, members: u64) -> Rc<Gauge> {
        Rc::new(Gauge {
            bytes_allowed: bytes,
            bytes_left: Cell::new(bytes),
            members_allowed: members,
            members_left: Cell::new(members),
            header_left: Cell::new(None),
            stopped: Cell::new(None),
        })
    }

    /// Why the archive is not read on, in words.
    pub fn stopped(&self) -> Option<String> {
        self.stopped.get().map(|stop| match stop {
            Stop::Bytes => format!("unpacks to more than the {} allowed for it", size(self.bytes_allowed)),
            Stop::Members => format!("more than {} members", self.members_allowed),
            Stop::Header => format!("more than {} between two members", size(limits::ARCHIVE_HEADER_BYTES)),
        })
    }

    /// Takes one member; `false` if none is left.
    pub fn take_member(&self) -> bool {
        match self.members_left.get().checked_sub(1) {
            Some(left) => self.members_left.set(left),
            None => self.stopped.set(Some(Stop::Members)),
        }
        self.stopped.get().is_none()
    }

    /// From now on headers are read.
    pub fn between_members(&self) {
        self.header_left.set(Some(limits::ARCHIVE_HEADER_BYTES));
    }

    /// From now on a member's bytes are read.
    pub fn inside_member(&self) {
        self.header_left.set(None);
    }

    fn spend(&self, bytes: u64) -> io::Result<()> {
        match self.bytes_left.get().checked_sub(bytes) {
            Some(left) => self.bytes_left.set(left),
            None => self.stopped.set(Some(Stop::Bytes)),
        }
        if let Some(left) = self.header_left.get() {
            match left.checked_sub(bytes) {
                Some(left) => self.header_left.set(Some(left)),
                None => self.stopped.set(Some(Stop::Header)),
            }
        }
        match self.stopped() {
            Some(why) => Err(io::Error::other(why)),
            None => Ok(()),
        }
    }
}

/// A reader whose bytes are metered.
pub(super) struct Metered<R> {
    pub inner: R,
    pub gauge: Rc<Gauge>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.gauge.spend(count as u64)?;
        Ok(count)
    }
}
