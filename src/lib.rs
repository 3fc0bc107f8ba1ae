//! foundling finds the open source that nobody declared: vendored directories, copied files and pasted snippets.
//!
//! # The straight line
//!
//! ```text
//! index build:  sources → archive → tokens → fingerprints → lineages → sorted runs → index file
//! scan:         walk → read → [ digest → tokens → seeds → chains → matches ] → attribute → report → writer
//!                  archives     └──── file stage: one file, in parallel ────┘    tree stage    formats
//! ```
//!
//! Two functions are the program, and the rest is plumbing around them:
//!
//! - [`examine::examine`], the *file stage*, turns one file's bytes into evidence. A match names *content* or a *lineage*
//!   (a file of a component followed through its releases), not yet a release.
//! - [`attribute::attribute`], the *tree stage*, turns the evidence of all files into findings. Only here does content
//!   become component, release and place, because neighbours decide.
//!
//! Both depend on nothing but their arguments. No stage calls an earlier one or edits an earlier one's value.
//!
//! # Where things are
//!
//! | module | the question it answers |
//! |---|---|
//! | [`model`] | what are the words: purl, lineage, evidence, finding, limit? |
//! | [`error`] | what ends a run ([`error::Error`]), and what is only recorded ([`error::Problem`])? |
//! | [`atomic`] | how does a file appear whole or not at all? |
//! | [`git`] | what does a repository hold, asked so that nothing of it runs? |
//! | [`text`] | what does a file say, apart from its white space, comments and names? |
//! | [`input`] | which files are there, and what bytes do they and the archives among them hold? |
//! | [`index`] | which lineages hold this content, this key? What does the file of all that look like? |
//! | [`license`] | which licences does a file state, and what do they ask for? |
//! | [`matching`] | which stretches of a file are explained by which lineage, beyond chance? |
//! | [`copyright`] | who says in a file to own it, and since when? |
//! | [`examine`] | the file stage |
//! | [`attribute`] | the tree stage: whose is it, which release, where does it begin? |
//! | [`review`] | what is to be thought of findings: conditions, decisions, what to do about them? |
//! | [`report`] | how is that said to people and to programs? |
//! | [`explain`] | why one file was attributed as it was |
//! | [`upstream`] | where is the release that something is a copy of? |
//! | [`patch`] | what was changed in a copy, as a patch? |
//! | [`scan`], [`build`] | the assembly lines: they own threads and input and output |
//! | [`cli`], [`config`] | what was asked for, and does it make sense as a whole? |
//! | [`run`] | the commands |
//!
//! A module uses what stands above it in this table and nothing below; `tests/layers.rs` has the order and fails on a
//! violation.
//!
//! # What always holds
//!
//! - **The same input gives the same bytes**, whatever the number of threads and the order in which files are met. Ties
//!   break by a total order.
//! - **A query is made exactly as the index was**: [`text`] is shared, its parameters stand in the index, and an index of
//!   another [`text::TEXT_VERSION`] is refused.
//! - **Nothing is passed over in silence**: what was not examined in full is a [`error::Problem`] in the report.
//! - **Own code hides no open source**: which code is a company's own says an index, never the scanned tree; open source is
//!   looked for in it all the same, and where both hold the same and the dates leave a doubt, it is open source.
//! - **Input is hostile**: what a scanned tree or an index file says never makes the program panic, run for ever or
//!   write anywhere. Every cap stands in [`model::limits`].
//! - **Files appear whole or not at all**, whether the run fails or is interrupted.
//!
//! # As a library
//!
//! ```no_run
//! use foundling::{index::set::Indexes, scan};
//!
//! let mut indexes = Indexes::default();
//! indexes.add_file("ours.fdx".as_ref())?;
//! let report = scan::scan(&["product".into()], &indexes, &scan::Options::default(), &|_| ())?;
//! for finding in &report.findings {
//!     println!("{} holds {}", finding.root, finding.purl);
//! }
//! # Ok::<(), foundling::error::Error>(())
//! ```

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod atomic;
pub mod attribute;
pub mod build;
pub mod cli;
pub mod config;
pub mod copyright;
pub mod error;
pub mod examine;
pub mod explain;
pub mod git;
pub mod index;
pub mod input;
pub mod license;
pub mod matching;
pub mod model;
pub mod patch;
pub mod registry;
pub mod report;
pub mod review;
pub mod run;
pub mod scan;
pub mod text;
pub mod upstream;
