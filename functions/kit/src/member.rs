//! Work in member accounts: sessions with their configuration role, and clients that use them.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::{Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use lru::LruCache;
use patching::ids::{AccountId, Region, RoleArn, RunId};
use patching::policy::RoleName;
use patching::token::Place;

use crate::call::CallError;
use crate::env::{self, EnvError};

/// How many accounts' sessions, and how many accounts' and Regions' clients, one environment keeps.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(127);
/// A session is not used in its last minutes: an invocation must not outlive it.
const MARGIN: Duration = Duration::from_mins(5);

/// Where the configuration role stands in every account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRole {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The role's name, with its path.
    pub name: RoleName,
}

impl MemberRole {
    /// From `PARTITION` and `MEMBER_ROLE_NAME`.
    pub fn from_env() -> Result<Self, EnvError> {
        Ok(Self { partition: env::required("PARTITION")?, name: env::required("MEMBER_ROLE_NAME")? })
    }

    /// The role's ARN in `account`.
    #[must_use]
    pub fn arn(&self, account: &AccountId) -> RoleArn {
        self.other_arn(account, &self.name)
    }

    /// The ARN of the role `name` beside it in `account`.
    #[must_use]
    pub fn other_arn(&self, account: &AccountId, name: &RoleName) -> RoleArn {
        RoleArn::new(&self.partition, account, name)
    }
}

/// Makes and keeps sessions with the configuration role.
///
/// A session serves all Regions, as it comes from a Regional STS endpoint; it is kept for the run's following invocations of
/// this environment until shortly before it ends. What is used least goes first.
#[derive(Debug)]
pub struct MemberSessions {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    role: MemberRole,
    sessions: Mutex<LruCache<(RunId, AccountId), Session>>,
    clients: Mutex<LruCache<ClientKey, (SystemTime, aws_sdk_ssm::Client)>>,
}

type ClientKey = (RunId, AccountId, Region);

#[derive(Clone, Debug)]
struct Session {
    credentials: Credentials,
    usable_until: SystemTime,
}

impl MemberSessions {
    /// No session is made until one is needed.
    #[must_use]
    pub fn new(config: &SdkConfig, role: MemberRole) -> Self {
        Self {
            config: config.clone(),
            sts: aws_sdk_sts::Client::new(config),
            role,
            sessions: Mutex::new(LruCache::new(KEPT)),
            clients: Mutex::new(LruCache::new(KEPT)),
        }
    }

    /// The settings for a client of any service in `account`: the session's credentials, the function's own Region.
    ///
    /// Calls `sts:AssumeRole` unless a session is at hand; `run` names a new one, so that CloudTrail tells the run.
    pub async fn config(&self, run: &RunId, account: &AccountId) -> Result<SdkConfig, CallError> {
        let session = self.session(run, account).await?;
        let provider = SharedCredentialsProvider::new(session.credentials);
        Ok(self.config.to_builder().credentials_provider(provider).build())
    }

    /// Does `work` with the SSM client of `place`'s account and Region. When an error says that the session is no good, it is
    /// dropped and the work tried once more with a new one; so is what was denied to a session that was kept from before,
    /// as the role may be another one by now.
    pub async fn with_ssm<T>(
        &self,
        place: &Place,
        work: impl AsyncFn(&aws_sdk_ssm::Client) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let is_kept = locked(&self.sessions).contains(&key(&place.run, &place.account));
        match work(&self.ssm(place).await?).await {
            Err(CallError::SessionExpired(_)) => {}
            Err(CallError::AccessDenied(_)) if is_kept => {}
            result => return result,
        }
        self.forget(place);
        let result = work(&self.ssm(place).await?).await.map_err(CallError::of_a_new_session);
        if let Err(CallError::SessionExpired(_)) = &result {
            self.forget(place);
        }
        result
    }

    async fn ssm(&self, place: &Place) -> Result<aws_sdk_ssm::Client, CallError> {
        let key = client_key(place);
        if let Some((usable_until, client)) = locked(&self.clients).get(&key)
            && *usable_until > SystemTime::now()
        {
            return Ok(client.clone());
        }
        let session = self.session(&place.run, &place.account).await?;
        let client = aws_sdk_ssm::Client::from_conf(
            aws_sdk_ssm::config::Builder::from(&self.config)
                .region(SdkRegion::new(place.region.to_string()))
                .credentials_provider(session.credentials)
                .build(),
        );
        locked(&self.clients).put(key, (session.usable_until, client.clone()));
        Ok(client)
    }

    async fn session(&self, run: &RunId, account: &AccountId) -> Result<Session, CallError> {
        if let Some(session) = locked(&self.sessions).get(&key(run, account))
            && session.usable_until > SystemTime::now()
        {
            return Ok(session.clone());
        }
        let session = self.assume(run, account).await?;
        locked(&self.sessions).put(key(run, account), session.clone());
        Ok(session)
    }

    async fn assume(&self, run: &RunId, account: &AccountId) -> Result<Session, CallError> {
        let answer = self
            .sts
            .assume_role()
            .role_arn(self.role.arn(account).as_str())
            .role_session_name(session_name(run))
            .send()
            .await
            .map_err(|error| CallError::new("sts:AssumeRole", &error))?;
        let left_out = || CallError::left_out("sts:AssumeRole", "Credentials");
        let found = answer.credentials.filter(|found| !found.access_key_id.is_empty()).ok_or_else(left_out)?;
        let expires = SystemTime::try_from(found.expiration).unwrap_or_else(|_| SystemTime::now());
        tracing::debug!(%run, account.id = %account, "assumed the member role");
        let credentials = Credentials::new(
            found.access_key_id,
            found.secret_access_key,
            Some(found.session_token),
            Some(expires),
            "AssumeRole",
        );
        Ok(Session { credentials, usable_until: expires.checked_sub(MARGIN).unwrap_or(expires) })
    }

    fn forget(&self, place: &Place) {
        locked(&self.sessions).pop(&key(&place.run, &place.account));
        locked(&self.clients).pop(&client_key(place));
    }
}

/// A session has its run's name, so that CloudTrail tells the run: another run makes its own.
fn key(run: &RunId, account: &AccountId) -> (RunId, AccountId) {
    (run.clone(), account.clone())
}

fn client_key(place: &Place) -> ClientKey {
    (place.run.clone(), place.account.clone(), place.region.clone())
}

/// A session name takes 64 characters, a run's id up to 80.
fn session_name(run: &RunId) -> String {
    format!("patch-manager-{run}").chars().take(64).collect()
}

/// A cache is whole after a panic in another invocation: it is never left half changed.
fn locked<T>(cache: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
