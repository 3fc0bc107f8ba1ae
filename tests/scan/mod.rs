//! `foundling scan`: what is looked at, what is not and why, and how a run ends.

pub mod archives;
mod copyrights;
mod ending;
mod hostile;
mod matching;
mod ownership;
mod tree;
