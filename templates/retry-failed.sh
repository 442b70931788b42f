#!/bin/sh
# Starts one execution of the rollout for all messages of the dead-letter queue, and deletes the messages once it was accepted.
#
#   templates/retry-failed.sh [STACK]        STACK is the control plane's stack, patch-manager by default
#
# A rollout names the accounts and leaves the Regions to the policy: where nothing is to be done it changes nothing, and a Region
# may have left the scope since. What was to be taken down is taken down where it failed and nowhere else, so that messages with
# other Regions are another execution. An execution is named after its messages: the same ones start nothing twice.
#
# What the state machine did not send stays in the queue and is shown: events that EventBridge could not deliver, which carry the
# attribute RULE_ARN. Accounts that they name are set up by the next scheduled rollout. One of a rule …-policy-written… tells who
# wrote the policy, and was to go to the queue …-policy-writes: look at it as at those.
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

# The value of a message's field, as JSON.
field() {
    printf '%s' "$2" | sed -nE "s/.*\"$1\":(\"[a-z]+\"|null|\[[^]]*\]).*/\1/p"
}

# Whether it has the three fields that the state machine sends, and no others.
is_ours() {
    rest=$(printf '%s' "$1" | sed -E 's/"(action|accounts|regions)":("[a-z]+"|null|\[[^]]*\])//g')
    [ "$rest" = '{,,}' ]
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
: >"$folder/messages"

queue=$(output DeadLetterQueueUrl)
machine=$(output StateMachineArn)
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
    body=$(printf '%s' "$body" | tr -d '[:space:]')
    if [ "$rule" = None ] && is_ours "$body"; then
        action=$(field action "$body")
        case $action in
        '"disable"') regions=$(field regions "$body") ;;
        *) regions=null ;;
        esac
        printf '%s\t%s\t%s\t%s\t%s\n' "$action" "$regions" "$(field accounts "$body")" "$id" "$receipt" >>"$folder/messages"
    else
        left=$((left + 1))
        echo "left in the queue: $body" >&2
    fi
done

executions=0
started=0
cut -f 1,2 "$folder/messages" | sort -u >"$folder/groups"
while IFS=$tab read -r action regions; do
    awk -F "$tab" -v action="$action" -v regions="$regions" '$1 == action && $2 == regions' "$folder/messages" >"$folder/group"
    accounts=$(cut -f 3 "$folder/group" | tr -d '[]' | sort -u | paste -s -d , -)
    input="{\"action\":$action,\"accounts\":[$accounts],\"regions\":$regions}"
    count=$(wc -l <"$folder/group" | tr -d ' ')
    if start "retry-$(cut -f 4 "$folder/group" | sort | cksum | tr ' ' -)" "$input"; then
        executions=$((executions + 1))
        started=$((started + count))
        echo "$count messages: $input"
        cut -f 5 "$folder/group" | while read -r receipt; do
            sqs delete-message --queue-url "$queue" --receipt-handle "$receipt"
        done
    else
        left=$((left + count))
        echo "left in the queue: $input" >&2
    fi
done <"$folder/groups"
echo "$started messages started again in $executions executions, $left left in the queue"
