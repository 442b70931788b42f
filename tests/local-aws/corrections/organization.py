"""Says of an account where in the organization it is, as AWS Organizations does since November 2025."""

from ministack.services import organizations

public_account = organizations._public_account


def with_path(account):
    units, parent = [], account.get("_ParentId")
    while parent:
        units.insert(0, parent)
        parent = organizations._ous.get(parent, {}).get("_ParentId")
    path = "/".join([organizations._orgs["self"]["Id"], *units, account["Id"]])
    return {**public_account(account), "Paths": [f"{path}/"]}


def install():
    organizations._public_account = with_path
