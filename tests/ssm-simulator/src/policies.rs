//! The policies of a role, read from the upstream's IAM.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use iam_rs::{IAMPolicy, PolicyEvaluator};
use percent_encoding::percent_decode_str;
use roxmltree::{Document, Node};

use crate::upstream::Upstream;

/// The inline and the managed policies of a role; none if the account has no such role or they cannot be read.
pub(crate) async fn of_role(upstream: &Upstream, account: &str, role: &str) -> Option<PolicyEvaluator> {
    let parameters = [("Action", "GetAccountAuthorizationDetails"), ("Version", "2010-05-08")];
    let answer = upstream.query(account, "iam", &parameters).await.ok()?;
    in_answer(&answer, role)
}

fn in_answer(answer: &str, role: &str) -> Option<PolicyEvaluator> {
    let document = Document::parse(answer).ok()?;
    let roles = descendant(document.root(), "RoleDetailList")?;
    let role = members(roles).find(|one| child_text(*one, "RoleName") == Some(role))?;
    let inline = members(child(role, "RolePolicyList")?).filter_map(|policy| child_text(policy, "PolicyDocument"));
    let attached: Vec<&str> = child(role, "AttachedManagedPolicies")
        .into_iter()
        .flat_map(members)
        .filter_map(|policy| child_text(policy, "PolicyArn"))
        .collect();
    let managed = descendant(document.root(), "Policies")
        .into_iter()
        .flat_map(members)
        .filter(|policy| child_text(*policy, "Arn").is_some_and(|arn| attached.contains(&arn)))
        .filter_map(default_version);
    let policies: Option<Vec<IAMPolicy>> = inline.chain(managed).map(parse).collect();
    policies.map(PolicyEvaluator::with_policies)
}

fn default_version<'a>(policy: Node<'a, 'a>) -> Option<&'a str> {
    let versions = child(policy, "PolicyVersionList")?;
    let default = members(versions).find(|version| child_text(*version, "IsDefaultVersion") == Some("true"))?;
    child_text(default, "Document")
}

fn parse(encoded: &str) -> Option<IAMPolicy> {
    IAMPolicy::from_json(&percent_decode_str(encoded).decode_utf8().ok()?).ok()
}

fn descendant<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.descendants().find(|one| one.tag_name().name() == name)
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|one| one.tag_name().name() == name)
}

fn child_text<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    child(node, name)?.text()
}

fn members<'a>(list: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    list.children().filter(|one| one.tag_name().name() == "member")
}
