//! Where a run is at work, and client tokens for its calls there, so that one repeated inside a run cannot create twice.

use std::fmt::Debug;

use policy::ids::{AccountId, Region, RunId};
use uuid::Uuid;

/// Where a run is at work: one account and Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The run, which is the execution's name.
    pub run: RunId,
    /// The account worked in.
    pub account: AccountId,
    /// The Region worked in.
    pub region: Region,
}

impl Place {
    /// The client token for creating `item` with these `settings` under `parent`, a UUID of 36 characters.
    ///
    /// The run is part of it: a later run must not be answered with the id of something deleted since. The settings
    /// are part of it, because SSM refuses a token that comes back with other parameters
    /// (`IdempotentParameterMismatch`).
    pub fn client_token(&self, item: &str, parent: &str, settings: &impl Debug) -> String {
        let name = format!("{}/{}/{}/{item}/{parent}/{settings:?}", self.run, self.account, self.region);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(run: &str) -> Place {
        Place {
            run: run.parse().unwrap(),
            account: "111122223333".parse().unwrap(),
            region: "eu-west-1".parse().unwrap(),
        }
    }

    #[test]
    fn the_same_call_has_the_same_token() {
        assert_eq!(place("r1").client_token("window", "", &"a"), place("r1").client_token("window", "", &"a"));
    }

    #[test]
    fn run_item_parent_and_settings_each_change_the_token() {
        let token = place("r1").client_token("window", "p", &"a");
        assert_ne!(token, place("r2").client_token("window", "p", &"a"));
        assert_ne!(token, place("r1").client_token("task", "p", &"a"));
        assert_ne!(token, place("r1").client_token("window", "q", &"a"));
        assert_ne!(token, place("r1").client_token("window", "p", &"b"));
    }

    #[test]
    fn a_token_fits_what_ssm_accepts() {
        let length = place(&"r".repeat(80)).client_token("window", &"p".repeat(128), &"s".repeat(4096)).len();
        assert!((1..=64).contains(&length));
    }
}
