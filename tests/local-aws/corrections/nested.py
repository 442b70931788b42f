"""Nested stacks that are stacks: with events, a rollback and a deletion of their own.

MiniStack works nested templates off by itself: what a failed creation has made stays, a failed update is not taken back, a deletion
keeps nothing that its template keeps, and fails of nothing. Here a nested stack goes through the same calls as any other, and its
parent says of it what CloudFormation says: which of its resources failed. Why is in its own events.
"""

import time
import uuid

import botocore.session
from botocore.exceptions import ClientError
from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners, stacks

TYPE = "AWS::CloudFormation::Stack"
POLL_SECONDS = 0.05

add_event = stacks._add_event
# The nested stack's id, by the parent's name and the resource's.
begun = {}


def add_event_with_id(stack_id, stack_name, logical_id, resource_type, status, reason="", physical_id="", *rest, **more):
    """The events of a nested stack in its parent name it, also where it failed."""
    if resource_type == TYPE:
        physical_id = physical_id or begun.get((stack_name, logical_id), "")
    add_event(stack_id, stack_name, logical_id, resource_type, status, reason, physical_id, *rest, **more)


def cloudformation():
    key = get_account_id()
    return botocore.session.get_session().create_client(
        "cloudformation", region_name=get_region(), aws_access_key_id=key, aws_secret_access_key=key
    )


def request(properties, parent):
    return {
        "TemplateURL": properties["TemplateURL"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": str(value)} for name, value in properties.get("Parameters", {}).items()
        ],
        "Capabilities": provisioners._parent_capabilities(parent),
        "Tags": [tag for tag in properties.get("Tags", []) if not tag["Key"].startswith("aws:")],
    }


def create(logical_id, properties, parent):
    client = cloudformation()
    name = f"{parent}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
    stack = client.create_stack(StackName=name, **request(properties, parent))["StackId"]
    begun[parent, logical_id] = stack
    try:
        return stack, ended(client, stack, "create")
    except ValueError:
        delete(stack, properties)  # as the parent's rollback does
        raise


def update(stack, _, properties, parent):
    client = cloudformation()
    try:
        client.update_stack(StackName=stack, **request(properties, parent))
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return stack, outputs(at_rest(client, stack))  # by its own rollback, when this is its parent's
    return stack, ended(client, stack, "update")


def delete(stack, _):
    client = cloudformation()
    client.delete_stack(StackName=stack)
    described = at_rest(client, stack)
    if described and described["StackStatus"] != "DELETE_COMPLETE":
        raise ValueError(described.get("StackStatusReason", described["StackStatus"]))


def ended(client, stack, verb):
    described = at_rest(client, stack)
    if described["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        events = client.get_paginator("describe_stack_events").paginate(StackName=stack).search("StackEvents[]")
        failed = next((event["LogicalResourceId"] for event in events if event["ResourceStatus"].endswith("_FAILED")), "")
        raise ValueError(
            f"Embedded stack {stack} was not successfully {verb}d: The following resource(s) failed to {verb}: [{failed}]. "
        )
    return outputs(described)


def outputs(described):
    return {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in described.get("Outputs", [])}


def at_rest(client, stack):
    while True:
        try:
            described = client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError:
            return None  # gone
        if not described["StackStatus"].endswith("_IN_PROGRESS"):
            return described
        time.sleep(POLL_SECONDS)


def install():
    stacks._add_event = add_event_with_id
    provisioners._RESOURCE_HANDLERS[TYPE] |= {"create": create, "update": update, "delete": delete}
