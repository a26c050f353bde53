#!/usr/bin/env bats
# Settings are taken or refused, never skipped: credential and key files, endpoints, visibility.
load client

teardown() {
    sim_stop
}

# Writes its second argument, with the escapes of printf, to the file, which others may not read.
put() {
    printf '%b' "$2" > "$1"
    chmod 600 "$1"
}

@test "a byte order mark, CRLF and export hide no setting of a credentials file" {
    client_start --instances 1
    unset VPC_APIKEY VPC_URL
    for lines in "\xef\xbb\xbfVPC_URL=$SIM_URL\nVPC_APIKEY=$SIM_API_KEY\n" \
        "\xef\xbb\xbfexport VPC_URL=$SIM_URL\r\n  export\tVPC_APIKEY = $SIM_API_KEY\r\n"; do
        put settings.env "$lines"
        IBM_CREDENTIALS_FILE=settings.env meta auth status -o json
        expect 0
        [ -z "$stderr" ]
        jq -e --arg url "$SIM_URL" '.endpoint == $url and .token' <<< "$output"
    done
}

@test "every line of a credentials file that looks like a setting and is none is named, without its value" {
    client_start --instances 1
    unset VPC_APIKEY VPC_URL
    put settings.env "VPC_URL=$SIM_URL\nVPC_APIKEY : $SIM_API_KEY\nVPC_APIKEY\n; VPC_APIKEY=$SIM_API_KEY\n"
    printf '%s\n' "VPC_API_KEY=$SIM_API_KEY" VPC_ENABLE_RETRIES=true MY_VPC_THING=1 '# VPC_APIKEY=no' "set VPC_APIKEY=$SIM_API_KEY" \
        >> settings.env
    IBM_CREDENTIALS_FILE=settings.env IC_API_KEY=$SIM_API_KEY meta auth status
    expect 0
    for line in 2 3 4 5 6 9; do
        [[ $stderr == *"warning: settings.env:$line: "* ]]
    done
    [[ $stderr == *"VPC_API_KEY is not a setting and was ignored: did you mean VPC_APIKEY?"* ]]
    [ "${#stderr_lines[@]}" -eq 6 ]
    [[ $output$stderr != *"$SIM_API_KEY"* ]]
    # the same where nothing else of the file is taken
    put settings.env 'VPC_URL : x\n'
    IBM_CREDENTIALS_FILE=settings.env meta auth status
    expect 4 "warning: settings.env:1: "
}

@test "half a pair, quotes, and files of another kind are refused with file and remedy, nothing is sent" {
    client_start --instances 1
    unset VPC_APIKEY
    put id.env "VPC_APIKEY=hush-hush\nVPC_CLIENT_ID=hush-id\n"
    put single.env "VPC_APIKEY='hush-hush'\n"
    put double.env 'VPC_APIKEY="hush-hush"\n'
    put url.env "VPC_APIKEY=hush-hush\nVPC_URL='https://example.com'\n"
    put array.json '[{"apikey": "hush-hush"}]'
    put assigned 'VPC_APIKEY=hush-hush\n'
    put mine '# mine\nexport IBMCLOUD_API_KEY=hush-hush\n'
    while IFS='|' read -r words setting args; do
        run --separate-stderr env $setting "$BUILD/vpcmeta" instance list $args < array.json
        expect 2 "$words"
        [[ $output$stderr != *hush* ]]
        [ "$(requests)" -eq 0 ]
    done << 'LINES'
VPC_CLIENT_ID in id.env has no VPC_CLIENT_SECRET beside it: give both|IBM_CREDENTIALS_FILE=id.env|
single.env is wrapped in braces or quotes; give it bare|IBM_CREDENTIALS_FILE=single.env|
double.env is wrapped in braces or quotes; give it bare|IBM_CREDENTIALS_FILE=double.env|
VPC_URL in url.env is wrapped in quotes; give it bare|IBM_CREDENTIALS_FILE=url.env|
array.json is a JSON array: give the bare key||--api-key-file array.json
standard input is a JSON array: give the bare key||--api-key-file -
assigned holds NAME=value, not a bare key: name such a file in IBM_CREDENTIALS_FILE||--api-key-file assigned
mine holds NAME=value|IBMCLOUD_API_KEY=@mine|
LINES
}

@test "a key is read from the file behind an @, and the source is shown" {
    client_start --instances 1
    unset VPC_APIKEY
    put key "$SIM_API_KEY\n"
    put key.json "{\"name\": \"n\", \"apikey\": \"$SIM_API_KEY\"}"
    for variable in IC_API_KEY IBMCLOUD_API_KEY; do
        for file in key key.json; do
            run --separate-stderr env "$variable=@$file" "$BUILD/vpcmeta" auth status -o json
            expect 0
            jq -e --arg words "$variable (file $file)" '.credential | contains($words)' <<< "$output"
        done
    done
}

@test "files with a secret that others can read are warned about" {
    client_start --instances 1
    unset VPC_APIKEY
    put settings.env "VPC_APIKEY=$SIM_API_KEY\n"
    put key "$SIM_API_KEY\n"
    chmod 644 settings.env key
    IBM_CREDENTIALS_FILE=settings.env meta auth status
    expect 0 "warning: settings.env holds a secret and can be read by others (chmod 600)"
    meta auth status --api-key-file key
    expect 0 "warning: key holds a secret and can be read by others (chmod 600)"
    cp settings.env "$HOME/ibm-credentials.env"
    meta auth status
    expect 0 "warning: $HOME/ibm-credentials.env holds a secret"
}
