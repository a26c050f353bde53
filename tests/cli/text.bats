#!/usr/bin/env bats
# Text that people write: every place that reads one takes a byte order mark and CRLF, and refuses what is not UTF-8.
load client

setup_file() {
    export BOM=$'\xef\xbb\xbf'
}

teardown() {
    sim_stop
}

body='{"name":"web-1","zone":{"name":"us-south-1"}}'

# Writes its second argument, with the escapes of printf, to the file.
put() {
    printf '%b' "$2" > "$1"
}

@test "a byte order mark and CRLF are taken in names, scripts, bodies, schemas and keys" {
    client_start --instances 3
    put names "${BOM}api-0001\r\nweb-0002\r\n"
    for from in names -; do
        meta instance list --from "$from" -o csv --fields name --no-headers < names
        expect 0
        [ "${#lines[@]}" -eq 2 ]
    done
    put script "${BOM}instance list -o csv --fields name --no-headers\r\nversion\r\n"
    for file in script -; do
        meta shell -f "$file" < script
        expect 0
        [[ $output == *api-0001*vpcmeta* ]]
    done
    put metadata "${BOM}{\r\n\"metadata_service\": {\"enabled\": true}}"
    put schema "${BOM}{\"type\": \"object\"}\r\n"
    for file in metadata -; do
        meta schema check --as instance_patch "$file" < metadata
        expect 0
        meta schema check --schema schema "$file" < metadata
        expect 0
    done
    unset VPC_APIKEY
    put key "$BOM$SIM_API_KEY\r\n"
    chmod 600 key
    for file in key -; do
        meta auth status --api-key-file "$file" < key
        expect 0
    done
}

@test "text that is not UTF-8 is refused with file, line and column, whoever reads it" {
    client_start --instances 3
    put names 'api-0001\nweb-0002\xe9\n'
    put script 'version\ninstance set api-0001 --enabled false -y\nversion\xe9\n'
    put body '{"name":\n"web\xe9"}'
    put nul 'a\0b'
    put wide '\xff\xfea\0'
    unset VPC_APIKEY
    put key "one\n$SIM_API_KEY\xe9"
    chmod 600 key
    while IFS='|' read -r place args; do
        meta $args < "${place%%:*}"
        expect 2 "error: $place: "
        meta ${args// ${place%%:*}/ -} < "${place%%:*}"
        expect 2 "error: standard input:${place#*:}: "
        [ "$(requests)" -eq 0 ]
        [[ $output$stderr != *"$SIM_API_KEY"* ]]
    done << 'LINES'
names:2:9|--auth none instance list --from names
body:2:5|--auth none instance create -f body
body:2:5|schema check body
body:2:5|schema check --schema body names
key:2:15|instance list --api-key-file key
nul:1:2|--auth none instance list --from nul
nul:1:2|--auth none shell -f nul
nul:1:2|schema check nul
nul:1:2|instance list --api-key-file nul
wide:1:1|--auth none instance set --enabled true -y --from wide
wide:1:1|--auth none shell -f wide
wide:1:1|schema check wide
wide:1:1|instance list --api-key-file wide
LINES
    # a file is read before its first command runs
    meta --auth none shell -f script
    expect 2 "error: script:3:8: "
    [ -z "$output" ]
    [ "$(requests)" -eq 0 ]
    # lines of standard input run as they arrive
    meta shell -f - < <(printf 'version\nversion\xe9\nversion\n')
    expect 2 "error: standard input:2:8: "
    [ "$(grep -c '^vpcmeta' <<< "$output")" -eq 1 ]
}

@test "a backslash at the end of a line continues it, in a script, on standard input and in -c" {
    client_start --instances 3
    unset VPC_URL
    put script "# a comment does not go on \\\\\nvpcmeta instance list \\\\\r\n    --endpoint $SIM_URL --name \"api-\\\\\n0001\" \\\\\n-o csv \\\\\n  --fields name --no-headers\nversion\nnope\n"
    for file in script -; do
        meta shell --on-error continue -f "$file" < script
        expect 2 ":8: "
        [ "${lines[0]}" = api-0001 ]
        [[ ${lines[1]} == vpcmeta* ]]
    done
    for line_end in $'\n' $'\r\n'; do
        meta shell -c "instance list --endpoint $SIM_URL \\$line_end   --name web-0002 -o csv --fields name --no-headers$line_end"
        expect 0
        [ "$output" = web-0002 ]
    done
    put script 'version \\'
    meta shell -f script
    expect 2 "nothing follows the backslash"
}

@test "the simulator reads its own files by the same rule" {
    client_environment
    put scenario "$BOM{\"seed\": 1,\r\n\"rules\": []}"
    sim_start --instances 1 --scenario scenario
    sim_stop
    put fleet "$BOM{\"items\": []}"
    sim_start --load fleet
    put fleet '{"items":\n "\xe9"}'
    run --separate-stderr "$BUILD/vpcsim" --port 0 --load fleet
    expect 2 "fleet:2:3: "
}
