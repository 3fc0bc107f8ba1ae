//! Gets bytes out of a file system: which files there are ([`walk`]), what stands in them ([`read`]), and what archives
//! hold ([`archive`]). Nothing is ever written, and nothing that was found here is executed or followed out of its root.

pub mod archive;
pub mod digest;
mod ignore_rules;
pub mod listed;
pub mod manifest;
pub mod read;
pub mod walk;
