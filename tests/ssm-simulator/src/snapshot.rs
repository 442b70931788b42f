//! A copy of what the account-Regions hold, for tests to look at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::DHMC_SETTING;
use crate::state::{Cell, Context, Registered, Window};

/// All account-Regions that were ever called, sorted by account and Region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Snapshot(pub Vec<RegionSnapshot>);

/// One account-Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionSnapshot {
    /// The account id.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The maintenance windows in the order of creation.
    pub windows: Vec<WindowSnapshot>,
    /// The role of Default Host Management Configuration, `$None` when there is none.
    pub dhmc_role: String,
    /// The status of that setting: `Default`, `Customized` or `PendingUpdate`.
    pub dhmc_status: String,
    /// The values of all settings that somebody has changed.
    pub settings: BTreeMap<String, String>,
}

/// One maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowSnapshot {
    /// The window's id.
    pub id: String,
    /// The window's name.
    pub name: String,
    /// The window's tags.
    pub tags: BTreeMap<String, String>,
    /// The window as `GetMaintenanceWindow` answers it.
    pub window: Value,
    /// The targets as `DescribeMaintenanceWindowTargets` lists them.
    pub targets: Vec<Value>,
    /// The tasks as `GetMaintenanceWindowTask` answers them.
    pub tasks: Vec<Value>,
}

impl Snapshot {
    /// One account-Region, if it was ever called.
    pub fn get(&self, account: &str, region: &str) -> Option<&RegionSnapshot> {
        self.0.iter().find(|one| one.account == account && one.region == region)
    }

    /// The windows of one account-Region.
    pub fn windows(&self, account: &str, region: &str) -> &[WindowSnapshot] {
        self.get(account, region).map(|one| one.windows.as_slice()).unwrap_or_default()
    }
}

impl RegionSnapshot {
    /// The first window of this name.
    pub fn window(&self, name: &str) -> Option<&WindowSnapshot> {
        self.windows.iter().find(|window| window.name == name)
    }

    pub(crate) fn of(cell: &Cell, context: Context<'_>) -> Self {
        let mut holdings = cell.holdings.lock();
        let (dhmc_role, dhmc_status) = holdings.settings.peek(DHMC_SETTING).unwrap_or_default();
        let settings =
            holdings.settings.changed().filter_map(|id| Some((id.to_owned(), holdings.settings.peek(id)?.0))).collect();
        Self {
            account: cell.account.to_string(),
            region: cell.region.to_string(),
            windows: holdings.windows.iter_mut().map(|window| WindowSnapshot::of(window, context)).collect(),
            dhmc_role,
            dhmc_status: dhmc_status.to_owned(),
            settings,
        }
    }
}

impl WindowSnapshot {
    fn of(window: &mut Window, context: Context<'_>) -> Self {
        let all = |registered: &[Registered], structure: &str| {
            let project = |one: &Registered| Value::Object(context.model.project(structure, &one.fields));
            registered.iter().map(project).collect()
        };
        Self {
            id: window.id.clone(),
            name: crate::state::text(&window.fields, "Name").to_owned(),
            tags: window.tags.clone(),
            window: window.describe(context, "GetMaintenanceWindowResult"),
            targets: all(&window.targets, "MaintenanceWindowTarget"),
            tasks: all(&window.tasks, "GetMaintenanceWindowTaskResult"),
        }
    }
}
