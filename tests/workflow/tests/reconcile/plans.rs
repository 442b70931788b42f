//! A plan says what a rollout would do, and needs no permission to do it.

use aws_sdk_ssm::config::retry::RetryConfig;
use aws_sdk_ssm::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ssm::{Client, Config};
use kit::NamedError;
use local_aws::{BareAws, Progress};
use patching::dhmc::SETTING_ID;
use patching::input::Action;
use patching::outcome::{DhmcStatus, Status, WindowOutcome, WindowStatus};
use patching::policy::PatchPolicy;
use serde_json::json;
use ssm_simulator::{Calls, Simulator};

use crate::harness::{ACCOUNT, Cell, REGION, policy, policy_with, scan, window};

const ROLE: &str = "plan-only";

/// What a plan calls, and nothing else.
const READING: [&str; 8] = [
    "ssm:DescribeMaintenanceWindows",
    "ssm:DescribeMaintenanceWindowTargets",
    "ssm:DescribeMaintenanceWindowTasks",
    "ssm:GetMaintenanceWindow",
    "ssm:GetMaintenanceWindowTask",
    "ssm:ListTagsForResource",
    "ssm:DescribeDocument",
    "ssm:GetServiceSetting",
];

/// A session with a role that may only read.
struct ReadOnly {
    ssm: Client,
    _aws: BareAws,
    simulator: Simulator,
}

impl ReadOnly {
    async fn start() -> Self {
        let aws = BareAws::start(&Progress::silent()).await.unwrap();
        let account = aws.clients.in_account(ACCOUNT);
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": READING, "Resource": "*"}]});
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        ]});
        _ = (account, policy, trust);
        todo!()
    }
}
