/* The text of vpcsim --help and --assumptions. */
#include <stdio.h>

#include "vpcsim/options.h"

static const char usage[] =
    "usage: vpcsim [OPTION...]\n"
    "A strict simulator of the IBM Cloud VPC API, its IAM and its metadata service, on loopback only.\n"
    "\n"
    "Server\n"
    "  --port N               port of 127.0.0.1 and ::1; 0 (default) picks one\n"
    "  --port-file FILE       write the port there when it listens\n"
    "  --threads N            threads that serve (2)\n"
    "  --tls                  https with a certificate made for localhost, 127.0.0.1 and ::1\n"
    "  --cert-out FILE        write that certificate there: clients take it as --ca-file\n"
    "  --log FILE             one JSON line a request, on its way to the file before the answer leaves\n"
    "  --help, --version, --assumptions\n"
    "\n"
    "Fleet (of every region)\n"
    "  --region R[,R...]      regions (us-south); the first at /v1, each at /R/v1\n"
    "  --seed N               the same seed gives the same fleet (1)\n"
    "  --instances N          instances, members of groups included (100)\n"
    "  --templates N          instance templates (8)\n"
    "  --bare-metal N         bare metal servers (4)\n"
    "  --groups N             instance groups (2)\n"
    "  --vpcs N               VPCs (5), a subnet a zone each\n"
    "  --mix real|plain       real (default), of 100 instances: 43 with metadata on, of these 60 % https; 80 with hop\n"
    "                         limit 1, 13 with 2; 90 running, 6 stopped, the rest failed, suspended or passing; 4 "
    "s390x,\n"
    "                         3 spot, 6 with instance storage, 3 in placement groups, 12 with a default trusted "
    "profile.\n"
    "                         plain: all amd64, running, disabled, http, hop limit 1\n"
    "  --all-disabled         metadata off, http, hop limit 1 everywhere, the rest as --mix says\n"
    "  --load FILE            add the servers of a list that vpcmeta exported (-o json), of GET /_sim/state, or of\n"
    "                         collections of the API; without sizes given nothing else is generated,\n"
    "                         and without --region its first region is at /v1\n"
    "\n"
    "Behaviour\n"
    "  --auth on|off          on (default): bearer tokens of the own IAM; off: none needed\n"
    "  --api-key KEY          the API key that IAM knows (vpcsim-api-key)\n"
    "  --token-life S         life of IAM's tokens (3600)\n"
    "  --transition-ms N      time of each change of status (500)\n"
    "  --membership-delete refill|shrink   what a deleted membership does to its group (refill)\n"
    "  --metadata-instance NAME|ID         the instance that asks the metadata service (the first one)\n"
    "\n"
    "Trouble\n"
    "  --latency-ms N         delay of every answer (0)\n"
    "  --rate N, --burst N    requests a second that are served (no limit; burst: as rate), 429 beyond\n"
    "  --retry-after          429 of --rate say Retry-After: 1\n"
    "  --rate-headers         answers carry X-RateLimit-Limit, -Remaining, -Reset\n"
    "  --scenario FILE        faults as data; POST /_sim/faults replaces them at run time\n"
    "\n"
    "Scenarios: {\"seed\": 1, \"rules\": [{MATCH, WHEN, \"action\": NAME, PARAMETERS}, ...]}; tests/data/scenarios/ "
    "has examples\n"
    "  MATCH   operation (instances.patch, templates.*), method, path (* and ? as in a shell), during [STATUS, ...]\n"
    "  WHEN    nth (N or [N, ...]), every N, after N, probability 0..1, limit N, lasts_ms N: over those that match\n"
    "  ACTION  latency ms|[min,max]; status status, retry_after N|\"date:N\", body api|html|empty|TEXT|{...}, type, "
    "code; "
    "reset; hang ms;\n"
    "          truncate keep 0..1; drip bytes, interval_ms; garbage; content_type type; expire_token;\n"
    "          token_delay ms: the API does not know the token of this request of IAM before;\n"
    "          change set {metadata_service, status, name}: another client changes the server first ({name}: its\n"
    "          old name); delete: deletes it, recreate true: and makes another one of its name;\n"
    "          stale reads N, ms N: the answer of a write and the next GETs show the resource as it was before;\n"
    "          headers headers {NAME: VALUE}: the answer has these, bytes that JSON cannot hold as %XX\n"
    "          edit record {MEMBER|POINTER: VALUE}, set {POINTER: VALUE}, remove [POINTER, ...]: what clients read of "
    "these\n"
    "          records is another (without record: of the answer), \"\" is the record itself; several may fire\n"
    "          churn delete N, create N, place any|start|end, interval_ms N: instances come and go before the request\n"
    "          is served, each time (1 of both) or for every interval since the first time\n"
    "          status, reset and hang take when before|after: after, the request took effect all the same\n"
    "  RATE    \"rate\": STEP or [STEP, ...] beside or without \"rules\", in place of --rate; the last step that has "
    "begun\n"
    "          is in force: after_s S, after_requests N (from the first request; N served); per_second N, burst N\n"
    "          (token bucket) or requests N, window_s S (N in each window of S seconds) or neither (no limit);\n"
    "          retry_after N|\"exact\" (left out: none); headers true (X-RateLimit-Limit, -Remaining, -Reset)\n"
    "          {\"rate\": [{\"per_second\": 200, \"retry_after\": \"exact\"}, {\"after_s\": 5, \"per_second\": 100}]}\n"
    "\n"
    "The simulator's own paths: GET /_sim/state, /_sim/requests, /_sim/counters; POST /_sim/faults, /_sim/reset,\n"
    "/_sim/quit. Counters are by operation and by client (hash of the token, user agent).\n"
    "IAM: POST /identity/token, /v1/profiles/... Metadata: /identity/v1, /instance_identity/v1, /metadata/v1.\n";

