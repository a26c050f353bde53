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
    put key "\xef\xbb\xbf$SIM_API_KEY\r\n"
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

# SOURCE URL REGION [NAME=VALUE...]: auth status, offline, shows this endpoint and where it came from
leads_to() {
    local source=$1 url=$2 region=$3
    shift 3
    run --separate-stderr env "$@" "$BUILD/vpcmeta" auth status --auth none -o json --region "$region"
    expect 0
    jq -e --arg url "$url" --arg source "$source" '.endpoint == $url and (.endpoint_source | contains($source))' <<< "$output"
}

@test "visibility and endpoints file choose the endpoints of VPC and IAM: variable, file, default" {
    client_environment
    leads_to region https://eu-de.iaas.cloud.ibm.com/v1 eu-de IC_VISIBILITY=public
    for setting in IC_VISIBILITY=private IBMCLOUD_VISIBILITY=private IBMCLOUD_VISIBILITY=public-and-private; do
        leads_to "$setting" https://eu-de.private.iaas.cloud.ibm.com/v1 eu-de "$setting"
        jq -e --arg source "$setting" '.iam == "https://private.iam.cloud.ibm.com (" + $source + ")"' <<< "$output"
        leads_to "$setting" https://us-east.private.iaas.cloud.ibm.com/v1 us-east "$setting"
        jq -e '.iam | startswith("https://private.us-east.iam.cloud.ibm.com ")' <<< "$output"
    done
    # IC_VISIBILITY comes first, and what names an endpoint before visibility
    leads_to region https://eu-de.iaas.cloud.ibm.com/v1 eu-de IC_VISIBILITY=public IBMCLOUD_VISIBILITY=private
    leads_to IBMCLOUD_IS_NG https://eu-de.iaas.cloud.ibm.com/v1 eu-de IC_VISIBILITY=private \
        IBMCLOUD_IS_NG_API_ENDPOINT=eu-de.iaas.cloud.ibm.com IBMCLOUD_IAM_API_ENDPOINT=iam.cloud.ibm.com
    jq -e '.iam | startswith("https://iam.cloud.ibm.com (environment variable IBMCLOUD_IAM")' <<< "$output"

    cat > endpoints.json << 'FILE'
{"IBMCLOUD_IS_NG_API_ENDPOINT": {"public": {"eu-de": "public.example/v1"}, "private": {"eu-de": "https://private.example"}},
 "IBMCLOUD_IAM_API_ENDPOINT": {"private": {"eu-de": "https://iam.example"}}, "IBMCLOUD_GS_API_ENDPOINT": 7}
FILE
    leads_to "endpoints file endpoints.json named by IC_ENDPOINTS_FILE_PATH" https://public.example/v1 eu-de \
        IC_ENDPOINTS_FILE_PATH=endpoints.json VPC_URL=https://sdk.example/v1
    jq -e '.iam == "https://iam.cloud.ibm.com (default)"' <<< "$output"
    leads_to "named by IBMCLOUD_ENDPOINTS_FILE_PATH" https://private.example/v1 eu-de \
        IBMCLOUD_ENDPOINTS_FILE_PATH=endpoints.json IC_ENDPOINTS_FILE_PATH=/nowhere IC_VISIBILITY=private
    jq -e '.iam == "https://iam.example (endpoints file endpoints.json named by IBMCLOUD_ENDPOINTS_FILE_PATH)"' <<< "$output"
    leads_to region https://us-south.private.iaas.cloud.ibm.com/v1 us-south IC_ENDPOINTS_FILE_PATH=endpoints.json \
        IC_VISIBILITY=private
    # the file is not read for public-and-private, which is said
    leads_to IC_VISIBILITY https://eu-de.private.iaas.cloud.ibm.com/v1 eu-de IC_ENDPOINTS_FILE_PATH=/nowhere \
        IC_VISIBILITY=public-and-private
    [[ $stderr == *"warning: IC_ENDPOINTS_FILE_PATH is ignored: IC_VISIBILITY=public-and-private"* ]]
}

