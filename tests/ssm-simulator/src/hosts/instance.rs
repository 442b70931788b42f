//! `ec2:DescribeInstances`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>
//!
//! Pages are cut before filters are applied, so a page may hold less than asked for, or nothing, and still name a next one:
//! <https://github.com/aws/aws-sdk-ruby/issues/689>, <https://github.com/seek-oss/aec/pull/405>. The bounds of `MaxResults` are those
//! of <https://github.com/aws/aws-sdk-ruby/pull/2575>. That `Platform` is `windows`, where the type has `Windows`, is what the filter
//! `platform` says. Not confirmed: the upper bound, the codes for a token and for a filter that are not valid, and the words of
//! `StateTransitionReason`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::IntoStaticStr;

use super::{Held, Host, iso};
use crate::derive;
use crate::error::ServiceError;
use crate::pages::Page;
use crate::state::{Answer, Context, Fields, Holdings, known, strings};

/// What EC2 knows of a host, in the names of the type `Instance`.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the type")]
pub struct Instance {
    pub state: InstanceState,
    /// Such as `User initiated (2026-11-20 08:14:11 GMT)`.
    pub state_transition_reason: String,
    pub launch_time: Timestamp,
    /// `Linux/UNIX`, `Windows`, …; `Platform` is derived from it.
    pub platform_details: String,
    /// The ARN of the instance profile.
    pub iam_instance_profile: Option<String>,
    pub metadata_options: MetadataOptions,
    pub tags: BTreeMap<String, String>,
    /// `spot`, `scheduled` or `capacity-block`.
    pub instance_lifecycle: Option<String>,
    pub operator: Option<Operator>,
    pub image_id: String,
    pub subnet_id: String,
    pub vpc_id: String,
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of the type")]
pub enum InstanceState {
    Pending,
    #[default]
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the type")]
pub struct MetadataOptions {
    /// `optional` or `required`.
    pub http_tokens: String,
    /// `enabled` or `disabled`.
    pub http_endpoint: String,
    pub http_put_response_hop_limit: i64,
    /// `enabled` or `disabled`.
    pub instance_metadata_tags: String,
}

/// The service that runs the instance for its owner.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_OperatorResponse.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Operator {
    /// Such as `eks.amazonaws.com`.
    pub principal: String,
    /// Whether it is listed only when asked for with `IncludeManagedResources`.
    #[serde(default = "yes")]
    pub hidden_by_default: bool,
}

fn yes() -> bool {
    true
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            state: InstanceState::default(),
            state_transition_reason: String::new(),
            launch_time: Timestamp::UNIX_EPOCH,
            platform_details: "Linux/UNIX".into(),
            iam_instance_profile: None,
            metadata_options: MetadataOptions::default(),
            tags: BTreeMap::new(),
            instance_lifecycle: None,
            operator: None,
            image_id: "ami-0a1b2c3d4e5f60718".into(),
            subnet_id: "subnet-0a1b2c3d4e5f60718".into(),
            vpc_id: "vpc-0a1b2c3d4e5f60718".into(),
        }
    }
}

impl Default for MetadataOptions {
    fn default() -> Self {
        Self {
            http_tokens: "required".into(),
            http_endpoint: "enabled".into(),
            http_put_response_hop_limit: 2,
            instance_metadata_tags: "disabled".into(),
        }
    }
}

impl InstanceState {
    fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }
}

impl Holdings {
    pub(crate) fn describe_instances(&mut self, context: Context<'_>, input: &Fields) -> Answer {
        if input.get("DryRun") == Some(&Value::Bool(true)) {
            let message = "Request would have succeeded, but DryRun flag is set.";
            return Err(ServiceError::new("DryRunOperation", message));
        }
        let asked = strings(input.get("InstanceIds"));
        if !asked.is_empty() && input.contains_key("MaxResults") {
            let message = "The parameter instancesSet cannot be used with the parameter maxResults";
            return Err(ServiceError::new("InvalidParameterCombination", message));
        }
        if let Some(id) = asked.iter().find(|id| self.host(id).is_none_or(|host| host.instance.is_none())) {
            return Err(ServiceError::new(
                "InvalidInstanceID.NotFound",
                format!("The instance ID '{id}' does not exist"),
            ));
        }
        let page = page(input, context)?;
        let filters = filters(input)?;
        let with_managed = input.get("IncludeManagedResources") == Some(&Value::Bool(true));
        let instances = self.hosts.iter_mut().filter(|held| {
            let is_asked_for = asked.is_empty() || asked.contains(&held.host.id);
            is_asked_for && held.host.instance.as_ref().is_some_and(|instance| with_managed || !instance.is_hidden())
        });
        let mut answer = page.answer("Reservations", instances, |held| reservation(context, held, &filters));
        if let Some(reservations) = answer["Reservations"].as_array_mut() {
            reservations.retain(|one| !one.is_null());
        }
        // Other than Systems Manager's, a last page has no token at all.
        Ok(if answer["NextToken"] == "" { json!({ "Reservations": answer["Reservations"].take() }) } else { answer })
    }
}

