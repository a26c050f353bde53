#!/usr/bin/env bats
# What an audit has not read, selected or judged is neither fixed nor gone: --since, the trend, --expect, the file of
# --write-expected and reports say the same of it.
load sim

bats_require_minimum_version 1.5.0

setup() {
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    sim_stop
}

server() { # REGION NAME PROTOCOL HOP-LIMIT
    local id
    id=0717_00000000-0000-4000-8000-$(printf %s "$1$2" | md5sum | head -c 12)
    echo "{\"kind\":\"instance\",\"region\":\"$1\",\"id\":\"$id\",\"name\":\"$2\",\"status\":\"running\",\"enabled\":true,\"protocol\":\"$3\",\"response_hop_limit\":$4}"
}

# web over http and hop with a hop limit of 5 in two regions each
fleet() {
    local items
    items=$(for region in us-south eu-de; do
        server $region web http 1
        server $region hop https 5
    done | paste -sd,)
    echo "{\"items\":[$items]}" > fleet.json
    sim_start --region us-south,eu-de --transition-ms 0 --load fleet.json
    export VPC_URL=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE IC_API_KEY=$SIM_API_KEY
}

fault() {
    sim_http -X POST -H 'Content-Type: application/json' -d "{\"rules\":[$1]}" "$SIM_BASE/_sim/faults"
}

policy() { # NAME SETTINGS [OTHER KEYS OF THE RULE]
    printf 'version: 1\nname: own\nrules:\n  - name: all\n    metadata_service: %s\n%s' "$2" "${3:-}" > "$1"
}

json() { # STATUS ARGS
    local status=$1
    shift
    run --separate-stderr "-$status" "$BUILD/vpcmeta" audit -o json "$@"
    echo "$output" > audit.json
}

holds() {
    jq -e "$1" audit.json > /dev/null || {
        jq '{summary: .summary.since, fixed, expected, findings: [.findings[] | [.rule, .name, .region, .result]]}' audit.json
        return 1
    }
}

trend() { "$BUILD/vpcmeta" audit trend -o json | jq -c "[.items[] | [.new, .fixed]]"; }

@test "what a policy does not judge any more is unknown, in --since, the trend and reports" {
    fleet
    policy p.yaml '{enabled: true, protocol: https, response_hop_limit: {max: 1}}'
    json 3 --policy p.yaml --region all
    policy p.yaml '{enabled: true, protocol: https}'
    json 3 --policy p.yaml --region all --since last --report sarif=a.sarif --report ocsf=a.json
    holds '.summary.since | .fixed == 0 and .unknown == 2 and .unchanged == 2'
    jq -e '[.runs[0].results[].baselineState] | index("absent") == null' a.sarif
    run -1 grep Resolved a.json
    policy p.yaml '{enabled: true}' '    where: {name: [nothing]}
'
    json 0 --policy p.yaml --region all --since last
    holds '.fixed == [] and .summary.since.unknown == 2 and .summary.unmanaged == 4'
    # the service is off: nothing is over http any more
    policy p.yaml '{protocol: https}'
    json 3 --policy p.yaml --region all
    "$BUILD/vpcmeta" instance set web --region eu-de --enabled false -y -q > /dev/null
    json 3 --policy p.yaml --region all --since last
    holds '[.fixed[] | [.rule, .name, .region, .reason]] == [["enabled-over-http", "web", "eu-de", "fixed"]]'
    run -0 trend
    [ "$output" = '[[null,null],[0,0],[4,0],[2,4],[1,1]]' ]
}

@test "what an exception accepts, or was not read this time, is not fixed in the trend either" {
    fleet
    policy p.yaml '{enabled: true, protocol: https, response_hop_limit: {max: 1}}'
    json 3 --policy p.yaml --region all
    policy p.yaml '{enabled: true, protocol: https, response_hop_limit: {max: 1}}' '    exceptions:
      - {name: web, reason: r, owner: o, expires: 2099-01-01}
'
    json 3 --policy p.yaml --region all --since last
    holds '.summary.since.fixed == 0 and .summary.results.excepted == 2'
    fault '{"operation":"instances.list","path":"/eu-de/*","action":"status","status":403}'
    json 5 --policy p.yaml --region all --since last
    holds '.summary.since.fixed == 0 and .summary.since.unknown == 1'
    run -0 trend
    [ "$output" = '[[null,null],[0,0],[0,null]]' ]
}

