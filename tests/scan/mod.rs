//! `foundling scan`: what is looked at, what is not and why, and how a run ends.

pub mod archives;
mod copyrights;
mod ending;
mod hostile;
mod managed;
mod matching;
pub mod ownership;
mod tree;
