//! Any policy over any account: generated, and made smaller until the least example that fails is left.

use std::collections::BTreeMap;

use patching::outcome::{Status, WindowOutcome, WindowStatus};
use policy::PatchPolicy;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use ssm_simulator::{ConfigChange, Lag, WindowSnapshot};
use support::arbitrary;
use workflow::cell::Cell;

use crate::guarantees::expected::{differences, foreign, ours, publish_documents};
use crate::guarantees::found::{self, Found};

/// As many examples as fit into some seconds.
pub(crate) const FEW: u32 = 24;
/// As many as take minutes.
const MANY: u32 = 1_000;

/// A policy, what its account holds, and how SSM pages.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) policy: PatchPolicy,
    pub(crate) found: Vec<Found>,
    page_size: usize,
    /// For how many calls it is not known everywhere what the run creates.
    lag: u32,
    additions: bool,
}

fn example() -> impl Strategy<Value = Example> {
    let policy = arbitrary::policy();
    let aws = (1..6usize, 0..3u32, any::<bool>());
    (policy, found::windows(), aws).prop_map(|(policy, found, (page_size, lag, additions))| Example {
        policy,
        found,
        page_size,
        lag,
        additions,
    })
}

/// Runs `test` for so many examples, each in an account of which nothing is left from the one before.
pub(crate) fn holds_for(examples: u32, test: &impl AsyncFn(&Cell, Example)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cell = runtime.block_on(Cell::new());
    let config = Config { cases: examples, source_file: Some(file!()), ..Config::default() };
    let once = |value| {
        cell.simulator.reset();
        runtime.block_on(test(&cell, value));
        Ok(())
    };
    TestRunner::new(config).run(&example(), once).unwrap_or_else(|failed| panic!("{failed}"));
}

impl Example {
    /// Makes what is to be found, and gives each document of the policy a hash.
    pub(crate) async fn make(&self, cell: &Cell) {
        publish_documents(cell, &self.policy);
        cell.simulator.configure(ConfigChange { page_size: Some(self.page_size), ..ConfigChange::default() });
        // So that the account-Region is there also when nothing is made in it.
        cell.ssm.describe_maintenance_windows().send().await.unwrap();
        cell.settle();
        for window in &self.found {
            window.make(cell, &self.policy).await;
        }
        let (lag, additions) = (Some(Lag::of_calls(self.lag)), Some(self.additions));
        let change = ConfigChange { list_lag: lag, tag_lag: lag, additions, ..ConfigChange::default() };
        cell.simulator.configure(change);
    }
}

pub(crate) async fn after_one_run_all_is_as_the_policy_says(cell: &Cell, example: Example) {
    example.make(cell).await;
    cell.roll_out(&example.policy).await;
    assert_eq!(differences(cell, &example.policy), Vec::<String>::new());
}

pub(crate) async fn a_second_run_makes_no_writing_call(cell: &Cell, example: Example) {
    example.make(cell).await;
    cell.roll_out(&example.policy).await;
    cell.settle();
    let before = cell.state();
    let (again, calls) = cell.calls_of(cell.roll_out(&example.policy)).await;
    assert_eq!(calls.writing().counts(), BTreeMap::new());
    assert!(again.windows.iter().all(|window| window.status == WindowStatus::Unchanged), "{again:?}");
    assert_eq!(cell.state(), before);
}

pub(crate) async fn foreign_windows_stay_as_they_are_through_rollout_and_teardown(cell: &Cell, example: Example) {
    example.make(cell).await;
    let before = foreign(cell, &example.policy);
    let response = cell.roll_out(&example.policy).await;
    assert_eq!(foreign(cell, &example.policy), before);
    let named =
        |window: &&WindowSnapshot| example.policy.windows.iter().any(|wanted| wanted.name.as_str() == window.name);
    assert_eq!(response.warnings.len(), before.iter().filter(named).count());
    cell.settle();
    cell.tear_down(&example.policy).await;
    assert_eq!(cell.state().windows, before);
}

/// The plan is held against what then differs in the account, and against what the rollout says that it did.
pub(crate) async fn a_plan_says_what_the_rollout_then_does(cell: &Cell, example: Example) {
    example.make(cell).await;
    let before = by_id(cell, &example.policy);
    let (plan, calls) = cell.calls_of(cell.plan(&example.policy)).await;
    assert_eq!((plan.status, calls.writing().counts()), (Status::Planned, BTreeMap::new()));
    let rollout = cell.roll_out(&example.policy).await;
    let after = by_id(cell, &example.policy);
    let done: Vec<_> = rollout.windows.into_iter().map(|window| foreseeable(window.planned())).collect();
    assert_eq!(plan.windows.iter().cloned().map(foreseeable).collect::<Vec<_>>(), done);
    assert_eq!(plan.warnings, rollout.warnings);
    for window in &plan.windows {
        let id = window.id.as_ref();
        let (was, is) = (id.and_then(|id| before.get(id)), id.and_then(|id| after.get(id)));
        match window.status {
            WindowStatus::WouldCreate => assert!(id.is_none(), "{window:?}"),
            WindowStatus::WouldDelete => assert!(was.is_some() && is.is_none(), "{window:?}"),
            WindowStatus::WouldUpdate => assert!(is.is_some() && was != is, "{window:?}"),
            WindowStatus::Unchanged => assert!(is.is_some() && was == is, "{window:?}"),
            done => panic!("a plan that says {done}"),
        }
    }
}

fn by_id(cell: &Cell, policy: &PatchPolicy) -> BTreeMap<String, WindowSnapshot> {
    ours(cell, policy).into_iter().map(|window| (window.id.clone(), window)).collect()
}

/// Without what a plan cannot know: the id of a window that is yet to be created, and when windows run next.
fn foreseeable(window: WindowOutcome) -> WindowOutcome {
    let id = window.id.filter(|_| window.status != WindowStatus::WouldCreate);
    WindowOutcome { id, next_execution: None, ..window }
}

/// The strategies reach what they are for: otherwise the tests above would hold for want of examples.
#[test]
fn the_examples_have_something_of_everything() {
    use proptest::strategy::ValueTree;
    let mut runner = TestRunner::deterministic();
    let examples: Vec<_> = (0..200).map(|_| example().new_tree(&mut runner).unwrap().current()).collect();
    let share = |holds: fn(&Example) -> bool| examples.iter().filter(|example| holds(example)).count();
    assert!(share(|example| example.policy.windows.is_empty()) > 10);
    assert!(share(|example| example.policy.windows.len() > 2) > 10);
    assert!(share(|example| example.found.iter().any(Found::is_foreign_namesake)) > 10);
    assert!(share(|example| example.found.iter().filter(|found| found.is_ours()).count() > 1) > 10);
}

#[test]
#[ignore = "takes minutes"]
fn each_promise_holds_for_many_examples() {
    holds_for(MANY, &after_one_run_all_is_as_the_policy_says);
    holds_for(MANY, &a_second_run_makes_no_writing_call);
    holds_for(MANY, &foreign_windows_stay_as_they_are_through_rollout_and_teardown);
    holds_for(MANY, &a_plan_says_what_the_rollout_then_does);
}
