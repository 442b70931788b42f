//! Addresses in the AWS console, which has a host of its own in each partition.

use kit::ObjectKey;
use patching::summary::RunSummary;

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
    #[must_use]
    pub fn new(summary: &RunSummary, report: &ObjectKey) -> Option<Self> {
        let arn = summary.execution.as_deref()?;
        let mut parts = arn.split(':');
        let ["arn", partition, "states", region] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?] else {
            return None;
        };
        let console = match partition {
            "aws-us-gov" => "console.amazonaws-us-gov.com",
            "aws-cn" => "console.amazonaws.cn",
            _ => "console.aws.amazon.com",
        };
        let ObjectKey { bucket, key } = report;
        Some(Self {
            execution: format!("https://{console}/states/home?region={region}#/v2/executions/details/{arn}"),
            report: format!("https://{console}/s3/object/{bucket}?region={region}&prefix={key}"),
        })
    }
}
