//! What holds for the program as a whole. One binary: it links once.

mod corrupt;
mod diff;
mod index;
mod integrations;
mod keep;
mod layers;
mod licenses;
mod licensing;
mod program;
mod registry;
mod report;
mod review;
mod scan;
mod since;
mod sources;