@test "a server that left the selection by its status is not called deleted" {
    fleet
    json 3 --region us-south --status running
    id=$(jq -r '.findings[] | select(.name == "web").id' audit.json)
    sim_curl POST "/v1/instances/$id/actions" -H "Content-Type: application/json" -d '{"type":"stop"}' > /dev/null
    json 3 --region us-south --status running --since last
    holds '.fixed == [] and .summary.since.unknown == 1 and .summary.since.unchanged == 1'
}

@test "expected findings that were not read, selected or judged stay in the file and are not missing" {
    fleet
    "$BUILD/vpcmeta" audit --region all --write-expected all.txt > out || [ $? -eq 3 ]
    [ "$(grep -vc '^#' all.txt)" -eq 4 ]
    sort all.txt > all.sorted
    policy narrow.yaml '{enabled: true, protocol: https}'
    fault '{"operation":"instances.list","path":"/eu-de/*","action":"status","status":403}'
    for args in "5 --region all" "3 --region all --rule hop-limit" "3 --region all --name web" "3 --region all --severity high" \
        "3" "3 --region all --policy narrow.yaml" "3 --region eu-de"; do
        [ "${args%% *}" = 5 ] || fault ''
        cp all.txt some.txt
        read -ra words <<< "$args"
        run --separate-stderr "$BUILD/vpcmeta" audit -o json "${words[@]:1}" --expect some.txt --write-expected some.txt
        [ "$status" -eq "$([ "${args%% *}" = 5 ] && echo 5 || echo 0)" ]
        echo "$output" > audit.json
        holds '.expected | .missing == 0 and .extra == 0 and .unknown > 0 and .matched + .unknown == 4'
        sed 's/  #.*//' all.txt | sort > want
        sed 's/  #.*//' some.txt | sort | diff want -
    done
    # a server that is gone leaves the file; a name is gone only where every region was read
    printf 'hop-limit hop\nhop-limit old\n' > names.txt
    json 3 --region us-south --expect names.txt --rule hop-limit,enabled-over-http
    holds '.expected | .missing == 0 and .unknown == 1 and .matched == 1'
    json 3 --region all --expect names.txt
    holds '.expected | .matched == 2 and [.missing_findings[].resource] == ["old"]'
    run -3 --separate-stderr "$BUILD/vpcmeta" audit --region us-south --expect names.txt
    [[ $output == *"1 of the expected findings was found, 1 not expected, 1 unknown (not read, selected or judged this time)"* ]]
}

@test "the file of expected findings reads back whatever the names of the policy and the answers hold" {
    fleet
    policy p.yaml '{enabled: true}' '    exceptions:
      - {name: "nothing-*", reason: r, owner: o, expires: 2099-01-01}
'
    sed -i 's/name: all/name: all the servers/' p.yaml
    fault '{"operation":"instances.list","path":"/us-south/*","action":"edit","record":{"name":"web"},"set":{"/crn":"is\u001b[31m:x\nenabled-over-http hop"}}'
    run -3 --separate-stderr "$BUILD/vpcmeta" audit --policy p.yaml --strict --region all --write-expected k.txt
    grep -qx '{"rule":"unused-exception","name":"all the servers/nothing-\*"}' k.txt
    json 0 --policy p.yaml --strict --region all --expect k.txt
    holds '.expected | .matched == 1 and .missing == 0'
    run -3 --separate-stderr "$BUILD/vpcmeta" audit --region all --write-expected k.txt
    run -1 grep -E '^enabled-over-http hop|'$'\033' k.txt
    json 0 --region all --expect k.txt
    holds '.expected | .matched == 4 and .extra == 0 and .missing == 0'
}

