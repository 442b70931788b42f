//! Locks between copies of this program.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::error::{At, Result};

/// Waits for the lock and holds it until the answer is dropped.
pub(crate) async fn wait(path: &Path) -> Result<File> {
    let file = File::create(path).at("locking", path)?;
    // A blocking wait could not be interrupted with Ctrl-C.
    while file.try_lock().is_err() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(file)
}
