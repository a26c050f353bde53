#!/usr/bin/env bats
# A slip on the command line or in a file ends with status 2, a message that helps, and no request at all.
load client

teardown() {
    sim_stop
}

settings_lines() {
    cat << 'LINES'
--hop-limit 0 is out of range 1..64|instance set --all -y --hop-limit 0
--hop-limit 65 is out of range 1..64|instance set --all -y --hop-limit 65
--hop-limit -1 is out of range|instance set --all -y --hop-limit -1
--hop-limit 99999999999999999999 is out of range|instance set --all -y --hop-limit 99999999999999999999
--hop-limit 1.5 is not a number|instance set --all -y --hop-limit 1.5
--hop-limit two is not a number|instance set --all -y --hop-limit two
--hop-limit 2x is not a number|instance set --all -y --hop-limit 2x
--hop-limit: the value is empty|instance set --all -y --hop-limit=
65 is out of range|instance set --all -y --metadata-service-response-hop-limit 65
neither true nor false|instance set --all -y --enabled maybe
neither true nor false|instance set --all -y --enabled TRUE
needs a value|instance set --all --enabled -y
not one of http, https|instance set --all -y --protocol HTTPS
not one of http, https: did you mean http?|instance set --all -y --protocol ftp
given twice|instance set --all -y --enabled true --enabled false
given twice|instance set --all -y --hop-limit 2 --hop-limit 3
a bare metal server has no response hop limit|bare-metal set --all -y --hop-limit 2
a bare metal server has no response hop limit|bare-metal set --all -y --enabled true --metadata-service-response-hop-limit 2
only creation or a reinitialization|instance set --all -y --trusted-profile Profile-1
only creation or a reinitialization|instance set --all -y --auto-link false
only creation or a reinitialization|bare-metal set --all -y --trusted-profile Profile-1
templates are immutable|template set --all -y --enabled true
templates are immutable|template set tpl-1 --protocol https
nothing to set|instance set --all -y
nothing to set|bare-metal set --all -y
which instances?|instance set --enabled true -y
which instances?|instance set --enabled true -y --exclude 'web-*'
which bare metal servers?|bare-metal set --enabled true -y
contradict each other|instance set web-0001 --all --enabled true -y
-j 0 is out of range|instance set --all --enabled true -y -j 0
-j 1000000 is out of range|instance set --all --enabled true -y -j 1000000
is not a number|instance set --all --enabled true -y -j many
LINES
}

@test "settings, selectors and writing" {
    client_start --instances 2
    settings_lines | refuse_all
}

@test "words that the table does not know, with what was meant" {
    client_start --instances 2
    refuse_all << 'LINES'
did you mean --protocol?|instance set --all --protcol https -y
did you mean --enabled?|instance set --all --enable true -y
did you mean --hop-limit?|instance set --all --hoplimit 2 -y
unknown option --no-such|instance list --no-such
'instance list' has no option -j: it belongs to|instance list -j 5
did you mean: vpcmeta instance list|instance lst
did you mean: vpcmeta instance list|instnace list
needs NAME|instance show
did you mean yaml?|instance list -o xml
not one of auto, always, never|instance list --color purple
not one of|instance list --auth magic
LINES
}

@test "global options" {
    client_start --instances 2
    refuse_all << 'LINES'
--where: jq expression|instance list --where '.status =='
--where: jq expression|instance set --where 'nosuchfunction' --enabled true -y
--jq: jq expression|instance list --jq '.items['
there is no such field|instance list --fields name,nosuch
the value is empty|instance list --fields ''
is not a date|instance list --api-version 2026-13-01
is not a date|instance list --api-version 2026-02-30
is not a date|instance list --api-version yesterday
out of range 2019-01-01..|instance list --api-version 2999-01-01
out of range 2019-01-01..|instance list --api-version 2018-12-31
is not a region name|instance list --region 'us south'
is not a region name|instance list --region evil.com/
is not a region name|instance list --region ../x
the value is empty|instance list --region ''
an item of the list is empty|instance list --region us-south,
out of range|instance list --timeout 0
is not a time|instance list --timeout soon
out of range|instance list --deadline 0
is not a URL|instance list --endpoint nonsense
is not a URL|instance list --endpoint ftp://example.com/v1
a base URL has no|instance list --endpoint http://127.0.0.1:1/v1?x=y
a base URL has no|instance list --endpoint https://user:secret@example.com/v1
is not a URL|instance list --iam-url nonsense
the value is empty|instance list --endpoint ''
not sent over plain http to example.com|instance list --endpoint http://example.com/v1
not sent over plain http to example.com|instance list --iam-url http://example.com
is not a valid name|instance show '../../keys'
is not a valid name|instance show 'a b'
is not the CRN|instance show crn:x
an argument is empty|instance set '' --enabled true -y
LINES
}

@test "files that cannot be read or hold nothing" {
    client_start --instances 2
    echo '# nothing' > empty
    mkdir folder
    refuse_all << 'LINES'
cannot open /nowhere|instance list --from /nowhere
is not a regular file|instance list --from folder
names nothing|instance list --from empty
names nothing|instance set --from - --enabled true -y
names nothing|instance set --from /dev/null --enabled true -y
/nowhere|instance list --ca-file /nowhere
no folder /nowhere|instance list --schema-dir /nowhere
/nowhere|instance list --api-key-file /nowhere
cannot open /nowhere/trace|instance list --trace /nowhere/trace
cannot open /nowhere|instance create -f /nowhere
-f FILE|instance create
LINES
}

@test "slips are told as such also where there are no credentials" {
    client_start --instances 2
    unset VPC_APIKEY VPC_URL
    settings_lines | refuse_all
    refuse_all << 'LINES'
is not a region name|instance list --region 'us south'
is not a date|instance list --api-version 2026-02-30
is not a URL|instance list --endpoint nonsense
no folder /nowhere|instance list --schema-dir /nowhere
LINES
}

@test "every message is one line and ends without a full stop" {
    client_start --instances 2
    settings_lines | while IFS='|' read -r _ args; do
        eval "meta $args" < /dev/null
        [ "$(wc -l <<< "$stderr")" -eq 1 ]
        [[ $stderr != *. ]]
    done
}