@test "no file that an audit writes replaces one that it reads, or one that is not its own" {
    fleet
    policy p.yaml '{enabled: true}'
    echo vpcsim-api-key > k.key
    chmod 600 k.key
    cp k.key ca.pem
    echo hop-limit hop > known.txt
    requests=$(sim_count GET '*')
    while IFS='~' read -r variables message words; do
        read -ra args <<< "$words"
        cksum p.yaml k.key known.txt > before
        run --separate-stderr env ${variables:+"$variables"} "$BUILD/vpcmeta" audit "${args[@]}"
        [ "$status" -eq 2 ]
        [[ $stderr == "error: "*"$message"* ]] || { echo "$words: $stderr"; false; }
        cksum p.yaml k.key known.txt | diff before -
    done << 'END'
~--write-expected p.yaml would replace p.yaml, which the audit uses~--policy p.yaml --write-expected p.yaml
~--report csv=k.key would replace k.key, which the audit uses~--api-key-file k.key --report csv=k.key
~--write-expected ./k.key would replace k.key~--api-key-file k.key --write-expected ./k.key
IC_API_KEY=@k.key~--report csv=k.key would replace k.key~--report csv=k.key
~--report csv=ca.pem would replace ca.pem~--ca-file ca.pem --report csv=ca.pem
~--report json=known.txt would replace known.txt~--expect known.txt --report json=known.txt
~--report csv=x and --write-expected x are the same file~--report csv=x --write-expected x
~--write-expected p.yaml: this file is there and is not a list of expected findings~--write-expected p.yaml
~--write-expected -: the list is written to a file, not to standard output~--write-expected -
~--write-expected none/x: the folder none does not exist~--write-expected none/x
END
    [ ! -e x ]
    [ ! -e ./- ]
    [ "$(sim_count GET '*')" -eq "$requests" ]
    # its own lists and that of --expect it may write anew
    run -0 "$BUILD/vpcmeta" audit --expect known.txt --write-expected known.txt --rule hop-limit
    run -3 "$BUILD/vpcmeta" audit --write-expected known.txt
}

@test "unused exceptions are found where they alone are asked for, and a choice that leaves nothing is refused" {
    fleet
    policy p.yaml '{enabled: true, protocol: https}' '    exceptions:
      - {name: web, reason: r, owner: o, expires: 2099-01-01}
      - {name: nothing, rules: [enabled-over-http], reason: r, owner: o, expires: 2099-01-01}
'
    for args in "--strict --rule unused-exception" "--rule unused-exception"; do
        read -ra words <<< "$args"
        json 3 --policy p.yaml --region all "${words[@]}"
        holds '[.findings[] | [.rule, .name]] == [["unused-exception", "all/nothing"]]'
    done
    for args in "--rule hop-limit --exclude-rule hop-limit" "--strict"; do
        read -ra words <<< "$args"
        run -2 --separate-stderr "$BUILD/vpcmeta" audit "${words[@]}"
        [[ $stderr == "error: --"* ]]
    done
}

@test "an odd record is named with its region, and the category of GitHub with what was read" {
    fleet
    fault '{"operation":"instances.list","path":"/eu-de/*","action":"edit","record":{"name":"web"},"set":{"/metadata_service":null}}'
    json 5 --region all
    holds '.missing == ["instance web in eu-de: metadata_service is null"]'
    fault ''
    category() { jq -r '.runs[0].automationDetails.id | sub("/[^/]*$"; "") | sub("^vpcmeta/[^/]*/"; "")' a.sarif; }
    while IFS='|' read -r want args; do
        read -ra words <<< "$args"
        run -3 "$BUILD/vpcmeta" audit --report sarif-github=a.sarif "${words[@]}"
        run -0 category
        [[ $output =~ ^$want$ ]] || { echo "$args: $output"; false; }
    done << 'END'
us-south|
us-south,eu-de|--region all
eu-de|--region eu-de
us-south/selection-[0-9a-f]{12}|--rule hop-limit
END
    VPC_URL=$SIM_BASE/eu-de/v1 run -3 "$BUILD/vpcmeta" audit --report sarif-github=a.sarif
    run -0 category
    [ "$output" = eu-de ]
}

@test "after a request policy explain prints an object for programs, whatever it could not find" {
    fleet
    run -1 --separate-stderr "$BUILD/vpcmeta" policy explain nosuch -o json
    jq -e '.complete == false and .items == [] and (.missing[0] | test("nosuch"))' <<< "$output"
    run -1 --separate-stderr "$BUILD/vpcmeta" policy explain web --region all -o json
    jq -e '.complete == false and .items == []' <<< "$output"
}