/// Without `MaxResults` everything is one page; IDs and `MaxResults` exclude each other:
/// <https://github.com/getmoto/moto/issues/6282>.
fn page<'a>(input: &Fields, context: Context<'a>) -> Result<Page<'a>, ServiceError> {
    let size = input.get("MaxResults").and_then(Value::as_i64);
    let out_of_bounds = size.filter(|size| !(5..=1000).contains(size));
    if let Some(size) = out_of_bounds {
        let (than, bound) = if size < 5 { ("greater", 5) } else { ("less", 1000) };
        let message =
            format!("Value ( {size} ) for parameter maxResults is invalid. Expecting a value {than} than {bound}.");
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    Page::with_own_code(input, context.config, usize::MAX)
}

type Filters = Vec<(String, Vec<String>)>;

fn filters(input: &Fields) -> Result<Filters, ServiceError> {
    let filters = input.get("Filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let read = filters.iter().map(|filter| {
        let name = filter["Name"].as_str().unwrap_or_default();
        let known = ["instance-state-name", "instance-id", "vpc-id", "subnet-id", "image-id", "tag-key"];
        if known.contains(&name) || name.starts_with("tag:") {
            return Ok((name.to_owned(), strings(filter.get("Values"))));
        }
        Err(ServiceError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")))
    });
    read.collect()
}

impl Instance {
    fn is_hidden(&self) -> bool {
        self.operator.as_ref().is_some_and(|operator| operator.hidden_by_default)
    }

    fn passes(&self, id: &str, (name, values): &(String, Vec<String>)) -> bool {
        let among = |value: &str| values.iter().any(|one| one == value);
        match name.as_str() {
            "instance-state-name" => among(self.state.into()),
            "instance-id" => among(id),
            "vpc-id" => among(&self.vpc_id),
            "subnet-id" => among(&self.subnet_id),
            "image-id" => among(&self.image_id),
            "tag-key" => self.tags.keys().any(|key| among(key)),
            tag => self.tags.get(tag.trim_start_matches("tag:")).is_some_and(|value| among(value)),
        }
    }
}

/// An instance in a reservation of its own; null when a filter holds it back.
fn reservation(context: Context<'_>, held: &Held, filters: &Filters) -> Value {
    let Host { id, instance, .. } = &held.host;
    let Some(instance) = instance.as_ref().filter(|one| filters.iter().all(|filter| one.passes(id, filter))) else {
        return Value::Null;
    };
    let parts = ["reservation", context.account, context.region];
    json!({
        "ReservationId": format!("r-{}", derive::hex(context.seed, &parts, held.sequence, 17)),
        "OwnerId": context.account,
        "Groups": [],
        "Instances": [described(context, id, instance)],
    })
}

/// With parts that have elements of the same names within: network interfaces and volumes have operators and states of their own.
fn described(context: Context<'_>, id: &str, instance: &Instance) -> Value {
    let options = &instance.metadata_options;
    let is_windows = instance.platform_details.starts_with("Windows");
    let nobody = json!({ "Managed": false, "HiddenByDefault": false });
    known(json!({
        "AmiLaunchIndex": 0,
        "BlockDeviceMappings": [{ "DeviceName": "/dev/xvda", "Ebs": { "Status": "attached", "Operator": nobody } }],
        "IamInstanceProfile": instance.iam_instance_profile.as_ref().map(|arn| json!({ "Arn": arn, "Id": "AIPAEXAMPLE" })),
        "ImageId": instance.image_id,
        "InstanceId": id,
        "InstanceLifecycle": instance.instance_lifecycle,
        "InstanceType": "t3.medium",
        "LaunchTime": iso(instance.launch_time),
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": options.http_tokens,
            "HttpEndpoint": options.http_endpoint,
            "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
            "InstanceMetadataTags": options.instance_metadata_tags,
        },
        "NetworkInterfaces": [{
            "Groups": [{ "GroupId": "sg-0a1b2c3d4e5f60718", "GroupName": "default" }],
            "Operator": nobody, "Status": "in-use", "SubnetId": instance.subnet_id, "VpcId": instance.vpc_id,
        }],
        "Operator": instance.operator.as_ref().map_or(nobody.clone(), |operator| json!({
            "Managed": true, "Principal": operator.principal, "HiddenByDefault": operator.hidden_by_default,
        })),
        "Placement": { "AvailabilityZone": format!("{}a", context.region), "Tenancy": "default" },
        "Platform": is_windows.then_some("windows"),
        "PlatformDetails": instance.platform_details,
        "State": { "Code": instance.state.code(), "Name": <&str>::from(instance.state) },
        "StateTransitionReason": instance.state_transition_reason,
        "SubnetId": instance.subnet_id,
        "Tags": instance.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>(),
        "VpcId": instance.vpc_id,
    }))
}
