//! Bugs planted on purpose, one at a time in a copy of the workspace: for each of them a test fails.
//!
//! Takes ten to fifteen minutes: `cargo test -p workflow planted:: -- --ignored --nocapture`.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod bugs;
mod copy;

use std::collections::BTreeSet;

use bugs::BUGS;
use copy::{Copy, Verdict};
use workflow::read;

#[test]
fn each_bug_can_be_planted_and_has_a_test_that_is_there() {
    for bug in BUGS {
        assert_eq!(read(bug.file).matches(bug.right).count(), 1, "{}: {} in {}", bug.name, bug.right, bug.file);
        let (source, test) = bug.test_source();
        assert!(read(&source).contains(&format!("fn {test}(")), "{}: {test} in {source}", bug.name);
    }
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn a_test_fails_for_each_of_them() {
    let copy = Copy::make();
    for caught_by in BUGS.iter().map(|bug| bug.caught_by).collect::<BTreeSet<_>>() {
        assert_eq!(copy.test(caught_by), Verdict::Passed, "{caught_by:?} without any bug");
    }
    let survived: Vec<_> = BUGS
        .iter()
        .filter(|bug| {
            let verdict = copy.with(bug.file, bug.right, bug.wrong, |copy| copy.test(bug.caught_by));
            println!("{:<60} {verdict:?} by {}", bug.name, bug.caught_by.test);
            verdict != Verdict::Failed
        })
        .map(|bug| bug.name)
        .collect();
    assert_eq!(survived, Vec::<&str>::new());
}
