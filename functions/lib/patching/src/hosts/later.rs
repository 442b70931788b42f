//! What a later version says and this one has no word for: while a stack is updated, one may write what the other reads.
//!
//! Nothing is lost but the word: a host keeps its verdict without the reason, and one whose verdict is unknown here is `unknown`.

use std::collections::BTreeMap;

use serde::de::value::{Error, StringDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IntoDeserializer};

use super::verdict::Verdict;

/// The value of this name.
pub(super) fn known<T: DeserializeOwned>(word: String) -> Option<T> {
    let word: StringDeserializer<Error> = word.into_deserializer();
    T::deserialize(word).ok()
}

/// A verdict.
pub(super) fn verdict<'de, D: Deserializer<'de>>(from: D) -> Result<Verdict, D::Error> {
    Ok(known(String::deserialize(from)?).unwrap_or(Verdict::Unknown))
}

/// Counts by verdict or reason.
pub(super) fn counts<'de, D, K>(from: D) -> Result<BTreeMap<K, u64>, D::Error>
where
    D: Deserializer<'de>,
    K: DeserializeOwned + Ord,
{
    let counts = BTreeMap::<String, u64>::deserialize(from)?;
    Ok(counts.into_iter().filter_map(|(word, count)| Some((known(word)?, count))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::hosts::coverage::Past;
    use crate::hosts::{Host, HostTotals, Reason};

    #[test]
    fn a_host_keeps_its_verdict_without_the_reason_that_nobody_knows_yet() {
        let host = |verdict: &str, reasons: Value| {
            let host = json!({"id": "i-1", "kind": "ec2", "windows": [], "verdict": verdict, "reasons": reasons});
            from_value::<Host>(host)
        };
        let said = host("blocked", json!([{"name": "AddedLater", "detail": {"a": 1}}, {"name": "Stale"}])).unwrap();
        assert_eq!((said.verdict, said.reasons.len(), said.reasons[0].name), (Verdict::Blocked, 1, Reason::Stale));
        assert_eq!(host("addedLater", json!([])).unwrap().verdict, Verdict::Unknown, "and never patched");
        assert!(host("blocked", json!([{"name": "Stale", "detail": 1}])).is_err(), "what is known has to be right");
        assert!(host("blocked", json!([{"detail": "x"}])).is_err());
    }

    #[test]
    fn counts_of_what_nobody_knows_yet_do_not_keep_the_others_from_being_read() {
        let counts = json!({"addedLater": 1, "patched": 2});
        let reasons = json!({"AddedLater": 3, "NoTag": 4});
        let totals = from_value::<HostTotals>(json!({"hosts": 7, "verdicts": counts, "reasons": reasons})).unwrap();
        assert_eq!((totals.verdicts, totals.reasons), ([(Verdict::Patched, 2)].into(), [(Reason::NoTag, 4)].into()));
        let line = json!({"run": "r", "finishedAt": "2026-11-28T06:00:00Z", "hosts": 7, "patchedPercent": null,
                          "verdicts": counts, "reasons": reasons});
        let past = from_value::<Past>(line).unwrap();
        assert_eq!((past.hosts.verdicts.len(), past.reasons.len()), (1, 1));
    }
}
