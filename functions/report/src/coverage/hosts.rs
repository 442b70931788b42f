//! Every host for the page's script, as JSON in which what many hosts share is there once: 60 bytes a host instead of 600.

use jiff::Timestamp;
use patching::hosts::{Cell, Finding, Host, Patch};
use policy::ids::Region;
use serde::Serialize;
use serde_json::json;

use super::row::baseline;
use crate::html::Once;

/// Hosts that were taken in, cell by cell.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    once: Once,
    /// Account, Region and hosts of a cell: JSON already.
    cells: Vec<String>,
}

/// Id, name, verdict, and as numbers of facts: reasons, system, place, windows, patches; the minute of the last patching operation.
#[derive(Serialize)]
struct Row<'a>(&'a str, Option<&'a str>, usize, usize, usize, usize, usize, Option<usize>, Option<i64>);

impl Hosts {
    pub(super) fn add(&mut self, cell: &Cell) {
        let rows: Vec<_> = cell.hosts.iter().map(|host| self.row(cell, host)).collect();
        if !rows.is_empty() {
            self.cells.push(json!([cell.account, cell.region, rows]).to_string());
        }
    }

    fn row<'a>(&mut self, cell: &Cell, host: &'a Host) -> Row<'a> {
        let reason = |finding: &Finding| json!([finding.name, finding.detail, command(finding, host, &cell.region)]);
        let reasons: Vec<_> = host.reasons.iter().map(reason).collect();
        let last = host.last_window.as_ref();
        let last = last.map(|last| (&last.window, &last.result, last.at.map(minute)));
        Row(
            &host.id,
            host.name.as_deref(),
            host.verdict as usize,
            self.once.number(&json!(reasons)),
            self.once.number(&json!([host.platform, host.agent_version])),
            self.once.number(&json!([host.kind, host.state, host.ping_status, host.vpc, host.group])),
            self.once.number(&json!([host.windows, host.next_execution, last])),
            host.patch.as_ref().map(|patch| self.patch(cell, patch)),
            host.patch.as_ref().and_then(|patch| patch.ended_at).map(minute),
        )
    }

    fn patch(&mut self, cell: &Cell, patch: &Patch) -> usize {
        self.once.number(&json!([
            patch.operation,
            baseline(cell, patch),
            patch.missing_count,
            patch.failed_count,
            patch.installed_pending_reboot_count,
            patch.critical_non_compliant_count,
            patch.security_non_compliant_count,
            patch.other_non_compliant_count,
            patch.available_security_update_count,
        ]))
    }

    /// `{"facts": […], "cells": [[account, Region, [host, …]], …]}`.
    pub(super) fn json(self) -> String {
        format!("{{\"facts\":{},\"cells\":[{}]}}", self.once.json(), self.cells.join(","))
    }
}

/// The command that mends it, before and after the host's id, so that hosts with the same trouble share it. The script puts the id
/// between, and the Region at the end.
fn command(finding: &Finding, host: &Host, region: &Region) -> Option<(String, String)> {
    let command = finding.command(host, region)?;
    let (before, after) = command.strip_suffix(&format!(" --region {region}"))?.split_once(&host.id)?;
    Some((before.to_owned(), after.to_owned()))
}

/// Minutes since 1970.
fn minute(at: Timestamp) -> i64 {
    at.as_second() / 60
}
