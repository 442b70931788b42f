//! Hosts that are in one list and not in another, or there twice.

use patching::hosts::HostKind;
use patching::hosts::Reason::{ConnectionLost, NoTag};
use patching::hosts::Verdict::{Away, Blocked, Patched};
use patching::hosts::observation::{Execution, Instance, Invocation, ManagedNode};

use crate::given::{Given, ID, LINUX, at, text};

#[test]
fn a_managed_node_of_ec2_without_an_instance_was_terminated() {
    let gone = Given::with(|given| given.seen.instances.clear());
    assert_eq!(gone.cell().hosts, []);
    for state in ["shutting-down", "terminated"] {
        assert_eq!(Given::with(|given| given.instance().state = state.into()).cell().hosts, []);
    }
}

fn elsewhere(given: &mut Given) {
    given.seen.instances.clear();
    given.node().id = "mi-0123456789abcdef0".into();
    given.patch().id = "mi-0123456789abcdef0".into();
    given.node().name = text("db.example.com");
    given.node().source_type = text("Microsoft.Compute/virtualMachines");
    given.node().tags.insert("InstanceOS".into(), "Linux".into());
}

#[test]
fn a_machine_elsewhere_is_a_host_with_the_tags_that_systems_manager_keeps() {
    let host = Given::with(elsewhere).host();
    assert_eq!((host.kind, host.verdict), (HostKind::Hybrid, Patched));
    assert_eq!((host.name.as_deref(), host.state), (Some("db.example.com"), None));
    let untagged = Given::with(|given| {
        elsewhere(given);
        given.node().tags.clear();
    })
    .host();
    assert_eq!((untagged.verdict, untagged.reasons[0].name), (Blocked, NoTag));
    let lost = Given::with(|given| {
        elsewhere(given);
        given.node().ping_status = "ConnectionLost".into();
        given.node().last_ping_at = Some(at("2026-10-01T00:00:00Z"));
    })
    .host();
    assert_eq!((lost.verdict, lost.reasons[0].name), (Away, ConnectionLost), "nobody knows whether it runs");
}

#[test]
fn an_id_of_eight_characters_is_one() {
    let host = Given::with(|given| {
        given.instance().id = "i-1234abcd".into();
        given.node().id = "i-1234abcd".into();
        given.patch().id = "i-1234abcd".into();
    })
    .host();
    assert_eq!((&*host.id, host.kind, host.verdict), ("i-1234abcd", HostKind::Ec2, Patched));
}

#[test]
fn what_is_there_twice_is_one_host_and_the_worse_answer_counts() {
    let verdicts = |change: fn(&mut Given)| {
        let given = Given::with(change);
        let mut turned = given.clone();
        turned.seen.instances.reverse();
        turned.seen.nodes.reverse();
        turned.seen.patch_states.reverse();
        assert_eq!(given.host(), turned.host());
        given.host().verdict
    };
    assert_eq!(
        verdicts(|given| {
            given.seen.instances.push(given.seen.instances[0].clone());
            given.seen.nodes.push(given.seen.nodes[0].clone());
            given.seen.patch_states.push(given.seen.patch_states[0].clone());
            given.seen.windows.extend(given.seen.windows.clone());
            given.seen.baselines.push(given.seen.baselines[0].clone());
        }),
        Patched
    );
    assert_eq!(
        verdicts(|given| given
            .seen
            .instances
            .push(Instance { state: "stopped".into(), ..given.seen.instances[0].clone() })),
        Away
    );
    assert_eq!(
        verdicts(|given| {
            let later = Some(at("2026-11-28T05:59:00Z"));
            given.seen.nodes.push(ManagedNode {
                ping_status: "ConnectionLost".into(),
                last_ping_at: later,
                ..given.seen.nodes[0].clone()
            });
        }),
        Away
    );
}

#[test]
fn of_two_patch_states_the_one_that_failed_counts_and_else_the_later_one() {
    let ended = |moments: [&str; 2]| {
        let given = Given::with(|given| {
            given.seen.patch_states.push(given.seen.patch_states[0].clone());
            for (patch, moment) in given.seen.patch_states.iter_mut().zip(moments) {
                patch.ended_at = Some(at(moment));
            }
        });
        given.host().patch.unwrap().ended_at
    };
    let (earlier, later, failed) = ("2026-11-27T06:20:00Z", "2026-11-27T06:30:00Z", "1970-01-01T00:00:00Z");
    assert_eq!(ended([earlier, later]), Some(at(later)));
    assert_eq!(ended([later, earlier]), Some(at(later)));
    assert_eq!(ended([later, failed]), None);
    assert_eq!(ended([failed, later]), None);
}

