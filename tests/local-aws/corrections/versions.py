"""Versions of state machines in templates, which MiniStack has only as operations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachineversion.html
"""

import json

from ministack.core import iam_actions
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

TYPE = "AWS::StepFunctions::StateMachineVersion"

extract_resource_arn = iam_actions.extract_resource_arn


def create(_logical_id, properties, _stack):
    given = {"stateMachineArn": properties["StateMachineArn"], "revisionId": properties.get("StateMachineRevisionId")}
    status, _, body = stepfunctions._publish_state_machine_version(given)
    if status >= 400:
        raise ValueError(f"{TYPE}: {body.decode()}")
    version = json.loads(body)["stateMachineVersionArn"]
    return version, {"Arn": version}


def delete(physical_id, _properties):
    stepfunctions._delete_state_machine_version({"stateMachineVersionArn": physical_id})


def resource_without_version(service, *request):
    """Who may start a version is who may start the machine: https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html"""
    resource = extract_resource_arn(service, *request)
    return stepfunctions._resolve_state_machine_arn(resource) or resource if service == "states" else resource


def install():
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": create, "delete": delete}
    provisioners._REPLACING_PROPERTIES[TYPE] = ("Description", "StateMachineArn", "StateMachineRevisionId")
    iam_actions.extract_resource_arn = resource_without_version
