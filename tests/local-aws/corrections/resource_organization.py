"""The condition key `aws:ResourceOrgID`: the organization of the account that a resource is in.

MiniStack knows the key `aws:PrincipalOrgID` only, and of each account what that account itself asked of AWS Organizations.
"""

from ministack.core import iam_evaluator
from ministack.services import organizations

resolve_condition_key = iam_evaluator._resolve_condition_key


def resolve(key, context):
    if key.lower() != "aws:resourceorgid":
        return resolve_condition_key(key, context)
    # The caller's organization, where the resource's account is one of its accounts.
    account = iam_evaluator._account_from_arn(context.resource_arn) or context.principal_account
    members = organizations._accounts.get_scoped(context.principal_account, None, account)
    return iam_evaluator._principal_org_id(context.principal_account) if members else None


def install():
    iam_evaluator._resolve_condition_key = resolve
