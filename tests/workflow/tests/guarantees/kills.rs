//! A function that dies: from its n-th call on nothing reaches SSM, for every n.

use policy::PatchPolicy;
use ssm_simulator::{Fault, Faults, ScriptedFault};
use workflow::cell::{Cell, policy};

use crate::guarantees::expected::foreign;
use crate::guarantees::faults::Work;

/// Who completes what a dead function left.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// The state machine invokes it again: the same run, with the same client tokens.
    Try,
    /// Another run comes, with tokens of its own.
    Run,
}

/// Kills `work` at each of its calls; answers how many kills it survived.
async fn killed_at_each_call(cell: &Cell, work: Work, how: &Fault, next: Next) -> usize {
    let ours: PatchPolicy = policy();
    for nth in 1.. {
        work.prepare(cell).await;
        let before = foreign(cell, &ours);
        cell.simulator.script([ScriptedFault::every_call(how.clone()).from_nth(nth)]);
        let run = cell.next_run();
        let died = work.attempt(&cell.ssm, &run).await.is_err();
        cell.simulator.set_faults(Faults::default());
        assert_eq!(foreign(cell, &ours), before, "{work:?} killed by {how:?} at call {nth}");
        match next {
            Next::Try => work.attempt(&cell.ssm, &run).await.unwrap(),
            Next::Run => {
                let lags = cell.settle();
                work.attempt(&cell.ssm, &cell.next_run()).await.unwrap();
                cell.simulator.configure(lags);
            }
        }
        assert_eq!(work.differences(cell), Vec::<String>::new(), "{work:?} killed by {how:?} at call {nth}");
        assert_eq!(foreign(cell, &ours), before, "{work:?} killed by {how:?} at call {nth}");
        if !died {
            println!("{work:?} survived {} kills by {how:?}", nth - 1);
            return usize::try_from(nth).unwrap() - 1;
        }
    }
    unreachable!("a run ends")
}

#[tokio::test]
async fn a_first_set_up_that_dies_at_any_call_is_completed_by_the_next_try_or_run() {
    let cell = Cell::unsettled().await;
    for (how, next) in [(Fault::DropBefore, Next::Try), (Fault::DropAfter, Next::Try), (Fault::DropAfter, Next::Run)] {
        let survived = killed_at_each_call(&cell, Work::FirstSetUp, &how, next).await;
        assert!(survived > 12, "a first set-up has more calls than {survived}");
    }
}

#[tokio::test]
async fn an_update_that_dies_at_any_call_is_completed_by_the_next_try_or_run() {
    let cell = Cell::unsettled().await;
    for (how, next) in [(Fault::DropAfter, Next::Try), (Fault::DropBefore, Next::Run)] {
        let survived = killed_at_each_call(&cell, Work::Update, &how, next).await;
        assert!(survived > 20, "an update has more calls than {survived}");
    }
}

#[tokio::test]
async fn a_teardown_that_dies_at_any_call_is_completed_by_the_next_try_or_run() {
    let cell = Cell::unsettled().await;
    for (how, next) in [(Fault::DropAfter, Next::Try), (Fault::DropBefore, Next::Run)] {
        let survived = killed_at_each_call(&cell, Work::TearDown, &how, next).await;
        assert!(survived > 20, "a teardown has more calls than {survived}");
    }
}
