//! Calls that fail, at random and one after the other.
//!
//! A run is tried as often as the state machine would try it, after errors that pass. What it leaves then, or what the next
//! run leaves, is the policy, once, and nothing foreign has changed.

use std::time::Duration;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::timeout::TimeoutConfig;
use aws_sdk_ssm::types::{MaintenanceWindowResourceType, Target};
use patching::place::Place;
use policy::PatchPolicy;
use policy::input::Action;
use serde_json::json;
use ssm_simulator::{ConfigChange, Fault, Faults, ScriptedFault};
use workflow::cell::{Cell, client, config, install, policy, policy_with, roll_out, set_dhmc, window, with_retries};

use crate::guarantees::expected::{differences, foreign, publish_documents};

/// What a run is to do with what it finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Work {
    FirstSetUp,
    Update,
    TearDown,
}

impl Work {
    pub(crate) const ALL: [Self; 3] = [Self::FirstSetUp, Self::Update, Self::TearDown];

    /// Makes what the run is to find: a foreign window, and what an earlier run has set up.
    pub(crate) async fn prepare(self, cell: &Cell) {
        cell.simulator.set_faults(Faults::default());
        cell.simulator.reset();
        let lags = cell.settle();
        publish_documents(cell, &policy());
        make_foreign_window(cell).await;
        if self != Self::FirstSetUp {
            cell.roll_out(&policy()).await;
        }
        cell.simulator.configure(lags);
    }

    /// One try.
    pub(crate) async fn attempt(self, ssm: &Client, run: &Place) -> Result<(), lambda::CallError> {
        match self {
            Self::FirstSetUp => roll_out(ssm, run, &policy()).await.map(|_| ()),
            Self::Update => roll_out(ssm, run, &changed()).await.map(|_| ()),
            Self::TearDown => workflow::cell::tear_down(ssm, run, Action::Disable, &policy(), false).await.map(|_| ()),
        }
    }

    /// Whether all is as it should be after it.
    pub(crate) fn differences(self, cell: &Cell) -> Vec<String> {
        match self {
            Self::FirstSetUp => differences(cell, &policy()),
            Self::Update => differences(cell, &changed()),
            Self::TearDown => differences(cell, &policy_with(&json!({"windows": []}))),
        }
    }
}

/// One window is changed, one renamed, one gone.
fn changed() -> PatchPolicy {
    policy_with(&json!({"windows": [
        window("sra_windows_maintenance", "MON", "AWS-RunPatchBaseline", &install()),
        window("new-window", "FRI", "AWS-RunPatchBaseline", &install()),
    ]}))
}

/// It has one of our names.
async fn make_foreign_window(cell: &Cell) {
    let create = cell.ssm.create_maintenance_window().name("sra_linux_maintenance").schedule("rate(7 days)");
    let created = create.duration(3).cutoff(1).allow_unassociated_targets(true).send().await.unwrap();
    let register = cell.ssm.register_target_with_maintenance_window().window_id(created.window_id().unwrap());
    let target = Target::builder().key("tag:Team").values("theirs").build();
    register.resource_type(MaintenanceWindowResourceType::Instance).targets(target).send().await.unwrap();
}

/// Which calls of a run fail, one in each run: every one of them takes minutes.
#[derive(Clone, Copy, Debug)]
enum Nth {
    /// Every fifth from this one on.
    Fifth(u64),
    Every,
}

impl Nth {
    fn calls(self) -> impl Iterator<Item = u64> {
        match self {
            Self::Fifth(first) => (first..).step_by(5),
            Self::Every => (1..).step_by(1),
        }
    }
}

/// Lets `fault` befall one call of each work after the other.
async fn befalls(cell: &Cell, ssm: &Client, fault: &Fault, nth: Nth) {
    let mut befallen = 0;
    for work in Work::ALL {
        for nth in nth.calls() {
            work.prepare(cell).await;
            let before = foreign(cell, &policy());
            cell.simulator.script([ScriptedFault::every_call(fault.clone()).nth(nth)]);
            let run = cell.next_run();
            let (result, calls) = cell.calls_of(with_retries(async || work.attempt(ssm, &run).await)).await;
            result.unwrap_or_else(|error| panic!("{work:?}, {fault:?} at call {nth}: {error}"));
            assert_eq!(work.differences(cell), Vec::<String>::new(), "{work:?}, {fault:?} at call {nth}");
            assert_eq!(foreign(cell, &policy()), before, "{work:?}, {fault:?} at call {nth}");
            if calls.0.len() < usize::try_from(nth).unwrap() {
                break;
            }
            befallen += 1;
        }
    }
    println!("{fault:?} befell {befallen} calls");
    assert!(befallen > 8, "only {befallen} calls in all");
}

