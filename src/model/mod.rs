//! Plain data: the words of the trade. Nothing here reads, writes or decides.

pub mod copyright;
pub mod declaration;
pub mod digest;
pub mod evidence;
pub mod finding;
pub mod ids;
pub mod license;
pub mod limits;
pub mod place;
pub mod purl;
pub mod review;
pub mod sketch;

#[cfg(test)]
pub(crate) mod sample;
