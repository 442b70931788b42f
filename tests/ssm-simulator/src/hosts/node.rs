//! `ssm:DescribeInstanceInformation`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html>
//!
//! Not confirmed: that asking for an id which is not managed is `InvalidInstanceId`, and what both lists of filters at once are
//! refused with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::IntoStaticStr;

use super::{Held, Host};
use crate::error::ServiceError;
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, epoch_seconds, known, strings};

/// "The default value is 10."
const PAGE: usize = 10;

/// What Systems Manager knows of a host, in the names of the type `InstanceInformation`.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the type")]
pub struct Node {
    pub ping_status: PingStatus,
    pub last_ping_date_time: Timestamp,
    pub agent_version: String,
    pub is_latest_version: bool,
    pub platform_type: PlatformType,
    pub platform_name: String,
    pub platform_version: String,
    pub activation_id: Option<String>,
    pub iam_role: Option<String>,
    pub registration_date: Option<Timestamp>,
    pub name: Option<String>,
    pub computer_name: String,
    pub association_status: Option<String>,
    /// `AWS::SSM::ManagedInstance`, `Microsoft.Compute/virtualMachines`, …; of an instance it is `AWS::EC2::Instance`.
    pub source_type: Option<String>,
    /// Of a hybrid node; those of an instance are EC2's.
    pub tags: BTreeMap<String, String>,
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are those of the type")]
pub enum PingStatus {
    #[default]
    Online,
    ConnectionLost,
    Inactive,
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are those of the type")]
pub enum PlatformType {
    #[default]
    Linux,
    Windows,
    MacOS,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            ping_status: PingStatus::default(),
            last_ping_date_time: Timestamp::UNIX_EPOCH,
            agent_version: "3.3.1611.0".into(),
            is_latest_version: true,
            platform_type: PlatformType::default(),
            platform_name: "Amazon Linux".into(),
            platform_version: "2023".into(),
            activation_id: None,
            iam_role: None,
            registration_date: None,
            name: None,
            computer_name: "ip-10-0-0-1".into(),
            association_status: None,
            source_type: None,
            tags: BTreeMap::new(),
        }
    }
}

impl Holdings {
    pub(crate) fn describe_nodes(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        let filters = filters(input)?;
        let asked = filters.iter().filter(|(key, _)| key == "InstanceIds").flat_map(|(_, ids)| ids);
        if let Some(id) = asked.clone().find(|id| self.host(id).is_none_or(|host| host.managed_node().is_none())) {
            return Err(ServiceError::new("InvalidInstanceId", format!("Instance {id} is not managed")));
        }
        let page = Page::with_own_code(input, context.config, PAGE)?;
        let passes = |held: &&mut Held| {
            let node = held.host.managed_node();
            node.is_some_and(|node| filters.iter().all(|filter| held.host.passes(node, filter)))
        };
        let nodes = self.hosts.iter_mut().filter(passes);
        Ok(page.answer("InstanceInformationList", nodes, |held| {
            held.host.managed_node().map(|node| held.host.information(node)).unwrap_or_default()
        }))
    }
}

type Filter = (String, Vec<String>);

fn filters(input: &Fields) -> Result<Vec<Filter>, ServiceError> {
    let list = |name| input.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (old, new) = (list("InstanceInformationFilterList"), list("Filters"));
    let read = |key: &Value, values: &Value| (key.as_str().unwrap_or_default().to_owned(), strings(Some(values)));
    let old = old.iter().map(|filter| read(&filter["key"], &filter["valueSet"]));
    let filters: Vec<Filter> = old.chain(new.iter().map(|filter| read(&filter["Key"], &filter["Values"]))).collect();
    if let Some((key, _)) = filters.iter().find(|(key, _)| !is_tag(key) && !KEYS.contains(&key.as_str())) {
        return Err(ServiceError::new("InvalidFilterKey", format!("The specified filter key isn't valid: {key}")));
    }
    let by_tag = filters.iter().filter(|(key, _)| is_tag(key)).count();
    if by_tag > 0 && by_tag < filters.len() {
        let message = "Filters by tag can't be combined with other filter types";
        return Err(ServiceError::new("InvalidInstanceInformationFilterValue", message));
    }
    Ok(filters)
}

const KEYS: [&str; 8] = [
    "ActivationIds",
    "AgentVersion",
    "AssociationStatus",
    "IamRole",
    "InstanceIds",
    "PingStatus",
    "PlatformTypes",
    "ResourceType",
];

fn is_tag(key: &str) -> bool {
    key == "tag-key" || key.starts_with("tag:")
}

impl Host {
    fn passes(&self, node: &Node, (key, values): &Filter) -> bool {
        let among = |value: &str| values.iter().any(|one| one == value);
        match key.as_str() {
            "ActivationIds" => node.activation_id.as_deref().is_some_and(among),
            "AgentVersion" => among(&node.agent_version),
            "AssociationStatus" => node.association_status.as_deref().is_some_and(among),
            "IamRole" => node.iam_role.as_deref().is_some_and(among),
            "InstanceIds" => among(&self.id),
            "PingStatus" => among(node.ping_status.into()),
            "PlatformTypes" => among(node.platform_type.into()),
            "ResourceType" => among(self.resource_type()),
            "tag-key" => self.tags().keys().any(|key| among(key)),
            tag => self.tags().get(tag.trim_start_matches("tag:")).is_some_and(|value| among(value)),
        }
    }

    fn resource_type(&self) -> &'static str {
        if self.is_hybrid() { "ManagedInstance" } else { "EC2Instance" }
    }

    pub(super) fn information(&self, node: &Node) -> Value {
        let source = if self.is_hybrid() { "AWS::SSM::ManagedInstance" } else { "AWS::EC2::Instance" };
        known(json!({
            "InstanceId": self.id,
            "PingStatus": <&str>::from(node.ping_status),
            "LastPingDateTime": epoch_seconds(node.last_ping_date_time),
            "AgentVersion": node.agent_version,
            "IsLatestVersion": node.is_latest_version,
            "PlatformType": <&str>::from(node.platform_type),
            "PlatformName": node.platform_name,
            "PlatformVersion": node.platform_version,
            "ActivationId": node.activation_id,
            "IamRole": node.iam_role,
            "RegistrationDate": node.registration_date.map(epoch_seconds),
            "ResourceType": self.resource_type(),
            "Name": node.name,
            "IPAddress": "10.0.0.1",
            "ComputerName": node.computer_name,
            "AssociationStatus": node.association_status,
            "SourceId": self.id,
            "SourceType": node.source_type.as_deref().unwrap_or(source),
        }))
    }
}