/// Tries each call a few times, as the functions' clients do, with pauses that suit a test.
fn retrying(cell: &Cell) -> Client {
    let pauses = Duration::from_millis(1);
    client(&cell.simulator, &RetryConfig::standard().with_initial_backoff(pauses).with_max_backoff(pauses))
}

/// Gives a call up after a time that suits a test, and that a busy machine keeps to.
fn impatient(cell: &Cell) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(500)).build();
    Client::from_conf(config(&cell.simulator).retry_config(RetryConfig::disabled()).timeout_config(timeouts).build())
}

#[tokio::test]
async fn an_error_that_passes_at_any_call_is_made_up_for_by_a_retry() {
    let cell = Cell::unsettled().await;
    for (nth, code) in [(Nth::Fifth(1), "ThrottlingException"), (Nth::Fifth(2), "InternalServerError")] {
        befalls(&cell, &cell.ssm, &Fault::error(code), nth).await;
    }
}

#[tokio::test]
async fn a_connection_reset_before_or_after_the_effect_of_any_call_is_made_up_for_by_a_retry() {
    let cell = Cell::unsettled().await;
    for (nth, fault) in [(Nth::Fifth(3), Fault::DropBefore), (Nth::Fifth(4), Fault::DropAfter)] {
        befalls(&cell, &cell.ssm, &fault, nth).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_truncated_at_any_call_is_made_up_for_by_a_retry() {
    let cell = Cell::unsettled().await;
    befalls(&cell, &cell.ssm, &Fault::Truncate, Nth::Fifth(5)).await;
}

#[tokio::test]
async fn an_answer_that_comes_after_the_timeout_at_any_call_is_made_up_for_by_a_retry() {
    let cell = Cell::unsettled().await;
    befalls(&cell, &impatient(&cell), &Fault::Late(1500), Nth::Fifth(1)).await;
}

/// The window that is deleted may be a foreign one: somebody deletes what is theirs.
#[tokio::test]
async fn a_window_that_somebody_deletes_before_any_call_is_made_up_for_by_the_next_run() {
    somebody_deletes_a_window(&Cell::unsettled().await, Nth::Fifth(3)).await;
}

async fn somebody_deletes_a_window(cell: &Cell, nth: Nth) {
    for work in Work::ALL {
        for nth in nth.calls() {
            work.prepare(cell).await;
            cell.simulator.script([ScriptedFault::every_call(Fault::DeleteWindowFirst).nth(nth)]);
            let run = cell.next_run();
            let (result, calls) = cell.calls_of(with_retries(async || work.attempt(&cell.ssm, &run).await)).await;
            result.unwrap_or_else(|error| panic!("{work:?}, deleted before call {nth}: {error}"));
            let lags = cell.settle();
            work.attempt(&cell.ssm, &cell.next_run()).await.unwrap();
            cell.simulator.configure(lags);
            assert_eq!(work.differences(cell), Vec::<String>::new(), "{work:?}, deleted before call {nth}");
            if calls.0.len() < usize::try_from(nth).unwrap() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn throttling_and_breakdowns_at_random_leave_what_the_next_run_completes() {
    breakdowns_at_random(&Cell::unsettled().await, 10).await;
}

/// The faults of a seed hit the same calls each time.
async fn breakdowns_at_random(cell: &Cell, seeds: u64) {
    let ssm = retrying(cell);
    let (mut injected, mut finished) = (0, 0);
    let mixes = [(0.01, 0.0), (0.1, 0.0), (0.5, 0.0), (0.05, 0.05), (0.1, 0.1)];
    for seed in 0..seeds {
        let (throttling_rate, other) = mixes[usize::try_from(seed).unwrap() % mixes.len()];
        let faults = Faults {
            seed,
            throttling_rate,
            server_error_rate: other,
            drop_before_rate: other,
            drop_after_rate: other,
            scripted: vec![],
        };
        for work in Work::ALL {
            work.prepare(cell).await;
            let before = foreign(cell, &policy());
            cell.simulator.set_faults(faults.clone());
            let run = cell.next_run();
            let (result, calls) = cell.calls_of(with_retries(async || work.attempt(&ssm, &run).await)).await;
            injected += calls.filter(|call| call.outcome != "ok").0.len();
            cell.simulator.set_faults(Faults::default());
            match result {
                Ok(()) => finished += 1,
                Err(error) => {
                    assert!(error.is_passing(), "{work:?}, seed {seed}: {error}");
                    let lags = cell.settle();
                    work.attempt(&cell.ssm, &cell.next_run()).await.unwrap();
                    cell.simulator.configure(lags);
                }
            }
            assert_eq!(work.differences(cell), Vec::<String>::new(), "{work:?}, seed {seed}");
            assert_eq!(foreign(cell, &policy()), before, "{work:?}, seed {seed}");
        }
    }
    println!("{injected} faults in {} runs, of which {finished} finished by retries alone", seeds * 3);
    assert!(injected > 100 && finished > 15, "{injected} faults, {finished} runs finished in spite of them");
}

/// The SDK repeats a call whose answer is lost. Without a token that is remembered it creates a second time.
#[tokio::test]
async fn a_token_that_the_service_has_forgotten_leaves_nothing_twice() {
    let cell = Cell::new().await;
    let forget = ConfigChange { forget_client_tokens: Some(true), ..ConfigChange::default() };
    cell.simulator.configure(forget);
    befalls(&cell, &retrying(&cell), &Fault::DropAfter, Nth::Fifth(2)).await;
}

/// A page that begins at a position hides a window when one before it is deleted.
#[tokio::test]
async fn pages_that_move_under_the_reader_leave_nothing_twice() {
    let cell = Cell::new().await;
    let pages = ConfigChange { page_size: Some(1), pages_by_position: Some(true), ..ConfigChange::default() };
    cell.simulator.configure(pages);
    publish_documents(&cell, &policy());
    for nth in 1..=8 {
        cell.simulator.reset();
        for name in ["theirs-1", "theirs-2"] {
            let create = cell.ssm.create_maintenance_window().name(name).schedule("rate(7 days)");
            create.duration(3).cutoff(1).allow_unassociated_targets(true).send().await.unwrap();
        }
        cell.roll_out(&policy()).await;
        let theirs = cell.window("theirs-1").id;
        let hidden = async {
            // Between two pages, since a call takes longer than the pause.
            tokio::time::sleep(Duration::from_millis(nth * 3)).await;
            cell.ssm.delete_maintenance_window().window_id(&theirs).send().await.unwrap();
        };
        cell.simulator.configure(ConfigChange { latency_ms: Some(4), ..ConfigChange::default() });
        let run = cell.next_run();
        let (result, ()) = tokio::join!(with_retries(async || roll_out(&cell.ssm, &run, &policy()).await), hidden);
        result.unwrap();
        cell.simulator.configure(ConfigChange { latency_ms: Some(0), ..ConfigChange::default() });
        assert_eq!(differences(&cell, &policy()), Vec::<String>::new(), "deleted after {} ms", nth * 3);
        assert_eq!(foreign(&cell, &policy()).len(), 1);
    }
}

#[tokio::test]
async fn a_setting_that_is_pending_or_changed_by_many_is_set_by_a_retry() {
    let cell = Cell::new().await;
    let wanted = policy().dhmc;
    let configure = async || set_dhmc(&cell.ssm, Action::Rollout, &wanted).await;
    cell.simulator.configure(ConfigChange { setting_pending_reads: Some(3), ..ConfigChange::default() });
    cell.simulator
        .script([ScriptedFault::every_call(Fault::error("TooManyUpdates")).of("UpdateServiceSetting").first(2)]);
    with_retries(configure).await.unwrap();
    assert_eq!(configure().await.unwrap_err().to_string().matches("PendingUpdate").count(), 1);
    with_retries(configure).await.unwrap();
    assert_eq!(cell.state().dhmc_role, "service-role/Ours");
    let run = cell.next_run();
    let reset = async || workflow::cell::tear_down(&cell.ssm, &run, Action::Disable, &policy(), false).await;
    with_retries(reset).await.unwrap();
    while with_retries(async || member::dhmc::observe(&cell.ssm).await).await.unwrap() != "$None" {}
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn every_failure_of_every_call_is_made_up_for() {
    let cell = Cell::unsettled().await;
    let codes = ["ThrottlingException", "InternalServerError"].map(Fault::error);
    for fault in codes.iter().chain(&[Fault::DropBefore, Fault::DropAfter, Fault::Truncate]) {
        befalls(&cell, &cell.ssm, fault, Nth::Every).await;
    }
    befalls(&cell, &impatient(&cell), &Fault::Late(1500), Nth::Every).await;
    somebody_deletes_a_window(&cell, Nth::Every).await;
    breakdowns_at_random(&cell, 60).await;
}