/* Where the facts are silent the simulator does what is safe: strict, and never kind. */
static const char *const assumptions[][2] = {
    {"stale If-Match", "412 precondition_failed; the ETag changes with every change of the instance"},
    {"If-Match missing with an array", "428 precondition_required"},
    {"unknown fields, wrong types, ranges", "400 bad_field, one error each (up to 16)"},
    {"null in a patch", "400 bad_field, except the members of a group's pool and the dates of an image"},
    {"unknown or repeated query parameters", "400 bad_field, target type parameter"},
    {"bodies over 4 MiB", "413 payload_too_large"},
    {"a body where none is taken", "400 bad_request"},
    {"name taken", "400 validation_unique_failed"},
    {"a reference in a body that names nothing", "400 not_found with the field as target"},
    {"missing, unknown or expired token", "401 not_authenticated"},
    {"metadata on for s390x", "400 bad_field"},
    {"allowed_use does not permit it", "400 allowed_use_violation; it cannot be evaluated: 400 allowed_use_invalid"},
    {"allowed_use of templates", "not checked before an instance is made of them"},
    {"changes that need a stopped server", "409 conflict"},
    {"changes while suspended, failed (lifecycle) or deleting", "409 conflict"},
    {"actions in other statuses than running and stopped", "409 conflict; stop with force works while passing"},
    {"a volume or network interface in use", "409 volume_in_use, virtual_network_interface_in_use"},
    {"properties given over a source template", "each replaces the template's as a whole"},
    {"a group's template with auto_link", "400 instance_template_auto_link; left out counts as true"},
    {"group and template in different resource groups", "400 bad_field"},
    {"membership_count while a manager is there", "409 conflict"},
    {"deleting a membership", "membership_count stays and the group refills (--membership-delete)"},
    {"deleting a template that a group uses", "409 instance_template_in_use"},
    {"soft stop of bare metal", "finishes; the status is running until then"},
    {"rate limits", "one over all operations of the API and all clients; requests that a rule refused are not counted"},
    {"more than 25 bare metal servers, 200 groups", "400 over_quota for what is created"},
    {"the metadata service off or in the other protocol", "the connection is held for a minute and closed"},
    {"not modelled, any identity accepted", "security groups, reserved IPs, dedicated hosts, reservations, offerings"},
    {NULL, NULL},
};

void options_print_help(void)
{
    fputs(usage, stdout);
}

void options_print_assumptions(void)
{
    puts("What the facts do not say, and what vpcsim does:");
    for (size_t i = 0; assumptions[i][0] != NULL; i++) {
        printf("  %s\n      %s\n", assumptions[i][0], assumptions[i][1]);
    }
}
