use std::collections::BTreeSet;

use patching::observed::Observed;
use patching::outcome::WindowStatus;
use patching::plan::plan;
use proptest::prelude::{Just, Strategy, any};
use proptest::proptest;
use proptest::sample::Index;

use crate::found::{Example, example};
use crate::model::{carried_out, nothing_to_do};

/// An example, and the same with everything listed in another order.
fn shuffled() -> impl Strategy<Value = (Example, Observed)> {
    example().prop_flat_map(|example| {
        let Observed { ours, foreign } = example.observed.clone();
        let parts = proptest::collection::vec(any::<Index>(), 1..9);
        (Just(example), Just(ours).prop_shuffle(), Just(foreign).prop_shuffle(), parts).prop_map(
            |(example, mut ours, foreign, parts)| {
                for (window, index) in ours.iter_mut().zip(parts.iter().cycle()) {
                    let (targets, tasks) = (window.targets.len(), window.tasks.len());
                    window.targets.rotate_left(if targets == 0 { 0 } else { index.index(targets) });
                    window.tasks.rotate_left(if tasks == 0 { 0 } else { index.index(tasks) });
                }
                (example, Observed { ours, foreign })
            },
        )
    })
}

proptest! {
    #[test]
    fn once_a_plan_is_carried_out_there_is_nothing_to_do(example in example()) {
        let after = carried_out(&plan(&example.desired, &example.observed), &example.observed);
        let next = plan(&example.desired, &after);
        assert!(nothing_to_do(&next), "{next:#?}");
        assert_eq!(after.ours.len(), example.desired.windows.len());
        for (window, wanted) in after.ours.iter().zip(&example.desired.windows) {
            assert_eq!(&window.settings, &wanted.window);
            assert_eq!((window.targets.len(), window.tasks.len()), (1, 1));
            assert_eq!(&window.targets[0].settings, &wanted.target);
            assert_eq!(window.tasks[0].run_command.as_ref(), Some(&wanted.task));
            assert_eq!(window.tasks[0].target_ids, [window.targets[0].id.clone()]);
        }
    }

    #[test]
    fn the_order_in_which_ssm_lists_things_makes_no_difference((example, other_order) in shuffled()) {
        assert_eq!(plan(&example.desired, &example.observed), plan(&example.desired, &other_order));
    }

    #[test]
    fn each_window_of_ours_is_named_once_and_a_foreign_one_never(example in example()) {
        let planned = plan(&example.desired, &example.observed);
        let named: Vec<_> = planned.windows.iter().filter_map(|window| window.outcome.id.as_deref()).collect();
        let ours: BTreeSet<_> = example.observed.ours.iter().map(|window| window.id.as_str()).collect();
        assert_eq!((named.len(), named.into_iter().collect::<BTreeSet<_>>()), (ours.len(), ours));
    }

    #[test]
    fn what_a_plan_predicts_is_what_differs_once_it_is_carried_out(example in example()) {
        let planned = plan(&example.desired, &example.observed);
        let after = carried_out(&planned, &example.observed);
        for predicted in planned.predicted() {
            let of = |observed: &Observed| observed.ours.iter().find(|window| Some(&window.id) == predicted.id.as_ref()).cloned();
            let (before, after) = (of(&example.observed), of(&after));
            match predicted.status {
                WindowStatus::WouldCreate => assert!(before.is_none()),
                WindowStatus::WouldDelete => assert!(before.is_some() && after.is_none()),
                WindowStatus::WouldUpdate => assert!(after.is_some() && before != after && !predicted.changes.is_empty()),
                WindowStatus::Unchanged => assert!(after.is_some() && before == after && predicted.changes.is_empty()),
                done => panic!("a plan that says {done}"),
            }
        }
    }

    #[test]
    fn only_foreign_windows_with_one_of_our_names_are_warned_of(example in example()) {
        let names: BTreeSet<_> = example.desired.windows.iter().map(|wanted| &wanted.window.name).collect();
        let namesakes = example.observed.foreign.iter().filter(|foreign| names.contains(&foreign.name)).count();
        assert_eq!(plan(&example.desired, &example.observed).warnings.len(), namesakes);
    }
}
