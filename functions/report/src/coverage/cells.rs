//! What `inspect-hosts` wrote, and what earlier inspections left.

use aws_sdk_s3::Client;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use lambda::CallError;
use lambda::call::Called;
use patching::hosts::Cell;
use policy::ids::RunId;
use record::{ObjectKey, object};
use serde::de::DeserializeOwned;

/// Cells that are read at once: 3,000 take five seconds so.
const AT_ONCE: usize = 50;
/// How much may be read at once, however large each cell is: one of 5,000 hosts has 4 MB.
const BYTES_AT_ONCE: u64 = 64 << 20;

/// The cells of a run in the order of accounts and Regions (`s3:ListBucket`, `s3:GetObject`). One that is not as `inspect-hosts` writes
/// it is left out, so that what it holds counts as not looked at.
pub(super) async fn of_run<'a>(
    s3: &'a Client,
    bucket: &'a str,
    run: &RunId,
) -> Result<impl Stream<Item = Result<Cell, CallError>> + 'a, CallError> {
    let objects = objects(s3, bucket, &format!("runs/{run}/hosts/")).await?;
    let largest = objects.iter().map(|(_, size)| *size).max().unwrap_or_default().max(1);
    let at_once = usize::try_from(BYTES_AT_ONCE / largest).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
    let contents = stream::iter(objects).map(move |(key, _)| async move {
        let object = ObjectKey { bucket: bucket.to_owned(), key };
        Ok((object::read(s3, &object).await?, object.key))
    });
    let cells = contents.buffered(at_once).map_ok(|(content, key)| parse::<Cell>(&content, &key));
    Ok(cells.try_filter_map(async |cell| Ok(cell)))
}

/// Keys and sizes, in the order of the keys.
async fn objects(s3: &Client, bucket: &str, prefix: &str) -> Result<Vec<(String, u64)>, CallError> {
    let mut pages = s3.list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
    let mut objects = Vec::new();
    while let Some(page) = pages.next().await {
        let found = page.called("s3:ListBucket")?.contents.into_iter().flatten();
        objects.extend(found.filter_map(|one| Some((one.key?, u64::try_from(one.size?).ok()?))));
    }
    Ok(objects)
}

/// None, and a line in the log, where an object holds something else than it should.
pub(super) fn parse<T: DeserializeOwned>(content: &[u8], key: &str) -> Option<T> {
    serde_json::from_slice(content)
        .inspect_err(|problem| tracing::error!(key, error = %problem, "the object cannot be read"))
        .ok()
}
