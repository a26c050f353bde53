#!/usr/bin/env bats
# The documentation's requests to the identity and metadata API, as it writes them, against the simulator: the status,
# and the fields that they extract. tests/data/metadata_calls.tsv has them.
load sim
load data_plane

calls=$BATS_TEST_DIRNAME/../data/metadata_calls.tsv

# The certificate request of the documentation, written as its awk line does it: one string of JSON.
setup_file() {
    openssl req -sha256 -newkey rsa:2048 -subj '/C=US' -nodes -out "$BATS_FILE_TMPDIR/sslcert.csr" \
        -keyout "$BATS_FILE_TMPDIR/file.key" 2> /dev/null
    csr=$(awk 'NF {sub(/\r/, ""); printf "%s\\n",$0;}' "$BATS_FILE_TMPDIR/sslcert.csr")
    export csr
}

teardown() {
    sim_stop
}

# curl as the documentation's lines call it: the service is where the simulator is, its status goes to a file.
curl() {
    command curl -sS --connect-to "::127.0.0.1:$SIM_PORT" --noproxy '*' ${SIM_CA:+--cacert "$SIM_CA"} --max-time 5 \
        -w '%{stderr}%{http_code}' "$@" 2> "$SIM_DIR/code"
}

# run_calls ASKER PROTOCOL: every line of the table for them; the variables are those of the documentation and the ids
# that stand for its {id}.
run_calls() {
    local asker protocol wanted pattern command output code failed= count=0
    local vpc_metadata_api_endpoint=$2://api.metadata.cloud.ibm.com id=$ASKER_ID profile=$ASKER_PROFILE
    local identity_token=$ASKER_TOKEN instance_identity_token=$ASKER_TOKEN access_token=$ASKER_TOKEN
    while IFS=$'\t' read -r asker protocol wanted pattern command; do
        [ "$asker $protocol" = "$1 $2" ] || continue
        count=$((count + 1))
        output=$(eval "$command") || true
        code=$(< "$SIM_DIR/code")
        if [ "$code" != "$wanted" ] || ! [[ $output =~ $pattern ]]; then
            printf '%s\n  %s instead of %s, or not %s: %s\n' "$command" "$code" "$wanted" "$pattern" "$output"
            failed=1
        fi
    done < "$calls"
    [ "$count" -gt 0 ] || return 1
    [ -z "$failed" ]
}

# The ids that the table's lines need, as one finds them: in the lists.
find_ids() {
    key=$(asker_get keys | jq -r '.keys[0].id')
    group=$(asker_get placement_groups | jq -r '.placement_groups[0].id')
    interface=$(asker_get instance/network_interfaces | jq -r '.network_interfaces[0].id')
    attachment=$(asker_get instance/network_attachments | jq -r '.network_attachments[0].id')
    volume=$(asker_get instance/volume_attachments | jq -r '.volume_attachments[0].id')
    vni=$(asker_get virtual_network_interfaces | jq -r '.virtual_network_interfaces[0].id')
    unlinked=$(sim_profile other)
    [ "${#vni}" -gt 10 ]
}

# has_every_path: the table is complete.
has_every_path() {
    [ "$(grep -c '^instance\|^bare_metal' "$calls")" -ge 60 ]
    while read -r path; do
        grep -q "/$path?version" "$calls" || { echo "$path" >&2; return 1; }
    done << 'PATHS'
instance_identity/v1/token
instance_identity/v1/iam_token
instance_identity/v1/certificates
identity/v1/token
identity/v1/iam_tokens
identity/v1/certificates
metadata/v1/instance
metadata/v1/instance/initialization
metadata/v1/instance/network_interfaces
metadata/v1/instance/network_interfaces/[$]interface
metadata/v1/instance/network_attachments
metadata/v1/instance/network_attachments/[$]attachment
metadata/v1/instance/cluster_network_attachments
metadata/v1/instance/cluster_network_attachments/[$]volume
metadata/v1/instance/volume_attachments
metadata/v1/instance/volume_attachments/[$]volume
metadata/v1/instance/volume_attachment/[$]volume
metadata/v1/instance/software_attachments
metadata/v1/virtual_network_interfaces
metadata/v1/virtual_network_interfaces/[$]vni
metadata/v1/keys
metadata/v1/keys/[$]key
metadata/v1/placement_groups
metadata/v1/placement_groups/[$]group
metadata/v1/bare_metal_servers/[$]id/initialization
PATHS
}

@test "an instance on http is answered as documented" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self
    asker_create self http
    asker_token
    has_every_path
    find_ids
    run_calls instance http
}

@test "an instance on https is answered as documented, under the name that the certificate has" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self --tls
    asker_create self https
    asker_token
    run_calls instance https
}

@test "a bare metal server on http is answered as documented" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self
    asker_create_bare_metal self http
    asker_token
    run_calls bare_metal http
    # its id is in its token
    "$BUILD/vpcmeta" metadata get bare_metal_servers --metadata-url "$SIM_BASE" | jq -e 'has("keys")'
}

@test "a bare metal server on https is answered as documented" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self --tls
    asker_create_bare_metal self https
    asker_token
    run_calls bare_metal https
}
