#!/usr/bin/env bats
# vpcsim --load with records that no API answers: whatever is in them, each path of each plane answers, and in JSON.
load client

teardown() {
    sim_stop
}

@test "records with names, numbers and members of any form: every path answers in JSON, before and after changes" {
    client_environment
    sim_start --region us-south --instances 4 --templates 2 --groups 1 --bare-metal 2 --seed 2
    python3 "$BATS_TEST_DIRNAME/fleet_of_api.py" "$SIM_BASE" "$SIM_API_KEY" > fleet
    sim_stop
    python3 "$BATS_TEST_DIRNAME/hostile_fleet.py" write fleet "${HOSTILE_DEPTH:-1}" "${HOSTILE_STEP:-7}" > files
    while IFS= read -r file; do
        printf '%s\n' "$file" > hostile.json
        sim_start --load hostile.json --metadata-instance self --transition-ms 1
        python3 "$BATS_TEST_DIRNAME/hostile_fleet.py" read "$SIM_BASE" "$SIM_API_KEY"
        # names in what people read do nothing to their terminal
        [ "$(grep -c $'\e' "$SIM_DIR/err")" -eq 0 ]
        sim_stop
    done < files
    [ "$(wc -l < files)" -ge 4 ]
}

@test "a server whose record has no CRN is linked to no profile" {
    client_environment
    cat > copy.json << 'RECORD'
[{"id": "0717_11111111-1111-4111-8111-111111111111", "name": "self", "status": "running", "vcpu": {"count": 2},
  "metadata_service": {"enabled": true, "protocol": "http", "response_hop_limit": 1}}]
RECORD
    sim_start --load copy.json --metadata-instance self
    profile=$(sim_profile one VSI crn:v1:bluemix:public:is:us-south-1:a/x::instance:0717_1)
    token=$(sim_http -X PUT "$SIM_BASE/identity/v1/token?version=2026-09-01" -H 'Metadata-Flavor: ibm' | jq -r .access_token)
    sim_http -X POST "$SIM_BASE/identity/v1/iam_tokens?version=2026-09-01" -H "Authorization: Bearer $token" \
        -d "{\"trusted_profile\":{\"id\":\"$profile\"}}" | jq -e '.errors[0].code == "profile_not_linked"'
    sim_http "$SIM_BASE/identity/token" --data-urlencode grant_type=urn:ibm:params:oauth:grant-type:cr-token \
        --data-urlencode "cr_token=$token" -d "profile_id=$profile" | jq -e '.errorCode | startswith("BXNIM")'
}
