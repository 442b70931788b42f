//! Whose call it is: the access key leads to the account.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::error::ServiceError;
use crate::upstream::Upstream;

/// The account behind an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) account: Arc<str>,
    /// Root may do everything; the key of a session is held against its role's policies.
    pub(crate) is_root: bool,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, where the upstream tells it.
    pub(crate) session: Option<Arc<str>>,
}

/// Access keys that are known, and where to ask for the others.
#[derive(Debug)]
pub(crate) struct Identities {
    known: RwLock<HashMap<String, Identity>>,
    upstream: Option<Upstream>,
    /// How many calls each session has made.
    calls: Mutex<HashMap<String, u32>>,
}

/// How the access keys of sessions begin.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes>
const SESSION: &str = "ASIA";

impl Identities {
    /// Knows the keys given, as root of their accounts, and `test` as root of the management account.
    pub(crate) fn new(
        access_keys: HashMap<String, String>,
        management_account: Option<&str>,
        upstream: Option<Upstream>,
    ) -> Self {
        let root = |account: &str| Identity { account: account.into(), is_root: true, session: None };
        let mut known: HashMap<_, _> = access_keys.into_iter().map(|(key, account)| (key, root(&account))).collect();
        if let Some(account) = management_account {
            known.insert("test".to_owned(), root(account));
        }
        Self { known: RwLock::new(known), upstream, calls: Mutex::default() }
    }

    /// Whose key it is. A key of twelve digits is that account's root; others are asked for upstream, once each.
    pub(crate) async fn resolve(&self, access_key: &str) -> Result<Identity, ServiceError> {
        if let Some(identity) = self.known.read().get(access_key) {
            return Ok(identity.clone());
        }
        let identity = if is_account_id(access_key) {
            Identity { account: access_key.into(), is_root: true, session: None }
        } else {
            let identity = self.ask(access_key).await;
            identity.ok_or_else(|| ServiceError::with_usual_message("UnrecognizedClientException"))?
        };
        self.known.write().insert(access_key.to_owned(), identity.clone());
        Ok(identity)
    }

    /// Counts a call; false when it is beyond the last one of its session.
    pub(crate) fn counts_call(&self, access_key: &str, most: Option<u32>) -> bool {
        let Some(most) = most.filter(|_| access_key.starts_with(SESSION)) else { return true };
        let mut calls = self.calls.lock();
        let count = calls.entry(access_key.to_owned()).or_default();
        *count += 1;
        *count <= most
    }

    pub(crate) fn forget_calls(&self) {
        self.calls.lock().clear();
    }

    /// The local AWS adds the session's ARN to what AWS answers.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>
    async fn ask(&self, access_key: &str) -> Option<Identity> {
        let parameters = [("Action", "GetAccessKeyInfo"), ("Version", "2011-06-15"), ("AccessKeyId", access_key)];
        let answer = self.upstream.as_ref()?.query("test", "sts", &parameters).await.ok()?;
        let account = between(&answer, "<Account>", "</Account>").filter(|account| is_account_id(account))?;
        let session = between(&answer, "<Arn>", "</Arn>").map(Arc::from);
        Some(Identity { account: account.into(), is_root: false, session })
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
