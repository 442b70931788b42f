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

#[cfg(test)]
mod tests {
    use iam_rs::{Arn, Decision, IAMRequest, Principal, PrincipalId};

    use super::*;

    const ALLOW_GET: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22ssm%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";

    fn role_with(inline: &str, attached: &str, managed: &str) -> String {
        format!(
            "<R><RoleDetailList><member><RoleName>other</RoleName></member><member><RoleName>ours</RoleName>\
             <InstanceProfileList><member><Roles><member><RoleName>nested</RoleName></member></Roles></member></InstanceProfileList>\
             <RolePolicyList>{inline}</RolePolicyList><AttachedManagedPolicies>{attached}</AttachedManagedPolicies></member>\
             </RoleDetailList><Policies>{managed}</Policies></R>"
        )
    }

    fn may_get(answer: &str, role: &str) -> Option<bool> {
        let principal =
            Principal::Aws(PrincipalId::String("arn:aws:sts::111122223333:assumed-role/ours/session".into()));
        let resource = Arn::parse("arn:aws:ssm:eu-west-1:111122223333:maintenancewindow/mw-1").unwrap();
        let request = IAMRequest::new(principal, "ssm:GetMaintenanceWindow", resource);
        in_answer(answer, role).map(|policies| policies.evaluate(&request).unwrap().decision == Decision::Allow)
    }

    #[test]
    fn inline_policies_of_the_role_are_read() {
        let inline = format!("<member><PolicyDocument>{ALLOW_GET}</PolicyDocument></member>");
        assert_eq!(may_get(&role_with(&inline, "", ""), "ours"), Some(true));
        assert_eq!(may_get(&role_with("", "", ""), "ours"), Some(false));
    }

    #[test]
    fn managed_policies_count_when_they_are_attached() {
        let managed = format!(
            "<member><Arn>arn:p</Arn><PolicyVersionList><member><Document>{ALLOW_GET}</Document>\
             <IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member>"
        );
        let attached = "<member><PolicyArn>arn:p</PolicyArn></member>";
        assert_eq!(may_get(&role_with("", attached, &managed), "ours"), Some(true));
        assert_eq!(may_get(&role_with("", "", &managed), "ours"), Some(false));
    }

    #[test]
    fn an_account_without_the_role_has_no_policies() {
        assert_eq!(may_get(&role_with("", "", ""), "missing"), None);
    }
}
