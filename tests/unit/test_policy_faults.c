/* Room policy: every slip in a file is an error at its place, with what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog_fixture.h"
#include "policy_fixture.h"

struct row {
    const char *text;
    const char *fault; /* the first line, or its beginning */
};

#define HEAD            "version: 1\nrules:\n"
#define RULE(members)   HEAD "  - name: a\n    " members "\n"
#define META(members)   RULE("metadata_service: {" members "}")
#define EXCEPT(members) RULE("exceptions:\n      - {" members "}")
#define WHO             "reason: r, owner: o"

/* clang-format off */
static const struct row yaml_rows[] = {
    /* --- what is no YAML, or not of the part of it that is read --- */
    {"", "p.yaml:1:1: the file is empty"},
    {"# nothing but a remark\n", "p.yaml:1:1: the file is empty"},
    {"---\n...\n", "p.yaml:2:1: the file is empty"},
    {"version: 1\nrules:\n\t- name: a\n", "p.yaml:3:1: this is not YAML: a tab; indent with blanks"},
    {"version: 1\nrules:\n  - name: @a\n", "p.yaml:3:11: this is not YAML: no value begins with this character"},
    {"version: 1\nrules: [\n", "p.yaml:3:1: this is not YAML: "},
    {"version: 1\n rules: []\n", "p.yaml:2:7: this is not YAML: "},
    {HEAD "  - name: \"ä\x1b\"\n", "p.yaml:3:13: this is not YAML: control characters are not allowed; remove it, or write it as \\xNN"},
    {HEAD "  - {name: a, metadata_service: {<<: {enabled: true}}}\n", "p.yaml:3:34: the merge key << is refused"},
    {"version: 1\nrules: []\n---\nversion: 1\n", "p.yaml:3:1: a second document begins here"},
    {"version: 1\nversion: 1\nrules: [{name: a}]\n", "p.yaml:2:1: the key `version` is given twice, first at 1:1"},
    {HEAD "  - name: a\n    severity: low\n    severity: high\n", "p.yaml:5:5: the key `severity` is given twice, first at 4:5"},
    {HEAD "  - {name: a, 'name': b}\n", "p.yaml:3:15: the key `name` is given twice, first at 3:6"},
    {HEAD "  - &a {name: a, kinds: group}\n  - {<<: *a, name: b}\n", "p.yaml:4:6: the merge key << is refused"},
    {"version: !!int 1\nrules: [{name: a}]\n", "p.yaml:1:10: the tag !!int is refused"},
    {HEAD "  - name: !ruby/object a\n", "p.yaml:3:11: the tag !ruby/object is refused"},
    {"version: 1\nrules: !!python/tuple [{name: a}]\n", "p.yaml:2:8: the tag !!python/tuple is refused"},
    {"version: 1\nrules: &r [*r]\n", "p.yaml:2:12: the alias *r stands inside its own anchor"},
    {HEAD "  - name: *none\n", "p.yaml:3:11: the alias *none has no anchor before it"},
    {"? [a]\n: 1\n", "p.yaml:1:3: a key is a list or an object"},
    {"? &a b\n: 1\n*a : 2\n", "p.yaml:3:1: a key is an alias"},
    {"version: 1\nrules: \xff\n", "p.yaml:2:8: "},
    {"- version: 1\n", "p.yaml:1:1: must be an object"},
    {"version\n", "p.yaml:1:1: must be an object"},

    /* --- words that readers of YAML take for different things --- */
    {META("enabled: yes"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"yes\"; write true"},
    {META("enabled: no"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"no\"; write false"},
    {META("enabled: on"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"on\"; write true"},
    {META("enabled: Off"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"Off\"; write false"},
    {META("enabled: y"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"y\"; write true"},
    {META("enabled: \"true\""), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is \"true\"; write"},
    {META("enabled: 1"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is 1"},
    {META("enabled: ~"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is null; give it a value, or remove it"},
    {META("enabled: "), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is null; give it a value, or remove it"},
    {META("response_hop_limit: 1e1"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"1e1\"; write it in decimal"},
    {META("response_hop_limit: 0x10"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"0x10\"; write it in decimal"},
    {META("response_hop_limit: 010"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"010\"; write it in decimal"},
    {META("response_hop_limit: 1_0"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"1_0\"; write it in decimal"},
    {META("response_hop_limit: .5"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \".5\"; write it in decimal"},
    {META("response_hop_limit: +5"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"+5\"; write it in decimal"},
    {META("response_hop_limit: 1:30"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"1:30\"; write it in decimal"},
    {META("response_hop_limit: 2.5"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is 2.5"},
    {META("response_hop_limit: \"2\""), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"2\"; write it in decimal digits, without quotes"},
    {META("response_hop_limit: 99999999999999999999"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer"},
    {"version: \"1\"\nrules: [{name: a}]\n", "p.yaml:1:10: /version: must be 1, is \"1\""},
    {EXCEPT("name: a, ticket: 4711, expires: 2027-01-31, " WHO), "p.yaml:5:27: /rules/0/exceptions/0/ticket: must be a string, is 4711; write it in quotes: \"4711\""},
    {HEAD "  - name: true\n", "p.yaml:3:11: /rules/0/name: must be a string, is true; write it in quotes: \"true\""},
    {HEAD "  - name: null\n", "p.yaml:3:11: /rules/0/name: must be a string, is null"},

    /* --- words that would be cut, split into lines or hidden --- */
    {HEAD "  - {name: \"ru\\0le\"}\n", "p.yaml:3:12: /rules/0/name: the control character U+0000 is not allowed here; remove it\n"},
    {HEAD "  - {name: \"a\\x0ab\"}\n", "p.yaml:3:12: /rules/0/name: the control character U+000A is not allowed here; remove it\n"},
    {HEAD "  - {name: \"a\\e[31m\"}\n", "p.yaml:3:12: /rules/0/name: the control character U+001B is not allowed here; remove it\n"},
    {HEAD "  - {name: \"a\\u202Eb\"}\n", "p.yaml:3:12: /rules/0/name: the control character U+202E is not allowed here; remove it\n"},
    {RULE("where: {name: [b, \"web\\0x*\"]}"), "p.yaml:4:23: /rules/0/where/name/1: the control character U+0000"},
    {RULE("where: {jq: \".a\\0\"}"), "p.yaml:4:17: /rules/0/where/jq: the control character U+0000"},
    {RULE("where: {vpc: \"a\\tb\"}"), "p.yaml:4:18: /rules/0/where/vpc: the control character U+0009"},
    {EXCEPT("name: \"web\\0x*\", expires: 2027-01-31, " WHO), "p.yaml:5:16: /rules/0/exceptions/0/name: the control character U+0000"},
    {EXCEPT("name: a, expires: 2027-01-31, reason: \"r\\0\", owner: o"), "p.yaml:5:48: /rules/0/exceptions/0/reason: the control character U+0000"},
    {EXCEPT("name: a, expires: 2027-01-31, reason: r, owner: \"o\\np\""), "p.yaml:5:58: /rules/0/exceptions/0/owner: the control character U+000A"},

    /* --- keys that are not known, or stand elsewhere --- */
    {"verion: 1\nrules: [{name: a}]\n", "p.yaml:1:1: /verion: unknown property `verion`; did you mean `version`?"},
    {"version: 1\nrule: []\n", "p.yaml:2:1: /rule: unknown property `rule`; did you mean `rules`?"},
    {RULE("enabled: true"), "p.yaml:4:5: /rules/0/enabled: unknown property `enabled`; write it under `metadata_service`"},
    {RULE("vpc: a"), "p.yaml:4:5: /rules/0/vpc: unknown property `vpc`; write it under `where`"},
    {RULE("auto_link: false"), "p.yaml:4:5: /rules/0/auto_link: unknown property `auto_link`; write it under `trusted_profile`"},
    {META("hop_limit: 1"), "p.yaml:4:24: /rules/0/metadata_service/hop_limit: unknown property `hop_limit`; write `response_hop_limit`"},
    {META("protocoll: https"), "p.yaml:4:24: /rules/0/metadata_service/protocoll: unknown property `protocoll`; did you mean `protocol`?"},
    {RULE("where: {tag: a}"), "p.yaml:4:13: /rules/0/where/tag: unknown property `tag`; remove it"},
    {"version: 1\nprofile: prod\nrules: [{name: a}]\n", "p.yaml:2:1: /profile: unknown property `profile`; remove it: configuration profiles are not in this version"},
    {"version: 1\ncredentials: {api_key: x}\nrules: [{name: a}]\n", "p.yaml:2:15: /credentials/api_key: unknown property `api_key`; no key stands in a policy"},

    /* --- values --- */
    {"rules: [{name: a}]\n", "p.yaml:1:1: `version` is missing; write version: 1"},
    {"version: 2\nrules: [{name: a}]\n", "p.yaml:1:10: /version: must be 1, is 2; write 1, the version that is read here"},
    /* --- each with what to write instead --- */
    {"version: 1\nrules: []\n", "p.yaml:2:8: /rules: must have at least 1 item, has 0; write at least one rule"},
    {RULE("where: {}"), "p.yaml:4:12: /rules/0/where: must have at least 1 member, has 0; fill it in, or remove it"},
    {RULE("trusted_profile: {allowed: []}"), "p.yaml:4:32: /rules/0/trusted_profile/allowed: must have at least 1 item, has 0; name a profile, or write forbidden: true"},
    {RULE("kinds: [vm]"), "p.yaml:4:13: /rules/0/kinds/0: must be one of \"instance\", \"template\", \"bare-metal\", \"group\", is \"vm\"; did you mean \"instance\"?"},
    {RULE("kinds: Servers"), "p.yaml:4:12: /rules/0/kinds: must be one of \"instance\", \"template\", \"bare-metal\", \"group\", is \"Servers\"; did you mean \"instance\"?"},
    {META("enabled: 1"), "p.yaml:4:33: /rules/0/metadata_service/enabled: must be true or false, is 1; write true"},
    {META("response_hop_limit: 99999999999999999999"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"99999999999999999999\"; the number is too large"},
    {RULE("where: {vpc: 12}"), "p.yaml:4:18: /rules/0/where/vpc: must be an array or a string, is 12; write it in quotes: \"12\""},
    {RULE("where: {vpc: [a, \"prod-*\"]}"), "p.yaml:4:22: /rules/0/where/vpc/1: \"prod-*\" is a pattern, and `vpc` takes whole names; name each of them, or write jq: '.vpc.name | test("},
    {RULE("where: {resource_group: \"x?\"}"), "p.yaml:4:29: /rules/0/where/resource_group: \"x?\" is a pattern"},
    {RULE("kinds: instance\n    where: {zone: \"us-*\"}"), "p.yaml:5:19: /rules/0/where/zone: \"us-*\" is a pattern"},
    {RULE("where: {name: \"crn:v1:x\"}"), "p.yaml:4:19: /rules/0/where/name: this is a CRN, and names are compared here; write jq: '.crn == \"crn:v1:x\"'"},
    {RULE("apply: {max_unavailable: 120%}"), "p.yaml:4:30: /rules/0/apply/max_unavailable: \"120%\" is not a share; write a number, or a share such as 25%"},
    {EXCEPT("name: x, " WHO ", expires: 20270101"), "p.yaml:5:49: /rules/0/exceptions/0/expires: must be a string, is 20270101; write YYYY-MM-DD"},
    {EXCEPT("name: x, " WHO ", expires: 2027-01-31, rules: [\"*\"]"), "p.yaml:5:69: /rules/0/exceptions/0/rules/0: \"*\" is not a rule; without `rules` an exception is about all of them"},
    {"version: 1\n", "p.yaml:1:1: `rules` is missing"},
    {"version: 1\nrules: []\n", "p.yaml:2:8: /rules: "},
    {HEAD "  - kinds: [instance]\n", "p.yaml:3:5: /rules/0: `name` is missing"},
    {HEAD "  - {name: a, kinds: [instance]}\n  - {name: a, kinds: [group]}\n", "p.yaml:4:12: /rules/1/name: the rule at 3:5 is called \"a\", too; give each a name of its own"},
    {RULE("kinds: [instanc]"), "p.yaml:4:13: /rules/0/kinds/0: must be one of \"instance\", \"template\", \"bare-metal\", \"group\", is \"instanc\"; did you mean \"instance\"?"},
    {RULE("kinds: []"), "p.yaml:4:12: /rules/0/kinds: "},
    {RULE("kinds: server"), "p.yaml:4:12: /rules/0/kinds: must be one of"},
    {RULE("severity: hihg"), "p.yaml:4:15: /rules/0/severity: must be one of \"info\", \"low\", \"medium\", \"high\", \"critical\", is \"hihg\"; did you mean \"high\"?"},
    {META("protocol: HTTPS"), "p.yaml:4:34: /rules/0/metadata_service/protocol: must be one of \"http\", \"https\", is \"HTTPS\"; did you mean \"https\"?"},
    {META("response_hop_limit: 0"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be in the range 1 to 64, is 0"},
    {META("response_hop_limit: 65"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be in the range 1 to 64, is 65"},
    {META("response_hop_limit: {max: 65}"), "p.yaml:4:50: /rules/0/metadata_service/response_hop_limit/max: must be in the range 1 to 64, is 65"},
    {META("response_hop_limit: {}"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: `max` is missing"},
    {META(""), "p.yaml:4:23: /rules/0/metadata_service: "},
    {RULE("apply: {max_unavailable: 0}"), "p.yaml:4:30: /rules/0/apply/max_unavailable: "},
    {RULE("apply: {max_unavailable: 101%}"), "p.yaml:4:30: /rules/0/apply/max_unavailable: "},
    {RULE("apply: {restart: always}"), "p.yaml:4:22: /rules/0/apply/restart: must be one of \"never\", \"needed\", is \"always\""},
    {RULE("apply: {update_groups: false, roll: true}"), "p.yaml:4:41: /rules/0/apply/roll: `roll` replaces the members"},
    {"version: 1\nregions: [mars]\nrules: [{name: a}]\n", "p.yaml:2:11: /regions/0: \"mars\" is not a region name such as"},
    {"version: 1\nregions: [us-sout]\nrules: [{name: a}]\n", "p.yaml:2:11: /regions/0: there is no region \"us-sout\": did you mean us-south?"},
    {"version: 1\nregions: [all, eu-de]\nrules: [{name: a}]\n", "p.yaml:2:11: /regions/0: \"all\" stands alone"},
    {"version: 1\ncredentials: {auth: key}\nrules: [{name: a}]\n", "p.yaml:2:21: /credentials/auth: must be one of"},

    {"version: 1.0\nrules: [{name: a}]\n", "p.yaml:1:10: /version: must be an integer, is 1.0; write 1\n"},
    {META("response_hop_limit: 2.0"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be an integer, is 2.0; write 2\n"},
    {META("response_hop_limit: {max: 2.0}"), "p.yaml:4:50: /rules/0/metadata_service/response_hop_limit/max: must be an integer, is 2.0; write 2\n"},
    {META("response_hop_limit: 99999999999999999999.0"), "p.yaml:4:44: /rules/0/metadata_service/response_hop_limit: must be in the range 1 to 64, is "},
    {RULE("apply: {max_unavailable: 99999999999999999999.0}"), "p.yaml:4:30: /rules/0/apply/max_unavailable: "},
    {RULE("apply: {max_unavailable: 3.0}"), "p.yaml:4:30: /rules/0/apply/max_unavailable: must be an integer, is 3.0; write 3\n"},

    /* --- selectors --- */
    {RULE("kinds: [template]\n    where: {status: running}"), "p.yaml:5:13: /rules/0/where/status: an instance template has no status; remove it"},
    {RULE("kinds: [instance, group]\n    where: {zone: us-south-1}"), "p.yaml:5:13: /rules/0/where/zone: an instance group has no zone; write kinds: [instance]"},
    {RULE("where: {zone: us-south-1}"), "p.yaml:4:13: /rules/0/where/zone: an instance group has no zone; write kinds: [instance, template, bare-metal]"},
    {RULE("kinds: instance\n    where: {status: runing}"), "p.yaml:5:21: /rules/0/where/status: instances have no status \"runing\": did you mean running?"},
    {RULE("where: {region: us-sout}"), "p.yaml:4:21: /rules/0/where/region: there is no region \"us-sout\""},
    {RULE("where: {name: \"web-[ab\"}"), "p.yaml:4:19: /rules/0/where/name: \"web-[ab\" is not a valid pattern: its bracket [ is not closed"},
    {RULE("where: {exclude: [\"a\\\\\"]}"), "p.yaml:4:23: /rules/0/where/exclude/0: \"a\\\" is not a valid pattern: a backslash ends it"},
    {RULE("where: {name: []}"), "p.yaml:4:19: /rules/0/where/name: "},
    {RULE("where: {}"), "p.yaml:4:12: /rules/0/where: "},
    {RULE("where: {jq: '.a =='}"), "p.yaml:4:17: /rules/0/where/jq: "},
    {HEAD "  - {name: a}\n  - {name: b, kinds: [group]}\n", "p.yaml:4:5: /rules/1: this rule can never match: \"a\" at line 3"},
    {HEAD "  - {name: a, kinds: instance}\n  - {name: b, kinds: template}\n  - {name: c, kinds: [template, instance]}\n", "p.yaml:5:5: /rules/2: this rule can never match: \"b\" at line 4"},
    {HEAD "  - {name: a, where: {vpc: x}}\n  - {name: b, where: {vpc: x}}\n", "p.yaml:4:5: /rules/1: this rule can never match: \"a\" at line 3"},

    /* --- what no kind has, and what contradicts itself --- */
    {RULE("kinds: [bare-metal]\n    metadata_service: {response_hop_limit: 1}"), "p.yaml:5:24: /rules/0/metadata_service/response_hop_limit: no kind of this rule has a hop limit"},
    {RULE("trusted_profile: {required: true, forbidden: true}"), "p.yaml:4:39: /rules/0/trusted_profile/forbidden: a profile cannot be both"},
    {RULE("trusted_profile: {forbidden: true, allowed: [a]}"), "p.yaml:4:40: /rules/0/trusted_profile/allowed: no profile is allowed where all are forbidden"},
    {RULE("trusted_profile: {forbidden: true, auto_link: true}"), "p.yaml:4:51: /rules/0/trusted_profile/auto_link: there is nothing to link"},
    {RULE("trusted_profile: {allowed: []}"), "p.yaml:4:32: /rules/0/trusted_profile/allowed: "},

    /* --- exceptions --- */
    {EXCEPT("name: a, " WHO), "p.yaml:5:9: /rules/0/exceptions/0: `expires` is missing"},
    {EXCEPT("name: a, expires: 2027-02-30, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"2027-02-30\" is not a date"},
    {EXCEPT("name: a, expires: 2027-02-29, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"2027-02-29\" is not a date"},
    {EXCEPT("name: a, expires: 31.01.2027, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"31.01.2027\" is not a date"},
    {EXCEPT("name: a, expires: 2027-1-31, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"2027-1-31\" is not a date"},
    {EXCEPT("name: a, expires: 2027-01-31T00:00:00Z, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"2027-01-31T00:00:00Z\" is not a date"},
    {EXCEPT("name: a, expires: never, " WHO), "p.yaml:5:28: /rules/0/exceptions/0/expires: \"never\" is not a date"},
    {EXCEPT("name: a, expires: 2027-01-31, owner: o"), "p.yaml:5:9: /rules/0/exceptions/0: `reason` is missing"},
    {EXCEPT("name: a, expires: 2027-01-31, reason: r"), "p.yaml:5:9: /rules/0/exceptions/0: `owner` is missing"},
    {EXCEPT("name: a, expires: 2027-01-31, reason: \"\", owner: o"), "p.yaml:5:48: /rules/0/exceptions/0/reason: "},
    {EXCEPT("name: a, expires: 2027-01-31, reason: r, owner: \" \""), "p.yaml:5:58: /rules/0/exceptions/0/owner: `owner` is blank"},
    {EXCEPT("expires: 2027-01-31, " WHO), "p.yaml:5:9: /rules/0/exceptions/0: `name` or `crn` is missing"},
    {EXCEPT("name: a, crn: 'crn:v1:*', expires: 2027-01-31, " WHO), "p.yaml:5:19: /rules/0/exceptions/0/crn: `name` and `crn` exclude each other"},
    {EXCEPT("crn: web-1, expires: 2027-01-31, " WHO), "p.yaml:5:15: /rules/0/exceptions/0/crn: \"web-1\" is neither a CRN nor a pattern of CRNs"},
    {EXCEPT("crn: 'crn:v1:a', expires: 2027-01-31, " WHO), "p.yaml:5:15: /rules/0/exceptions/0/crn: \"crn:v1:a\" is not the CRN of a resource"},
    {EXCEPT("name: 'crn:v1:*', expires: 2027-01-31, " WHO), "p.yaml:5:10: /rules/0/exceptions/0/name: this is a CRN: write it as `crn`"},
    {EXCEPT("name: '[', expires: 2027-01-31, " WHO), "p.yaml:5:16: /rules/0/exceptions/0/name: \"[\" is not a valid pattern"},
    {EXCEPT("name: a, rules: [enabled-over-htp], expires: 2027-01-31, " WHO), "p.yaml:5:27: /rules/0/exceptions/0/rules/0: there is no rule \"enabled-over-htp\": did you mean enabled-over-http?"},
    {EXCEPT("name: a, rules: [META003], expires: 2027-01-31, " WHO), "p.yaml:5:27: /rules/0/exceptions/0/rules/0: there is no rule \"META003\"; 'vpcmeta audit --list-rules' shows the ids"},
    {EXCEPT("name: a, until: 2027-01-31, expires: 2027-01-31, " WHO), "p.yaml:5:19: /rules/0/exceptions/0/until: unknown property `until`; write `expires`"},
    {EXCEPT("name: a, policy_rules: [a], expires: 2027-01-31, " WHO), "p.yaml:5:19: /rules/0/exceptions/0/policy_rules: unknown property"},
    {"version: 1\nexceptions: [{policy_rules: [b], name: x, expires: 2027-01-31, " WHO "}]\nrules: [{name: a}]\n", "p.yaml:2:30: /exceptions/0/policy_rules/0: there is no rule in the policy called \"b\""},
};

static const struct row json_rows[] = {
    {"{", "p.json:1:2: "},
    {"{\"version\":1,\"version\":1}", "p.json:1:"},
    {"{\"version\":1,\n \"rules\":[{\"nam\":\"a\"}]}", "p.json:2:12: /rules/0/nam: unknown property `nam`; did you mean `name`?"},
    {"{\"version\":1,\n \"rules\":[{\"name\":\"a\",\"metadata_service\":{\"enabled\":\"yes\"}}]}", "p.json:2:53: /rules/0/metadata_service/enabled: must be true or false, is \"yes\"; write true"},
    {"version: 1\n", "p.json:1:1: "},
    {"{'version': 1}", "p.json:1:2: "},
    {"{\"version\":1,\n \"rules\":[{\"name\":\"a\\u0000b\"}]}", "p.json:2:19: /rules/0/name: the control character U+0000 is not allowed here; remove it\n"},
};
/* clang-format on */

static size_t count_failures(const char *name, const struct row *rows, size_t count)
{
    size_t failures = 0;

    for (size_t i = 0; i < count; i++) {
        CLEANUP(text_free) struct text faults = {0};
        const struct policy_terms terms = fixture_terms(schemas);
        struct err e = ERR_INIT;
        CLEANUP(policy_release)
        struct policy *policy = policy_read(rows[i].text, strlen(rows[i].text), name, &terms, &faults, &e);
        if (policy != NULL || e.code != ERR_INVALID ||
            strncmp(text_string(&faults), rows[i].fault, strlen(rows[i].fault)) != 0) {
            print_error("%s\n  has:  %s  want: %s\n", rows[i].text, text_string(&faults), rows[i].fault);
            failures++;
        }
    }
    return failures;
}

static struct policy *read_as(const char *name, const char *text, size_t size, struct text *ret_faults)
{
    const struct policy_terms terms = fixture_terms(schemas);
    struct err e = ERR_INIT;

    return policy_read(text, size, name, &terms, ret_faults, &e);
}

static void test_all_faults_are_reported_in_the_order_of_their_places(void **state)
{
    static const char text[] =
        HEAD "  - name: a\n    enabled: yes\n    kinds: [instanc]\n    severity: hihg\n"
             "    exceptions:\n      - {name: x, rules: [hop-limt], expires: 2027-02-30, " WHO "}\n";
    JSON_CLEANUP json_t *list = json_array();
    CLEANUP(text_free) struct text faults = {0};
    struct policy_terms terms = fixture_terms(schemas);
    struct err e = ERR_INIT;

    (void)state;
    terms.faults = list;
    assert_null(policy_read(text, strlen(text), "p.yaml", &terms, &faults, &e));
    assert_string_equal(e.message, "p.yaml has 5 faults");
    static const int places[][2] = {{4, 5}, {5, 13}, {6, 15}, {8, 27}, {8, 47}};
    assert_int_equal(json_array_size(list), 5);
    for (size_t i = 0; i < 5; i++) {
        const json_t *fault = json_array_get(list, i);
        assert_int_equal(json_integer_value(json_object_get(fault, "line")), places[i][0]);
        assert_int_equal(json_integer_value(json_object_get(fault, "column")), places[i][1]);
        assert_string_equal(json_string_value(json_object_get(fault, "file")), "p.yaml");
    }
}

/* Nine levels of nine aliases are 387 million values; memory and time must not follow. */
static void test_bombs_are_refused(void **state)
{
    CLEANUP(text_free) struct text bomb = {0}, deep = {0}, faults = {0};

    (void)state;
    text_append(&bomb, "a0: &a0 [x]\n");
    for (int level = 1; level < 10; level++) {
        text_printf(&bomb, "a%d: &a%d [", level, level);
        for (int i = 0; i < 9; i++) {
            text_printf(&bomb, "%s*a%d", i > 0 ? ", " : "", level - 1);
        }
        text_append(&bomb, "]\n");
    }
    assert_null(read_as("p.yaml", text_string(&bomb), bomb.size, &faults));
    assert_non_null(strstr(text_string(&faults), "more than 500000 values, with those that aliases repeat"));
    text_clear(&faults);
    text_append(&deep, "version: ");
    text_append_repeat(&deep, '[', 100000);
    assert_null(read_as("p.yaml", text_string(&deep), deep.size, &faults));
    assert_string_equal(text_string(&faults), "p.yaml:1:73: nested deeper than 64 levels\n");
    text_clear(&faults);
    assert_null(read_as("p.json", text_string(&deep) + 9, deep.size - 9, &faults));
}

/* Faults that are only what another one leads to are left out: the rows are all that is said. */
/* clang-format off */
static const struct row alone_rows[] = {
    {HEAD "  - {name: 5}\n  - {name: b}\n", "p.yaml:3:12: /rules/0/name: must be a string, is 5; write it in quotes: \"5\"\n"},
    {HEAD "  - {kinds: [instance]}\n  - {name: b, kinds: [instance]}\n", "p.yaml:3:5: /rules/0: `name` is missing\n"},
    {HEAD "  - {nam: a}\n  - {name: b}\n", "p.yaml:3:6: /rules/0/nam: unknown property `nam`; did you mean `name`?\n"},
    {HEAD "  - {name: a}\n  - {name: b, kinds: [group], severity: hihg}\n", "p.yaml:4:41: /rules/1/severity: must be one of \"info\", \"low\", \"medium\", \"high\", \"critical\", is \"hihg\"; did you mean \"high\"?\n"},
    {HEAD "  - name: a\n    name: a\n  - {name: b}\n", "p.yaml:4:5: the key `name` is given twice, first at 3:5; remove one\n"},
    {META("response_hop_limit: {min: 1}"), "p.yaml:4:45: /rules/0/metadata_service/response_hop_limit/min: unknown property `min`; remove it: only `max` is possible\n"},
};
/* clang-format on */

static void test_what_another_fault_leads_to_is_left_out(void **state)
{
    size_t failures = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(alone_rows) / sizeof(alone_rows[0]); i++) {
        CLEANUP(text_free) struct text faults = {0};
        assert_null(read_as("p.yaml", alone_rows[i].text, strlen(alone_rows[i].text), &faults));
        if (strcmp(text_string(&faults), alone_rows[i].fault) != 0) {
            print_error("%s\n  has:  %s  want: %s\n", alone_rows[i].text, text_string(&faults), alone_rows[i].fault);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

static void test_every_fault_has_its_place_and_a_remedy(void **state)
{
    (void)state;
    assert_int_equal(count_failures("p.yaml", yaml_rows, sizeof(yaml_rows) / sizeof(yaml_rows[0])), 0);
    assert_int_equal(count_failures("p.json", json_rows, sizeof(json_rows) / sizeof(json_rows[0])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_faults_are_reported_in_the_order_of_their_places),
        cmocka_unit_test(test_bombs_are_refused),
        cmocka_unit_test(test_what_another_fault_leads_to_is_left_out),
        cmocka_unit_test(test_every_fault_has_its_place_and_a_remedy),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}
