//! The archive on a real disk: that it reads back, that a failed write and a crash at any step lose
//! nothing that was synced, that a power cut does not either.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "helpers of tests stop at the first surprise, as tests do, and say what was skipped"
)]

mod archive {
    mod copies;
    mod cuts;
    mod faults;
    mod kills;
    mod reads;
    mod sample;
}
