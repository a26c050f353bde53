#!/usr/bin/env bats
# Typical mistakes: what people type, and the message that leads them on.
load client

teardown() {
    sim_stop
}

@test "a field is named by its heading as well, in any case, wherever there are fields" {
    client_start --instances 3 --mix plain
    meta instance list --fields NAME,HOPS,Arch -o csv
    expect 0
    [ "${lines[0]}" = name,response_hop_limit,architecture ]
    meta instance list --fields name,response-hop-limit -o json
    expect 0
    jq -e '.items[0] | keys == ["name", "response_hop_limit"]' <<< "$output"
    meta instance show api-0001 --fields Name,ARCH
    expect 0
    [ "$output" = $'NAME  api-0001\nARCH  amd64' ]
    meta audit --fields SEVERITY,Rule -o csv
    expect 3
    [ "${lines[0]}" = severity,rule ]
    meta instance set --all --hop-limit 3 -y --fields NAME,Outcome -o csv
    expect 0
    [ "${lines[1]}" = api-0001,changed ]
    meta runs list --fields RUN,STATE -o csv
    expect 0
    [ "${lines[0]}" = run,state ]
    meta instance list --fields HOPSS
    expect 2 "--fields HOPSS: there is no such field: did you mean HOPS? (there are: kind, "
}

# Lines of "WORDS|ARGS": status 2 and exactly this message behind "error: ".
say_exactly() {
    local message args bad=0
    while IFS='|' read -r message args; do
        eval "meta $args" < /dev/null
        if [ "$status" -ne 2 ] || [ "$stderr" != "error: $message" ] || [ -n "$output" ]; then
            echo "$args: status $status, $stderr"
            bad=1
        fi
    done
    return "$bad"
}

@test "a command in the words of another tool is an error that has the whole command" {
    client_environment
    say_exactly << 'LINES'
unknown command 'instance describe': did you mean: vpcmeta instance show web-1 -o json|instance describe web-1 -o json
unknown command 'ls': did you mean: vpcmeta instance list|ls
unknown command 'instance enable': did you mean: vpcmeta instance set web-1 --enabled true|instance enable web-1
unknown command 'instance disable': did you mean: vpcmeta instance set --all --region us-south --enabled false|instance disable --all --region us-south
unknown command 'instance update': did you mean: vpcmeta instance set web-1 --hop-limit 2|instance update web-1 --hop-limit 2
unknown command 'instance-create': did you mean: vpcmeta instance create --name web-1|instance-create --name web-1
unknown command 'instances': did you mean: vpcmeta instance list --vpc prod|instances list --vpc prod
unknown command 'list': did you mean: vpcmeta instance list|list instances
unknown command 'set': did you mean: vpcmeta instance set web-1 --enabled true|set instance web-1 --enabled true
unknown command 'ibmcloud': did you mean: vpcmeta instance set web-1 --metadata-service true|ibmcloud is instance-update web-1 --metadata-service true
unknown command 'is': did you mean: vpcmeta bare-metal list|is bare-metal-servers
unknown command 'bare-metal-server-update': did you mean: vpcmeta bare-metal set bm-1 --metadata-service false|bare-metal-server-update bm-1 --metadata-service false
unknown command 'instance-template-create': did you mean: vpcmeta template create -f tpl.json|instance-template-create -f tpl.json
unknown command 'instance-create-from-template': did you mean: vpcmeta instance create --template-id tpl --name web-1|instance-create-from-template --template-id tpl --name web-1
unknown command 'instance template': did you mean: vpcmeta template list|instance template list
unknown command 'template update': did you mean: vpcmeta template replace tpl --enabled true|template update tpl --enabled true
unknown command 'rollback': did you mean: vpcmeta runs rollback last|rollback last
unknown command 'instance frob': there are list, show, set, restart, create (see 'vpcmeta help instance')|instance frob
LINES
}