@test "the key goes to the IAM and the API of the endpoints file" {
    client_start --instances 2
    printf '{"IBMCLOUD_IS_NG_API_ENDPOINT": {"private": {"us-south": "%s"}}, "IBMCLOUD_IAM_API_ENDPOINT":
        {"private": {"us-south": "%s"}}}' "$SIM_URL" "$SIM_BASE" > endpoints.json
    unset VPC_URL IBMCLOUD_IAM_API_ENDPOINT
    export IC_VISIBILITY=private IBMCLOUD_ENDPOINTS_FILE_PATH=endpoints.json
    meta instance list --jq '.items | length'
    expect 0
    [ "$output" = 2 ]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
    meta doctor
    expect 0
    for row in "iam +ok +$SIM_BASE" "endpoint +ok +$SIM_URL"; do
        grep -E "^$row \(endpoints file endpoints.json named by IBMCLOUD_ENDPOINTS_FILE_PATH\)\$" <<< "$output"
    done
}

@test "settings of endpoints that cannot be used are refused with their place" {
    client_start --instances 1
    while IFS='|' read -r words setting content; do
        printf '%b' "$content" > endpoints.json
        for command in "instance list" "auth status --auth none" "instance set --all --enabled true -y"; do
            run --separate-stderr env $setting "$BUILD/vpcmeta" $command
            expect 2 "$words"
            [ "$(requests)" -eq 0 ]
        done
    done << 'LINES'
IBMCLOUD_IAM_API_ENDPOINT "ftp://iam.example" is not a URL: write https://HOST|IBMCLOUD_IAM_API_ENDPOINT=ftp://iam.example|
IBMCLOUD_IAM_API_ENDPOINT: a base URL has no "?"|IBMCLOUD_IAM_API_ENDPOINT=https://user:secret@iam.example|
VPC_AUTH_URL "ftp://iam.example" is not a URL|-u IBMCLOUD_IAM_API_ENDPOINT VPC_AUTH_URL=ftp://iam.example|
IC_VISIBILITY: "Private" is not a visibility: set public, private or public-and-private|IC_VISIBILITY=Private|
IBMCLOUD_VISIBILITY: "both" is not a visibility|IBMCLOUD_VISIBILITY=both|
named by IC_ENDPOINTS_FILE_PATH: cannot open nowhere.json|IC_ENDPOINTS_FILE_PATH=nowhere.json|
endpoints.json:2:1: |IC_ENDPOINTS_FILE_PATH=endpoints.json|{\n
endpoints.json:1:2: |IC_ENDPOINTS_FILE_PATH=endpoints.json|[\xe9]
endpoints.json:1:1: endpoints file: the document is not an object|IC_ENDPOINTS_FILE_PATH=endpoints.json|[]
endpoints.json:1:33: endpoints file: /IBMCLOUD_IS_NG_API_ENDPOINT is not an object|IC_ENDPOINTS_FILE_PATH=endpoints.json|{"IBMCLOUD_IS_NG_API_ENDPOINT": 1}
/IBMCLOUD_IS_NG_API_ENDPOINT/privat is neither "public" nor "private"|IC_ENDPOINTS_FILE_PATH=endpoints.json|{"IBMCLOUD_IS_NG_API_ENDPOINT": {"privat": {}}}
/IBMCLOUD_IAM_API_ENDPOINT/public/eu-de is not a URL: write https://HOST|IC_ENDPOINTS_FILE_PATH=endpoints.json|{"IBMCLOUD_IAM_API_ENDPOINT": {"public": {"eu-de": "ftp://x.y"}}}
/IBMCLOUD_IAM_API_ENDPOINT/public/eu-de is not a URL|IC_ENDPOINTS_FILE_PATH=endpoints.json|{"IBMCLOUD_IAM_API_ENDPOINT": {"public": {"eu-de": null}}}
LINES
}
