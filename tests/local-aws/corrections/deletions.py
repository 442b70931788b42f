"""Leaves what a resource depends on that could not be deleted, as CloudFormation does, and a bucket that holds something: MiniStack
deletes both.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-deleting-stack.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
"""

from ministack.services import cloudformation, s3
from ministack.services.cloudformation import stacks

delete_resource = stacks._delete_resource


def delete_unless_needed(kind, physical_id, properties, stack_name, logical_id):
    if kind == "AWS::S3::Bucket" and (s3._buckets.get(physical_id) or {}).get("objects"):
        raise RuntimeError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
    stack = cloudformation._stacks.get(stack_name, {})
    resources = stack.get("_resources", {})
    left = [name for name, one in resources.items() if name != logical_id and one.get("ResourceStatus") == "DELETE_FAILED"]
    needed = stacks._with_dependencies(left, (stack.get("_template") or {}).get("Resources", {}), set(resources))
    if logical_id in needed:
        raise RuntimeError("what depends on it could not be deleted")
    delete_resource(kind, physical_id, properties, stack_name, logical_id)


def install():
    stacks._delete_resource = delete_unless_needed
