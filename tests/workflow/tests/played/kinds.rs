//! What a week makes of the kinds of hosts that are made up.

use ssm_simulator::{PatchState, PingStatus};

use super::*;

/// The week in which every host may fail and none is stopped by another.
async fn a_week() -> Week {
    Week::of(400, &policy("100%", "100%")).await
}

#[tokio::test]
async fn each_kind_gets_from_the_windows_what_it_is_made_for() {
    let week = a_week().await;
    let expected = [
        (
            Fate::Success,
            vec![Kind::Linux, Kind::Hybrid, Kind::Azure, Kind::Odd, Kind::WrongTag, Kind::Replaced, Kind::Lost],
        ),
        (
            Fate::Success,
            vec![Kind::Frozen, Kind::Pinned, Kind::ScannedByOthers, Kind::FailsToInstall, Kind::DoesNotRestart],
        ),
        (Fate::Stopped, vec![Kind::Stopped, Kind::StoppedInWindows]),
        (Fate::NotManaged, vec![Kind::MetadataOff, Kind::NotManaged, Kind::WithoutEndpoints, Kind::NotManagedProfile]),
        (Fate::DeliveryTimedOut, vec![Kind::LongLost, Kind::HybridLost, Kind::TakesNoCommands]),
        (
            Fate::NotMatched,
            vec![Kind::NoTag, Kind::MisspeltTag, Kind::UnknownTag, Kind::Mac, Kind::OldAgent, Kind::EksNode],
        ),
        (Fate::NotMatched, vec![Kind::Windows, Kind::Waiting, Kind::Operated]),
        (Fate::Failed, vec![Kind::Fails, Kind::FailsForWeeks, Kind::FailsToScan, Kind::Bottlerocket]),
        (Fate::ExecutionTimedOut, vec![Kind::Hangs]),
        (Fate::Cancelled, vec![Kind::Slow]),
    ];
    for (fate, kinds) in expected {
        for kind in kinds {
            assert!(week.of_kind(kind).count() > 0, "{kind:?}");
            for host in week.of_kind(kind) {
                assert_eq!(week.fate(&host.id, LINUX), fate, "{kind:?} {}", host.id);
            }
        }
    }
    for host in week.of_kind(Kind::Windows) {
        assert_eq!(week.fate(&host.id, WINDOWS), Fate::Success);
    }
    for host in week.of_kind(Kind::Young) {
        assert!(!week.truth.contains_key(&(host.id.clone(), LINUX.to_owned())), "it was not there yet");
    }
}

#[tokio::test]
async fn each_kind_has_the_patch_state_that_it_is_made_for() {
    let week = a_week().await;
    let all = |kind, holds: &dyn Fn(&PatchState) -> bool| {
        let mut states = week.of_kind(kind).map(|host| host.patch_state.as_ref()).peekable();
        states.peek().is_some() && states.all(|state| state.is_some_and(holds))
    };
    for kind in [Kind::Linux, Kind::Windows, Kind::Hybrid, Kind::Azure, Kind::Odd, Kind::WrongTag, Kind::Lost] {
        assert!(all(kind, &|state| state.missing_count == 0 && state.failed_count == 0), "{kind:?}");
    }
    assert!(all(Kind::FailsToInstall, &|state| state.failed_count == 2));
    assert!(all(Kind::DoesNotRestart, &|state| state.installed_pending_reboot_count > 0));
    assert!(all(Kind::FailsToScan, &|state| state.missing_count == -1));
    assert!(all(Kind::Frozen, &|state| state.baseline_id == "pb-aaaaaaaaaaaaaaaaa" && state.installed_count == 0));
    assert!(all(Kind::Pinned, &|state| state.installed_rejected_count == 1));
    assert!(all(Kind::Waiting, &|state| state.missing_count == 0 && state.available_security_update_count > 0));
    assert!(all(Kind::ScannedByOthers, &|state| state.baseline_id == "pb-0ffffffffffffffff"));
    assert!(all(Kind::FailsForWeeks, &|state| state.operation_end_time < time("2026-11-01T00:00:00Z")));
    for kind in [Kind::NoTag, Kind::MisspeltTag, Kind::TakesNoCommands, Kind::Fails, Kind::Stopped, Kind::NotManaged] {
        assert!(week.of_kind(kind).all(|host| host.patch_state.is_none()), "{kind:?}");
    }
}

#[tokio::test]
async fn agents_are_updated_but_where_no_window_finds_them() {
    let week = a_week().await;
    let versions = |kind| week.of_kind(kind).map(|host| host.node.as_ref().unwrap().agent_version.as_str());
    assert!(versions(Kind::Linux).chain(versions(Kind::Windows)).all(|version| version == "3.3.3050.0"));
    assert!(versions(Kind::OldAgent).all(|version| version == "2.3.701.0"));
    let lost = week.of_kind(Kind::Lost).map(|host| host.node.as_ref().unwrap());
    assert!(lost.into_iter().all(|node| node.ping_status == PingStatus::ConnectionLost));
}
