//! Any account-Region: windows that resemble the policy's, wholly or in part, and others.

use std::collections::{BTreeMap, BTreeSet};

use patching::documents::Document;
use patching::observed::{ForeignWindow, Observed, ObservedTarget, ObservedTask, ObservedWindow};
use patching::settings::{Desired, DesiredWindow};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::Index;
use support::arbitrary;

/// A policy and what is found of it.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) desired: Desired,
    pub(crate) observed: Observed,
}

/// A window of the policy (or of another one), the parts that it has, and what differs in them.
type Resembling = (Index, Option<String>, Vec<Part>, Vec<Part>, bool);
/// Another schedule, name or priority; of a kind that cannot be changed into the wanted one; on which target it runs.
type Part = (bool, bool, Option<Index>);

pub(crate) fn example() -> impl Strategy<Value = Example> {
    let part = || (any::<bool>(), proptest::bool::weighted(0.2), proptest::option::weighted(0.8, any::<Index>()));
    let other_name = proptest::option::weighted(0.2, "[a-z]{3,5}");
    let ours = (any::<Index>(), other_name, vec(part(), 0..3), vec(part(), 0..3), any::<bool>());
    let foreign = (any::<Index>(), proptest::option::of("[a-z]{3,5}"));
    (arbitrary::policy(), arbitrary::window(), vec(ours, 0..6), vec(foreign, 0..3)).prop_map(
        |(policy, another, ours, foreign)| {
            let document = Document { hash: Some("0".repeat(64)), parameters: BTreeSet::new() };
            let documents = BTreeMap::from([(("AWS-RunPatchBaseline".to_owned(), "$DEFAULT".to_owned()), document)]);
            let desired = Desired::new(&policy, None, &documents);
            let mut patterns = desired.windows.clone();
            let others = policy::PatchPolicy { windows: vec![another], ..policy };
            patterns.extend(Desired::new(&others, None, &documents).windows);
            let name =
                |index: Index, other: Option<String>| other.unwrap_or_else(|| index.get(&patterns).window.name.clone());
            let observed = Observed {
                ours: ours.into_iter().enumerate().map(|(n, found)| window(n, &patterns, found)).collect(),
                foreign: foreign
                    .into_iter()
                    .enumerate()
                    .map(|(n, (index, other))| ForeignWindow {
                        id: format!("mw-foreign-{n}"),
                        name: name(index, other),
                    })
                    .collect(),
            };
            Example { desired, observed }
        },
    )
}

fn window(number: usize, patterns: &[DesiredWindow], found: Resembling) -> ObservedWindow {
    let (index, other_name, targets, tasks, differs) = found;
    let wanted = index.get(patterns);
    let id = format!("mw-{number}");
    let mut settings = wanted.window.clone();
    settings.name = other_name.unwrap_or(settings.name);
    settings.enabled ^= differs;
    let targets: Vec<_> =
        targets.iter().enumerate().map(|(n, part)| target(&format!("{id}-target-{n}"), wanted, part)).collect();
    let tasks =
        tasks.iter().enumerate().map(|(n, part)| task(&format!("{id}-task-{n}"), wanted, part, &targets)).collect();
    ObservedWindow { id, settings, targets, tasks, next_execution: None }
}

fn target(id: &str, wanted: &DesiredWindow, (differs, other_kind, _): &Part) -> ObservedTarget {
    let mut settings = wanted.target.clone();
    if *differs {
        settings.name = Some("another".to_owned());
    }
    if *other_kind {
        let key = if settings.is_of_resource_groups() { "tag:Other" } else { "resource-groups:Name" };
        settings.selectors = BTreeMap::from([(key.to_owned(), ["x".to_owned()].into())]);
    }
    ObservedTarget { id: id.to_owned(), settings }
}

fn task(
    id: &str,
    wanted: &DesiredWindow,
    (differs, other_kind, on): &Part,
    targets: &[ObservedTarget],
) -> ObservedTask {
    let mut settings = wanted.task.clone();
    if *differs {
        settings.document_hash = Some("stale".to_owned());
        settings.beyond.insert("AlarmConfiguration");
    }
    let on = on.filter(|_| !targets.is_empty()).map(|index| index.get(targets).id.clone());
    ObservedTask {
        id: id.to_owned(),
        name: settings.name.clone(),
        target_ids: vec![on.unwrap_or_else(|| "gone".to_owned())],
        run_command: (!other_kind).then_some(settings),
    }
}
