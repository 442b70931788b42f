//! `MiniStack` alone: no functions, no simulator, no organization. Ready in seconds, for what needs no rollout.

use crate::clients::Clients;
use crate::error::Result;
use crate::folder::RunFolder;
use crate::ministack;
use crate::options::REGIONS;
use crate::process::{Group, free_port};
use crate::progress::Progress;
use crate::venv::Venv;
use crate::workspace::Workspace;

/// AWS services without anything in them. Dropped, the process ends.
#[derive(Debug)]
pub struct BareAws {
    /// Clients for its services.
    pub clients: Clients,
    _ministack: Group,
    _folder: RunFolder,
}

impl BareAws {
    /// Starts it.
    ///
    /// # Errors
    /// Names the step that failed and what to do about it.
    pub async fn start(progress: &Progress) -> Result<Self> {
        let workspace = Workspace::find().await?;
        let venv = Venv::prepare(&workspace, progress).await?;
        let folder = RunFolder::make(&workspace).await?;
        let endpoint = format!("http://127.0.0.1:{}", free_port()?);
        let clients = Clients { ssm_endpoint: endpoint.clone(), endpoint, home_region: REGIONS[0].to_owned() };
        let ministack = ministack::start(&venv, &clients, &ministack::management_account()?, &folder).await?;
        Ok(Self { clients, _ministack: ministack, _folder: folder })
    }
}