@test "a misspelt verb that reads never leads to a command that writes" {
    client_environment
    for verb in lst lsit lits listt shw sho shwo gett gt ge viwe desribe see sea let seek fetch fetc watch open opne stat \
        status state changes batch patc; do
        meta instance $verb web-1
        expect 2 "did you mean: vpcmeta instance "
        [[ $stderr =~ 'did you mean: vpcmeta instance '(list|show)' web-1'$ ]]
    done
    for verb in lst shw get gett; do
        meta help instance $verb
        expect 2 "did you mean: vpcmeta help instance "
        [[ $stderr =~ (list|show)$ ]]
    done
}

@test "a verb that reads is one before a noun or behind another noun as well; undo is a rollback behind runs" {
    client_environment
    say_exactly << 'LINES'
unknown command 'see': did you mean: vpcmeta instance show web-1|see web-1
unknown command 'status': did you mean: vpcmeta instance list|status
unknown command 'st': did you mean: vpcmeta instance list web|st web
unknown command 'template stat': did you mean: vpcmeta template list|template stat
unknown command 'auht': did you mean: vpcmeta auth status|auht status
unknown command 'runs undo': did you mean: vpcmeta runs rollback last|runs undo last
unknown command 'auth login': did you mean: vpcmeta auth status|auth login
LINES
}

@test "a misspelt verb that writes is still found where one slip makes it" {
    client_environment
    say_exactly << 'LINES'
unknown command 'instance sett': did you mean: vpcmeta instance set x|instance sett x
unknown command 'instance crate': did you mean: vpcmeta instance create x|instance crate x
unknown command 'instance updte': did you mean: vpcmeta instance set x|instance updte x
unknown command 'runs rolback': did you mean: vpcmeta runs rollback last|runs rolback last
LINES
}

@test "a command that does not exist on purpose says what does it, and leads to no other command" {
    client_environment
    for words in 'config show' 'config path' 'config check' 'trusted-profile list' \
        'instance wait' 'runs confirm' 'runs guard'; do
        meta $words
        expect 2 "error: there is no command '${words%% *}"
        [[ $stderr != *"did you mean"* ]]
    done
    meta help trusted-profile
    expect 2 "there is no command 'trusted-profile': 'ibmcloud iam"
}

@test "an option that the command does not have: what to write, or whose it is; a key is not repeated" {
    client_environment
    say_exactly << 'LINES'
'instance set' has no option --roll: it belongs to 'template replace' (see 'vpcmeta help instance set')|instance set --all --roll --enabled true
'instance list' has no option --dry-run: it belongs to 'instance set', 'instance restart', 'bare-metal set' and others (see 'vpcmeta help instance list')|instance list --dry-run
unknown option --parallel: write --concurrency N|instance set --all --parallel 5
unknown option --colour: did you mean --color? (see 'vpcmeta help instance list')|instance list --colour never
LINES
    for args in "--api-key S3CRET" --api-key=S3CRET "--apikey S3CRET" "--token S3CRET"; do
        meta instance list $args
        expect 2 "every process of the machine can read a command line"
        meta instance ls $args
        expect 2 "did you mean: vpcmeta instance list ..."
        [[ $stderr != *S3CRET* ]]
    done
}

@test "words of our own are taken in any case, words of the API in the API's" {
    client_start --instances 1 --mix plain
    meta instance list -o JSON --jq .complete
    expect 0
    [ "$output" = true ]
    meta instance list -o Csv --color NEVER --fields name --no-headers
    expect 0
    [ "$output" = web-0001 ]
    meta instance list -o CSV --jq .
    expect 2 "--jq and --output csv contradict each other"
    say_exactly << 'LINES'
--metadata-service no is neither true nor false: write --metadata-service false|instance set --all --metadata-service no
--tps 5/s is not a number 1..100000: write --tps 5, without a unit|instance set --all --enabled true --tps 5/s
--vpc: the value is empty: is a variable not set?|instance list --vpc "$no_such_variable"
LINES
}

@test "--template-id names the template, as ibmcloud is does" {
    client_start --instances 1 --templates 2
    template=$(sim_curl GET /v1/instance/templates | jq -r '.templates[0].id')
    meta instance create --template-id "$template" --name new-1 -y -o json
    expect 0
    jq -e '.summary.changed == 1' <<< "$output"
    meta template create --template-id "$template" --name new-tpl -y -o json
    expect 0
}

