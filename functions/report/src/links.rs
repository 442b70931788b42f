//! Addresses in the AWS console, which has a host of its own in each partition.

use patching::summary::RunSummary;
use policy::ids::Region;
use record::ObjectKey;

/// Where to go on looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The execution in the Step Functions console.
    pub execution: String,
    /// The report in the S3 console, which opens it for those who may read the bucket.
    pub report: String,
}

impl Links {
    /// None when the run's execution has no ARN of the form that Step Functions uses.
    pub fn new(summary: &RunSummary, report: &ObjectKey) -> Option<Self> {
        let arn = summary.execution.as_deref()?;
        let Console { host, region } = Console::of(arn)?;
        let ObjectKey { bucket, key } = report;
        Some(Self {
            execution: format!("https://{host}/states/home?region={region}#/v2/executions/details/{arn}"),
            report: format!("https://{host}/s3/object/{bucket}?region={region}&prefix={key}"),
        })
    }
}

/// The console of a partition, and the Region from which one comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Console {
    pub(crate) host: &'static str,
    region: String,
}

impl Console {
    /// None when the execution has no ARN of the form that Step Functions uses.
    pub(crate) fn of(execution: &str) -> Option<Self> {
        let mut parts = execution.split(':');
        let ["arn", partition, "states", region] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?] else {
            return None;
        };
        let host = match partition {
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            "aws-cn" => "console.amazonaws.cn",
            _ => "console.aws.amazon.com",
        };
        Some(Self { host, region: region.to_owned() })
    }

    /// A host in the console of its account: EC2's page of an instance, Fleet Manager's of another machine.
    pub(crate) fn of_host(&self, id: &str, region: &Region) -> String {
        let host = self.host;
        if id.starts_with("mi-") {
            format!("https://{host}/systems-manager/managed-instances/{id}/description?region={region}")
        } else {
            format!("https://{host}/ec2/home?region={region}#InstanceDetails:instanceId={id}")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::summary;

    #[test]
    fn each_partition_has_its_own_console() {
        let report = ObjectKey { bucket: "data".into(), key: "runs/r1/report.html".into() };
        for (partition, region, console) in [
            ("aws", "eu-west-1", "https://console.aws.amazon.com/"),
            ("aws-us-gov", "us-gov-west-1", "https://console.amazonaws-us-gov.com/"),
            ("aws-cn", "cn-north-1", "https://console.amazonaws.cn/"),
        ] {
            let arn = format!("arn:{partition}:states:{region}:111122223333:execution:rollout:r1");
            let links = Links::new(&summary(&json!({"execution": arn})), &report).unwrap();
            let states = format!("{console}states/home?region={region}#/v2/executions/details/{arn}");
            let object = format!("{console}s3/object/data?region={region}&prefix=runs/r1/report.html");
            assert_eq!((links.execution, links.report), (states, object));
        }
    }

    #[test]
    fn there_is_no_link_for_what_is_no_arn() {
        let report = ObjectKey { bucket: "data".into(), key: "k".into() };
        assert_eq!(Links::new(&summary(&json!({"execution": "javascript:alert(1)"})), &report), None);
    }
}
