//! Objects in S3: the run's targets and its report.

use std::fmt;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::primitives::ByteStream;
use lambda::call::Called;
use lambda::{CallError, Cause, logs};
use serde::{Deserialize, Serialize};

const WRITING: &str = "s3:PutObject";
/// One try of writing an object: the table of 5,000 accounts in 17 Regions has 95 MB.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Three tries with the pauses between them.
const ALL_WRITES_TIMEOUT: Duration = Duration::from_secs(95);

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectKey {
    /// The bucket.
    pub bucket: String,
    /// The key in it.
    pub key: String,
}

/// One state of an object, or that there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    etag: Option<String>,
}

/// The object's content (`s3:GetObject`).
pub async fn read(s3: &Client, object: &ObjectKey) -> Result<Vec<u8>, CallError> {
    Ok(read_version(s3, object).await?.0)
}

/// The object's content, and which state of it that is; no content where there is no object. That S3 says so, and not that access is
/// denied, takes `s3:ListBucket`.
pub async fn read_if_there(s3: &Client, object: &ObjectKey) -> Result<(Option<Vec<u8>>, Version), CallError> {
    match read_version(s3, object).await {
        Err(error) if error.has_code(&["NoSuchKey"]) => Ok((None, Version::default())),
        read => read.map(|(content, version)| (Some(content), version)),
    }
}

async fn read_version(s3: &Client, object: &ObjectKey) -> Result<(Vec<u8>, Version), CallError> {
    const OPERATION: &str = "s3:GetObject";
    let answer = s3.get_object().bucket(&object.bucket).key(&object.key).send().await.called(OPERATION)?;
    let body = answer.body.collect().await;
    let body = body.map_err(|error| CallError::new(Cause::ServiceUnavailable, OPERATION, error.to_string()))?;
    Ok((body.to_vec(), Version { etag: answer.e_tag }))
}

/// Writes `value` as the object's content, in place of what was there.
pub async fn write_json(s3: &Client, object: &ObjectKey, value: &impl Serialize) -> Result<(), CallError> {
    write(s3, object, "application/json", serde_json::to_vec(value).map_err(not_written)?).await
}

/// Writes `value` unless the object was written since this version was read, by a conditional write: then it is `ChangedMeanwhile`.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
pub async fn replace_json(
    s3: &Client,
    object: &ObjectKey,
    version: Version,
    value: &impl Serialize,
) -> Result<(), CallError> {
    put(s3, object, "application/json", serde_json::to_vec(value).map_err(not_written)?, Some(version)).await
}

/// What cannot be put into words is not written in part.
pub fn not_written(problem: impl fmt::Display) -> CallError {
    CallError::not_made(WRITING, problem)
}

/// Writes the object whole, in place of what was there (`s3:PutObject`).
pub async fn write(s3: &Client, object: &ObjectKey, content_type: &str, content: Vec<u8>) -> Result<(), CallError> {
    put(s3, object, content_type, content, None).await
}

async fn put(
    s3: &Client,
    object: &ObjectKey,
    content_type: &str,
    content: Vec<u8>,
    only_over: Option<Version>,
) -> Result<(), CallError> {
    let is_new = only_over.as_ref().is_some_and(|version| version.etag.is_none());
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(WRITE_TIMEOUT).operation_timeout(ALL_WRITES_TIMEOUT).build();
    let answer = s3
        .put_object()
        .bucket(&object.bucket)
        .key(&object.key)
        .content_type(content_type)
        .body(ByteStream::from(content))
        .set_if_match(only_over.and_then(|version| version.etag))
        .set_if_none_match(is_new.then(|| "*".to_owned()))
        .customize()
        .config_override(aws_sdk_s3::config::Config::builder().timeout_config(timeouts))
        .send()
        .await
        .called(WRITING)?;
    logs::written(WRITING, &object.key, answer.request_id());
    Ok(())
}