/// An invocation that moved from page to page is there twice, with what it was and what it became.
#[test]
fn of_two_invocations_on_a_host_the_worse_one_counts() {
    for statuses in [["InProgress", "Failed"], ["Failed", "InProgress"]] {
        let given = Given::with(|given| {
            given.got(statuses[0]);
            given.got(statuses[1]);
            let other = given.opening().commands[0].clone();
            given.opening().commands.push(other);
        });
        let run = given.cell().windows.into_iter().find(|run| run.name == LINUX).and_then(|run| run.last).unwrap();
        assert_eq!((run.targets, run.succeeded, run.failed), (1, 0, 1));
        assert_eq!(given.host().last_window.unwrap().result, "Failed");
    }
}

#[test]
fn of_two_commands_on_a_host_the_worse_one_counts() {
    for statuses in [["Success", "Terminated"], ["Terminated", "Success"]] {
        let given = Given::with(|given| {
            let mut second = given.opening().commands[0].clone();
            second.id = "second".into();
            given.opening().commands.push(second);
            for (command, status) in given.opening().commands.iter_mut().zip(statuses) {
                let invocation = Invocation { host: ID.into(), status_details: status.into(), requested_at: None };
                command.invocations.push(invocation);
            }
        });
        assert_eq!(given.host().last_window.unwrap().result, "Terminated");
    }
}

#[test]
fn hosts_are_listed_by_id() {
    let given = Given::with(|given| {
        for id in ["mi-00000000000000001", "i-00000000000000009", "i-00000000000000001"] {
            let node = ManagedNode { id: id.into(), ..given.seen.nodes[0].clone() };
            given.seen.nodes.push(node);
            if id.starts_with("i-") {
                given.seen.instances.push(Instance { id: id.into(), ..given.seen.instances[0].clone() });
            }
        }
    });
    let ids: Vec<_> = given.cell().hosts.into_iter().map(|host| host.id).collect();
    assert_eq!(ids, ["i-00000000000000001", "i-00000000000000009", ID, "mi-00000000000000001"]);
}

#[test]
fn what_is_known_of_a_host_is_kept() {
    let host = Given::with(|given| {
        given.instance().state = "running".into();
        given.tag("Name", "<b>web</b>");
        given.patch().counts.missing = 3;
        given.patch().counts.security = 2;
        given.patch().counts.available_security = 1;
    })
    .host();
    assert_eq!(host.name.as_deref(), Some("<b>web</b>"), "as it stands");
    assert_eq!((host.state.as_deref(), host.vpc.as_deref()), (Some("running"), Some("vpc-1")));
    assert_eq!((host.agent_version.as_deref(), host.ping_status.as_deref()), (Some("3.3.1611.0"), Some("Online")));
    assert_eq!(host.last_ping_at, Some(at("2026-11-28T05:58:00Z")));
    assert_eq!(host.launched_at, Some(at("2026-03-01T08:00:00Z")));
    let patch = host.patch.unwrap();
    assert_eq!((&*patch.operation, patch.ended_at), ("Install", Some(at("2026-11-27T06:20:00Z"))));
    assert_eq!((patch.missing_count, patch.failed_count), (Some(3), Some(0)));
    assert_eq!((patch.security_non_compliant_count, patch.critical_non_compliant_count), (Some(2), Some(0)));
    assert_eq!((patch.other_non_compliant_count, patch.available_security_update_count), (Some(0), Some(1)));
    let before_its_agent = Given::with(Given::unmanaged).host();
    assert_eq!(before_its_agent.platform.as_deref(), Some("Linux/UNIX"));
    let without_version = Given::with(|given| given.node().platform_version = None).host();
    assert_eq!(without_version.platform.as_deref(), Some("Amazon Linux"));
    let unnamed = Given::with(|given| {
        given.tag("Name", "");
        given.node().name = text("ip-10-0-0-1");
    });
    assert_eq!(unnamed.host().name.as_deref(), Some("ip-10-0-0-1"));
}

#[test]
fn an_opening_without_a_beginning_tells_nothing_of_hosts_that_it_does_not_name() {
    let given = Given::with(|given| {
        given.window(LINUX).executions = vec![Execution { status: "FAILED".into(), ..Execution::default() }];
    });
    assert_eq!(given.host().verdict, Patched);
}