@test "a region that does not exist is refused before any request, with the nearest one and the way to a newer one" {
    client_start --instances 1
    unset VPC_URL
    local newer="A newer one is reached by its endpoint: --endpoint https://REGION.iaas.cloud.ibm.com/v1"
    say_exactly << LINES
--region us-soth is not a known region: did you mean us-south? $newer|instance list --region us-soth
--region us-south-1 is not a known region: did you mean us-south? $newer|audit --region us-south-1
--region "eu-DE" is not a region name such as eu-de|instance set --all --enabled true -y --region eu-DE
LINES
    meta instance list --region xx-nowhere
    expect 2 "--region xx-nowhere is not a known region; the regions are au-syd, br-sao, ca-mon, "
    [ "$(requests)" -eq 0 ]
    # it is known without credentials as well
    unset VPC_APIKEY
    meta instance list --region us-soth
    expect 2 "did you mean us-south?"
}

@test "an endpoint that is a region, the console or another service is refused before any request" {
    client_start --instances 1
    say_exactly << 'LINES'
--endpoint "us-south" is not a URL: did you mean --region us-south?|instance list --endpoint us-south
--endpoint https://cloud.ibm.com/v1 is the console, not a VPC API: write https://REGION.iaas.cloud.ibm.com/v1, or give --region REGION and no endpoint|instance list --endpoint https://cloud.ibm.com/v1
--endpoint https://iam.cloud.ibm.com is IAM, not a VPC API: write https://REGION.iaas.cloud.ibm.com/v1, or give --region REGION and no endpoint|instance list --endpoint https://iam.cloud.ibm.com
--iam-url https://us-south.iaas.cloud.ibm.com is a VPC API, not IAM: write https://iam.cloud.ibm.com|instance list --iam-url https://us-south.iaas.cloud.ibm.com
LINES
    [ "$(requests)" -eq 0 ]
    for endpoint in "$SIM_BASE" "$SIM_URL/" "${SIM_URL#http://}"; do
        [ "$endpoint" != "${SIM_URL#http://}" ] || continue # a host without a scheme is taken for https
        meta instance list --endpoint "$endpoint"
        expect 0
    done
}

@test "the wrong protocol, path or host of an endpoint: said in words, with what to write" {
    client_start --instances 1
    meta instance list --endpoint "${SIM_URL/http:/https:}"
    expect 1 "rite http://127.0.0.1:$SIM_PORT" # in place of, or if it speaks http: as the connection ended
    meta instance list --endpoint "$SIM_BASE/v2"
    expect 1 "(GET $SIM_BASE/v2/instances); an endpoint ends in /v1: --endpoint $SIM_BASE/v1 [trace "
    meta instance list --endpoint "$SIM_BASE/vpc/v1"
    expect 1 "(GET $SIM_BASE/vpc/v1/instances); $SIM_BASE/vpc/v1 is not an endpoint of a VPC API: one looks like https://us-south.iaas.cloud.ibm.com/v1"
    https_proxy=http://127.0.0.1:1 meta instance list --endpoint https://us-south.iaas.cloud.ibm.com/v1 --deadline 2
    expect 1 "It is a proxy: check https_proxy and all_proxy"
    # an error of the API itself has nothing to do with the protocol
    faults '{"operation": "instances.list", "action": "status", "status": 400}'
    meta instance list
    [ "$status" -eq 1 ]
    [[ $stderr != *TLS* ]]
    sim_stop
    sim_start --instances 1 --tls
    meta instance list --endpoint "${SIM_URL/https:/http:}" --auth none --deadline 2
    expect 1 "If the port speaks TLS, write https://127.0.0.1:$SIM_PORT"
    meta instance list --endpoint "$SIM_URL" --auth none
    expect 1 "give its certificate: --ca-file FILE"
}

