#!/bin/sh
# Starts an execution of the rollout for each message of the dead-letter queue, and deletes the message once it was accepted.
#
#   templates/retry-failed.sh [STACK]        STACK is the control plane's stack, patch-manager by default
#
# An execution is named after its message, so that a message that is received twice starts nothing twice.
#
# What is no execution input stays in the queue and is shown: events that EventBridge could not deliver to the rollout, which
# carry the attribute RULE_ARN. The accounts that they name are set up by the next scheduled rollout.
set -eu

stack=${1:-patch-manager}
tab=$(printf '\t')
# A message that is left alone comes back after this, when the script has ended.
visibility_seconds=900

# Version 1 of the AWS CLI takes a configured endpoint for every service but this one.
sqs() {
    aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} sqs "$@"
}

output() {
    aws cloudformation describe-stacks --stack-name "$stack" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}

# Accepted, too, when it was started by an earlier call of which the answer was lost.
start() {
    problem=$(aws stepfunctions start-execution --state-machine-arn "$machine" --name "$1" --input "$2" 2>&1 >/dev/null) && return
    case $problem in
    *ExecutionAlreadyExists*) ;;
    *) echo "$problem" >&2 && return 1 ;;
    esac
}

queue=$(output DeadLetterQueueUrl)
machine=$(output StateMachineArn)
started=0
left=0
while
    message=$(sqs receive-message --queue-url "$queue" --visibility-timeout "$visibility_seconds" --wait-time-seconds 1 \
        --message-attribute-names All --output text \
        --query 'Messages[0].[MessageId, ReceiptHandle, MessageAttributes.RULE_ARN.StringValue, Body]') || exit 1
    [ "$message" != None ] && [ -n "$message" ]
do
    IFS=$tab read -r id receipt rule body <<MESSAGE
$message
MESSAGE
    if [ "$rule" = None ] && start "retry-$id" "$body"; then
        sqs delete-message --queue-url "$queue" --receipt-handle "$receipt"
        started=$((started + 1))
        echo "retry-$id: $body"
    else
        left=$((left + 1))
        echo "left in the queue: $body" >&2
    fi
done
echo "$started started, $left left in the queue"
