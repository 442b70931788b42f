# shellcheck shell=bash disable=SC2034,SC2154 # sourced by deploy.sh, whose variables and functions these are
# What would keep a deployment from working, looked at before anything is built or created. Each check says a line: that it is well, what is
# to be done, or that it could not be looked at.

problems=0

problem() {
    echo "to do: $*" >&2
    problems=$((problems + 1))
}

# WHAT COMMAND ...: the command's output into $work/found.
look() {
    local what=$1
    shift
    "$@" >"$work/found" 2>"$work/error" || {
        echo "not checked: $what: $(tail -n 1 "$work/error")"
        return 1
    }
}

preflight() {
    say "Before anything is created"
    check_organizations_access
    check_region
    check_concurrency
    check_bucket
    check_trail
    check_roles
    check_dhmc_role
    check_denied_regions
    [ "$problems" = 0 ] || fail "to do first, and nothing was created: $problems of the above"
}

check_organizations_access() {
    [ "$(effective ManageMemberRoles)" != false ] || return 0 # no StackSets
    look "organizations access of StackSets" aws cloudformation describe-organizations-access --query Status --output text || return 0
    case $(cat "$work/found") in
    ENABLED) echo "well: StackSets may put roles into the organization's accounts" ;;
    *) problem "StackSets may not put roles into the organization's accounts: aws cloudformation activate-organizations-access" ;;
    esac
}

# A StackSet puts a role into an account only by a Region that is on there.
check_region() {
    [ "$(effective ManageMemberRoles)" != false ] || return 0
    look "whether each account has $region" aws account get-region-opt-status --region-name "$region" --query RegionOptStatus \
        --output text || return 0
    case $(cat "$work/found") in
    ENABLED_BY_DEFAULT) echo "well: each account has $region" ;;
    *) echo "note: $region is off in an account until it is turned on there, also in each new one, and without it an account gets no roles: \
turn it on everywhere, or deploy in a Region that is on by default" ;;
    esac
}

check_concurrency() {
    local accounts regions quota status excess
    accounts=$(effective AccountConcurrency) regions=$(effective RegionConcurrency)
    look "quota of concurrent functions" aws lambda get-account-settings \
        --query AccountLimit.UnreservedConcurrentExecutions --output text || return 0
    quota=$(cat "$work/found")
    case $quota in '' | *[!0-9]*) echo "not checked: quota of concurrent functions: Lambda says $quota" && return 0 ;; esac
    case $accounts/$regions in
    /* | */ | *[!0-9]*/* | */*[!0-9]*)
        echo "not checked: quota of concurrent functions: AccountConcurrency=$accounts and RegionConcurrency=$regions are no whole numbers"
        return 0
        ;;
    esac
    if [ $((10#$accounts * 10#$regions)) -le "$quota" ]; then
        echo "well: $((10#$accounts * 10#$regions)) of $quota concurrent functions"
        return
    fi
    excess="AccountConcurrency=$accounts times RegionConcurrency=$regions is more than the $quota functions that may run at once in \
$region: ask for a higher quota of concurrent executions, or give smaller numbers (of a quota of 10, 2 and 4)"
    # What is there already is never kept from an update, which may be the one that disables it.
    status=$(status_of "$stack")
    if is_created_anew "$status"; then problem "$excess"; else echo "note: $excess"; fi
}

check_bucket() {
    local place
    if s3 head-bucket >/dev/null 2>"$work/error"; then
        look "Region of bucket $bucket" s3 get-bucket-location --query LocationConstraint --output text || return 0
        place=$(cat "$work/found")
        case $place in None | '') place=us-east-1 ;; EU) place=eu-west-1 ;; esac
        if [ "$place" = "$region" ]; then
            echo "well: bucket $bucket is this account's, and in $region"
        else
            problem "bucket $bucket is in $place; functions are deployed from a bucket in $region only: name another with --bucket"
        fi
        return
    fi
    bucket_is_there=''
    case $(cat "$work/error") in
    *404* | *'Not Found'* | *NoSuchBucket*) echo "well: bucket $bucket is not there yet, and is created" ;;
    *403* | *Forbidden* | *AccessDenied*) problem "bucket $bucket belongs to another account, or may not be used by you: name another with --bucket" ;;
    *) problem "bucket $bucket: $(tail -n 1 "$work/error")" ;;
    esac
}