@test "a 403 of the API names the role and the action that the operation takes" {
    client_start --instances 1 --bare-metal 1 --templates 1 --mix plain
    local operation role
    while IFS='|' read -r operation role args; do
        faults "{\"operation\":\"$operation\",\"action\":\"status\",\"status\":403}"
        meta $args
        [[ $stderr == *"403 not_authorized: "*"; it takes the role $role on VPC Infrastructure Services"* ]] ||
            { echo "$args: $stderr"; false; }
    done << 'LINES'
instances.list|Viewer|instance list
instances.patch|Editor|instance set --all --enabled true -y
bare_metal_servers.patch|Editor|bare-metal set --all --enabled true -y
LINES
    meta bare-metal set --all --enabled true -y -o json
    jq -e '.results[0].reason | test("\\(is.bare-metal-server.bare-metal-server.update\\) \\[trace .*request .*\\]$")' <<< "$output"
    # what stands before the API knows no roles
    faults '{"operation":"instances.list","action":"status","status":403,"body":"html"}'
    meta instance list
    [[ $stderr != *"it takes the role"* ]]
}

@test "a name, an id or a run that does not exist leads to the nearest one" {
    client_start --instances 12 --templates 2
    meta instance show web-001
    expect 1 'there is no instance "web-001": did you mean web-0001?'
    meta instance set web-001 api-2 --enabled true -y
    expect 1 'there is no instance "web-001", "api-2": did you mean web-0001, api-0002?'
    [ -z "$(writes)" ]
    id=$(sim_state -r '.instances[0].id')
    meta instance show "${id%?}x"
    expect 1
    meta instance set instance api-0001 --enabled true -y
    expect 1 'the command says already that it is an instance: leave out "instance"'
    meta instance set instance web-001 --enabled true -y
    expect 1 'there is no instance "instance", "web-001": the command says already that it is an instance: leave out "instance"; did you mean web-0001?'
    meta instance show nosuch-0001
    expect 1 'there is no instance "nosuch-0001"'
    [[ $stderr != *"did you mean"* ]]
    meta bare-metal set bare-metal --enabled true -y
    expect 1 'the command says already that it is a bare metal server: leave out "bare-metal"'
    template=$(sim_curl GET /v1/instance/templates | jq -r '.templates[0].name')
    meta instance create --template "${template}x" --name new-1 -y
    expect 1 ": did you mean $template?"
    meta instance set api-0001 --hop-limit 5 -y
}

@test "create without a body or a template names both ways, as far as the kind has them" {
    client_environment
    meta instance create --name a --region us-south
    expect 2 "example instance_create' prints a first one), or a template with --template NAME|ID|CRN"
    meta template create --name a --region us-south
    expect 2 "prints a first one), or a template with --source-template NAME|ID|CRN"
    meta bare-metal create --name a --region us-south
    expect 2 "prints a first one)"
    [[ $stderr == *"prints a first one)" ]]
}

@test "a name that does not exist does not read a whole fleet for its nearest one" {
    client_start --instances 5000
    meta instance show web-001
    expect 1 'there is no instance "web-001": did you mean web-0001?'
    [ "$(sim_log 'select(.path == "/v1/instances")' | wc -l)" -le 20 ]
}

@test "the table of typical mistakes: each ends with its status and its message, and changes nothing" {
    client_start --instances 12 --templates 3
    local status_wanted line message said bad=0
    export PATH="$BUILD:$PATH"
    vpcmeta instance set web-0001 --hop-limit 9 -y
    clear_log
    touch web-1.txt
    while IFS=$'\t' read -r status_wanted line message; do
        [[ $status_wanted != '#'* ]] || continue
        run --separate-stderr bash -c "${line//\{base\}/$SIM_BASE}" < /dev/null
        said=$(sed -E 's/^error: //; s/ \[(trace|request) [^]]*\]//' <<< "$stderr")
        if [ "$status" -ne "$status_wanted" ] || [ "$said" != "${message//\{base\}/$SIM_BASE}" ]; then
            printf '%s\nstatus %s, wanted: %s\nstderr: %s\n' "$line" "$status" "$message" "$said"
            bad=1
        fi
    done < "$BATS_TEST_DIRNAME/../data/mistakes.tsv"
    [ -z "$(writes)" ]
    return "$bad"
}