# New accounts, and who writes the policy, are known from events that CloudTrail sends.
check_trail() {
    local where trail is_everywhere home
    for where in $(printf '%s\n' "$events_region" "$region" | sort -u); do
        look "a trail in $where" aws cloudtrail describe-trails --region "$where" --output text \
            --query 'trailList[].[TrailARN, IsMultiRegionTrail, HomeRegion]' || continue
        while read -r trail is_everywhere home; do
            [ "$is_everywhere" = True ] || [ "$home" = "$where" ] || continue
            [ "$(aws cloudtrail get-trail-status --region "$where" --name "$trail" --query IsLogging --output text \
                2>/dev/null </dev/null)" = True ] || continue
            echo "well: trail ${trail##*/} logs in $where; which events was not looked at"
            continue 2
        done <"$work/found"
        echo "note: no trail is known to log in $where: new accounts are set up by the schedule only, and nobody is told who writes the" \
            "policy; a trail of management events in all Regions would do"
    done
}

# A role that is there is taken over by no stack; one of an account's own under such a name would be somebody else's.
check_roles() {
    local prefix role owner status foreign='' names=()
    status=$(status_of "$stack")
    is_created_anew "$status" || return 0
    prefix=$(effective ResourcePrefix)
    for role in $(functions) rollout events schedule; do
        names+=("$prefix-$role")
    done
    if [ "$events_region" != "$region" ]; then
        # A stack of its own, which may have outlived the main one.
        status=$(where_events_are status_of "$stack-organization-events")
        ! is_created_anew "$status" || names+=("$prefix-organization-events")
    fi
    [ "$(effective ManageMemberRoles)" = false ] || names+=("$(effective MemberRoleName)" "$(effective TaskRoleName)" "$prefix-inspection")
    look "names of roles" aws iam list-roles --query 'Roles[].[RoleName]' --output text || return 0
    for role in $(printf '%s\n' "${names[@]}" | grep -Fx -f "$work/found"); do
        owner=$(aws cloudformation describe-stack-resources --physical-resource-id "$role" --output text \
            --query 'StackResources[0].StackName' 2>/dev/null || true)
        case $owner in
        "$stack"-*) ;;
        *) foreign=yes && problem "the role $role is there already, of ${owner:-no stack}: delete it, or give another ResourcePrefix, MemberRoleName or TaskRoleName" ;;
        esac
    done
    [ -n "$foreign" ] || echo "well: no role of these names is somebody else's in this account; the others were not looked at"
}

# Whether the role for DHMC is there before the stack that would create it; its path into $work/found.
has_dhmc_role() {
    local status
    status=$(status_of "$stack-dhmc-roles") || exit 1
    is_created_anew "$status" || return 1
    aws iam get-role --role-name "$(effective DhmcRoleName)" --query Role.Path --output text >"$work/found" 2>"$work/error"
}

# One that is there serves, when its path is that of the setting.
check_dhmc_role() {
    local name path
    [ "$(effective ManageMemberRoles)" != false ] || return 0
    name=$(effective DhmcRoleName) path=$(effective RolePath)
    if ! has_dhmc_role; then
        grep -q NoSuchEntity "$work/error" || [ ! -s "$work/error" ] || echo "not checked: role $name: $(tail -n 1 "$work/error")"
    elif [ "$(cat "$work/found")" = "/${path:-service-role/}" ]; then
        echo "well: the role $name is there, and serves"
    else
        problem "the role $name is there with the path $(cat "$work/found"), and not /${path:-service-role/}: give another DhmcRoleName"
    fi
}

check_denied_regions() {
    local id name
    [ "$(effective ControlTowerRegionsOnly)" != true ] && [ -z "$(effective Regions)" ] || return 0
    case $(effective PatchPolicy) in *'"regions":["'* | *'"controlTowerRegionsOnly":true'*) return 0 ;; esac
    look "service control policies" aws organizations list-policies --filter SERVICE_CONTROL_POLICY --output text \
        --query 'Policies[].[Id, Name]' || return 0
    cp "$work/found" "$work/policies"
    while read -r id name; do
        look "service control policy $name" aws organizations describe-policy --policy-id "$id" \
            --query Policy.Content --output text </dev/null || continue
        ! grep -qi 'aws:RequestedRegion' "$work/found" ||
            echo "note: service control policy $name looks at Regions: those that it denies are skipped, each by name; with Regions, or" \
                "ControlTowerRegionsOnly=true, the reports are about the others only"
    done <"$work/policies"
}
