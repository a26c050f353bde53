/* Room userdata: what looks like a secret in user_data, and what does not. The samples are made up, in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

#include "text/text.h"
#include "userdata/userdata.h"

/* In parts, so that those who search this tree for secrets find none. */
#define PEM       \
    "-----BEGIN " \
    "RSA PRIVATE KEY-----\n"
#define PEM_BODY                                 \
    "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END " \
    "RSA PRIVATE KEY-----\n"
#define IBM_KEY        \
    "Zq3xV8-bN1kTr5Wm" \
    "_2YdQp7LsHc0aGuJ4fEoRi9DwXvM"
#define AWS_ID \
    "AKIA"     \
    "Q7RM2ZL5KD3XWBYT"
#define JWT                        \
    "eyJhbGciOiJIUzI1NiJ9"         \
    ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" \
    ".dozjgNryP4J3jVmNHl0w5N"
#define GH \
    "ghp"  \
    "_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
#define HASH \
    "$6$"    \
    "rounds=4096$Tq1xYz8K$7hJkLmNoPqRsTuVwXyZ0123456789abcdefgh"

static const struct {
    const char *what; /* NULL: nothing */
    const char *text;
} samples[] = {
    {"a private key", PEM PEM_BODY},
    {"a private key", "write_files:\n- content: |\n    " PEM "    " PEM_BODY},
    {"a private key", "key: \"-----BEGIN "
                      "OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\\n\""},
    {"a private key", "-----BEGIN "
                      "PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBFq1xYz8K7hJkLmNoPqRsT\n"},
    {NULL, "-----BEGIN "
           "PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----"},
    {NULL, "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----"},
    {NULL, "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----"},
    {"a private key", "-----BEGIN "
                      "PRIVATE KEY-----"},
    {NULL, "grep -q -e '-----BEGIN "
           "PRIVATE KEY-----' /etc/ssl/private/host.pem"},
    {NULL, "-----BEGIN "
           "PRIVATE KEY-----\n${TLS_KEY}\n"},
    {NULL, "grep -q 'BEGIN PRIVATE KEY' /etc/ssl/private/host.pem"},

    {"an IBM Cloud API key", "ibmcloud login --apikey " IBM_KEY " -r us-south"},
    {"an IBM Cloud API key", "export IBMCLOUD_API_KEY=" IBM_KEY},
    {"an IBM Cloud API key", "apikey: '" IBM_KEY "'"},
    {NULL, "export IBMCLOUD_API_KEY=$(cat /run/key)"},
    {NULL, "export IBMCLOUD_API_KEY=${API_KEY}"},
    {NULL, "wget https://mirror/ibm/pool/" IBM_KEY "/agent.deb"},
    {NULL, "# a key: r006-14140f94-fcc4-11e9-96e7-a72723715315-abcdefg"},

    {"a JSON web token", "curl -H 'X-Auth: " JWT "' https://x"},
    {NULL, "echo eyJhbGciOiJIUzI1NiJ9"},
    {"an AWS access key", "aws_access_key_id = " AWS_ID},
    {"an AWS access key", "aws_access_key_id = AKIA"
                          "IOSFODNN7EXAMPLE"},
    {"a token or key", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG"
                       "/bPxRfiCYEXAMPLEKEY"},
    {NULL, "X" AWS_ID "Z"},
    {"a GitHub token", "git clone https://" GH "@github.com/a/b"},
    {"a GitLab token", "--registration glpat-"
                       "9xQz3LmNpK7rStUvWx2y"},
    {"a Slack token", "hook xoxb-"
                      "2048017263-aB3dE5fG7hI9jK1lM3"},
    {"a password hash", "users:\n- name: ops\n  hashed_passwd: " HASH},

    {"a password in a URL", "psql postgres://app:s3cr-t9!@db.internal:5432/app"},
    {"a password in a URL", "redis://:Vb7Kq2@10.0.0.4/0"},
    {NULL, "psql postgres://app:${PGPASSWORD}@db.internal/app"},
    {NULL, "psql postgres://app:<password>@db.internal/app"},
    {NULL, "git clone ssh://git@github.com:22/a/b"},
    {NULL, "http://10.0.0.1:8080/a?b=c@d"},
    {"a login of an HTTP header", "curl -H 'Authorization: Bearer 7f3k9q2m5x8z1c4v' https://x"},
    {NULL, "curl -H \"Authorization: Bearer $TOKEN\" https://x"},
    {NULL, "curl -H \"Authorization: Bearer ${access_token}\" https://x"},
    {"a password of curl", "curl -fsS -u admin:Vb7Kq2xx https://repo/x"},
    {NULL, "curl -u \"$USER:$PASS\" https://repo/x"},

    {"a login password", "#!/bin/sh\necho 'root:Vb7Kq2xx' | sudo chpasswd\n"},
    {"a login password", "chpasswd <<< ops:Vb7Kq2xx"},
    {"a login password", "chpasswd <<EOF\nops:Vb7Kq2xx\nEOF"},
    {"a login password", "echo Vb7Kq2xx | passwd --stdin root"},
    {NULL, "echo \"root:$PW\" | chpasswd"},
    {"a login password", "#cloud-config\nchpasswd:\n  expire: false\n  list: |\n    root:Vb7Kq2xx\n"},
    {"a login password", "#cloud-config\nchpasswd:\n  list:\n    - app:RANDOM\n    - root:Vb7Kq2xx\n"},
    {"a login password", "#cloud-config\nchpasswd: {list: \"root:Vb7Kq2xx\", expire: false}\n"},
    {NULL, "#cloud-config\nchpasswd:\n  list: |\n    root:RANDOM\n  expire: false\nntp:\n  pools: [a:bcde]\n"},
    {"a password", "#cloud-config\nchpasswd:\n  users:\n  - {name: root, password: Vb7Kq2xx, type: text}\n"},

    {"a password", "#cloud-config\npassword: hunter2\nssh_pwauth: true\n"},
    {"a password", "DB_PASSWORD=hunter2 ./start"},
    {"a password", "{\"db\": {\"password\": \"Vb7 Kq2\"}}"},
    {"a password", "$dbPassword = 'no'\n$Password = 'Vb7Kq2xx'"},
    {"a password", "mysql --user root --password=Vb7Kq2xx"},
    {"a password", "mysqladmin --new-password Vb7Kq2xx"},
    {NULL, "#cloud-config\nlock_passwd: true\nssh_pwauth: false\n"},
    {NULL, "password: see the wiki of the team"},
    {NULL, "# password: Vb7Kq2xx"},
    {NULL, "PASSWORD=$1\npassword: !vault |\npassword: {{ db_password }}"},
    {NULL, "password_file: /run/secrets/db\nPASSWORD=/run/secrets/db"},
    {"a password", "password: secret"},
    {"a password", "DB_PASSWORD=changeme"},
    {"a password", "password: password\n"},
    {"a password", "PASSWORD=111111"},
    {"a password", "mysql -u root -pS3cr3tP4ssw0rd!"},
    {"a password", "mysqldump -h db -u root -p'S3cr3t P4ss' app > app.sql"},
    {"a password", "sshpass -p changeme ssh root@host"},
    {"a password", "passwd: $6"
                   "$rounds$..."},
    {NULL, "mysql -u root -p\"$PW\" -P3306\nmysql -u root -p app\nmysql -u root -p${PW}\nmkdir -pv /srv/mysql -p1"},
    {NULL, "sshpass -p \"$PW\" ssh root@host\n# mysql -u root -pVb7Kq2xx"},
    {NULL, "if [ $password == x ]; then\npassword: >-\npassword: xxx\npassword: TO"
           "DO\nPASSWORD=${PW:-}"},
    {NULL, "password: <fill in>\npassword = \"\"\nPASSWORD=\nPASSWORD=''"},
    {NULL, "password = getpass()\npassword = os.environ['PW']"},
    {NULL, "PASSWORD_MIN_LENGTH=12\nPasswordAuthentication no\nPWD=/root"},
    {NULL, "read -s -p 'password: ' PW"},
    {"a token or key", "VAULT_TOKEN=hvs.9xQz3LmNpK7rStUv"},
    {"a token or key", "client_secret: \"9xQz3LmNpK7rStUv\""},
    {"a token or key", "agent --join-token 9xQz3LmNpK7rStUv"},
    {NULL, "secret: tls-certificate-name\ntoken: required"},
    {NULL, "token_ttl: 3600\ntokens=5\nX_TOKEN=14140f94-fcc4-11e9-96e7-a72723715315"},
    {NULL,
     "TOKEN=$(curl -s -X PUT http://api.metadata.cloud.ibm.com/instance_identity/v1/token | jq -r .access_token)"},
    {NULL, ""},
    {NULL, "#!/bin/sh\napt-get update && apt-get install -y nginx\nsystemctl enable --now nginx\n"},
    {NULL, "#cloud-config\nssh_authorized_keys:\n- ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGmZ4l3bq8nQ1 ops@host\n"},
};

/* What the whole text looks like; it must have been searched whole. */
static const char *look(const struct userdata_scanner *scanner, const char *text, size_t size)
{
    const char *what = NULL;

    if (!userdata_look(scanner, text, size, &what)) {
        fail_msg("not searched whole: %.60s", text);
    }
    return what;
}

static void finds_what_looks_like_a_secret(void **state)
{
    struct userdata_scanner *scanner = userdata_scanner_create();
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const char *found = look(scanner, samples[i].text, strlen(samples[i].text));
        if (!text_equal(found, samples[i].what)) {
            print_error("%s\n  is %s, not %s\n", samples[i].text, found != NULL ? found : "harmless",
                        samples[i].what != NULL ? samples[i].what : "harmless");
            wrong++;
        }
    }
    userdata_scanner_destroy(scanner);
    assert_int_equal(wrong, 0);
}

/* What stands where a password would. */
static void what_stands_for_a_secret_is_none(void **state)
{
    static const char *const values[] = {
        "true",         "False",      "NULL",     "none",          "unset",
        "required",     "random",     "string",   "prompt",        "optional",
        "undefined",    "disabled",   "enabled",  "generated",     "replace-it",
        "replace_me",   "xxx",        "***",      "yes",           "off",
        "Placeholder1", "redacted9",  "your_pw1", "your-pw1",      "yourpass1",
        "a-xxxx-1",     "a****",      "ab....",   "todo-1",        "insert_it",
        "insert-it",    "put_here",   "put-here", "my.environ.PW", "process.env.PW",
        "getenv.PW",    "a${PW}",     "a$(pw)",   "a{{ pw }}",     "a<%= pw %>",
        "a%s-%s",       "@@PW@@",     "/run/pw",  "./pw-file",     "../pw-file",
        "~/pw-file",    "<pw-of-db>", "`cat pw`", "!ref pw",       "%PW%",
        "file:pw",      "vault:pw",   "env:PW12", "ssm:pw12",      "arn:aws:pw",
        "crn:v1:pw",    "http:pw",    "https:pw", "kms:pw12",      "secretsManager1",
        "valueFrom1",   "*anchor",    "os.pw1",   "$PW12",         "$1",
        "$_pw",         "pw(1)",
    };
    struct userdata_scanner *scanner = userdata_scanner_create();

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        CLEANUP(text_free) struct text line = {0};
        text_printf(&line, "password = \"%s\"\n", values[i]);
        if (look(scanner, line.data, line.size) != NULL) {
            fail_msg("%s is taken for a password", values[i]);
        }
    }
    userdata_scanner_destroy(scanner);
}

static void append_folded(struct text *out, const char *bytes)
{
    CLEANUP(text_free) struct text base64 = {0};

    text_append_base64(&base64, bytes, strlen(bytes));
    for (size_t i = 0; i < base64.size; i += 60) {
        text_append(out, "      ");
        text_append_size(out, base64.data + i, base64.size - i < 60 ? base64.size - i : 60);
        text_append_char(out, '\n');
    }
}

static void finds_it_in_base64(void **state)
{
    struct userdata_scanner *scanner = userdata_scanner_create();
    CLEANUP(text_free) struct text file = {0}, whole = {0}, harmless = {0}, binary = {0};

    (void)state;
    text_append(&file, "#cloud-config\nwrite_files:\n- encoding: b64\n  content: |\n");
    append_folded(&file, "[db]\nuser = app\n# of the test bed\nhost = db.internal\npassword = Vb7Kq2xx\n");
    assert_string_equal(look(scanner, file.data, file.size), "a password");
    text_append_base64(&whole, file.data, file.size);
    assert_string_equal(look(scanner, whole.data, whole.size), "a password");
    append_folded(&harmless, "[db]\nuser = app\nhost = db.internal\nport = 5432\nssl = require\n");
    assert_null(look(scanner, harmless.data, harmless.size));
    append_folded(&binary, "\x1f\x8b\x08\x01password = Vb7Kq2xx and more of it, as if it were gzip");
    assert_null(look(scanner, binary.data, binary.size));
    userdata_scanner_destroy(scanner);
}

static void append_times(struct text *out, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_append(out, piece);
    }
    text_append_char(out, '\n');
}

/* A long line before it does not hide a secret. */
static void a_long_line_hides_nothing(void **state)
{
    static const char *const pieces[] = {"key_",      "pass-",     "mysql ",        "10.0.0.1-web-01.example.com_",
                                         "a-b_c.d",   "password ", "key=${KEY} ",   "zQ7-_x9Rk2",
                                         "echo a:b ", "--token-",  "curl -u user:", "api_key "};
    static const char secret[] =
        "export DB_PASSWORD=Vb7Kq2xx\nmysql -u root -pVb7Kq2xx db\nAPI_KEY=Vb7Kq2xx99Tz4Lm1Wd8\n";
    struct userdata_scanner *scanner = userdata_scanner_create();

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (const char *rest = secret; *rest != '\0'; rest += strcspn(rest, "\n") + 1) {
            CLEANUP(text_free) struct text text = {0};
            append_times(&text, pieces[i], 750);
            text_append_size(&text, rest, strcspn(rest, "\n"));
            if (look(scanner, text.data, text.size) == NULL) {
                fail_msg("%s hides %s", pieces[i], rest);
            }
        }
    }
    userdata_scanner_destroy(scanner);
}

/* A text that is made to keep the search busy ends soon: something is found, or it is not said that there is nothing. */
static void ends_on_hostile_texts(void **state)
{
    static const char *const pieces[] = {
        "password", "a:", "-----BEGIN PRIVATE KEY-----", "eyJ", "echo x:", "QUJD", "key ", "chpasswd:\n", "mysql "};
    struct userdata_scanner *scanner = userdata_scanner_create();
    size_t given_up = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        CLEANUP(text_free) struct text hostile = {0};
        const char *what = NULL;
        append_times(&hostile, pieces[i], 64 * 1024 / strlen(pieces[i]));
        text_append(&hostile, "mysql -pVb7Kq2xx\n");
        bool searched = userdata_look(scanner, hostile.data, hostile.size, &what);
        if (searched != (what != NULL)) {
            fail_msg("%s: searched, and nothing found", pieces[i]);
        }
        given_up += !searched;
    }
    assert_true(given_up > 0);
    userdata_scanner_destroy(scanner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_looks_like_a_secret),
        cmocka_unit_test(what_stands_for_a_secret_is_none),
        cmocka_unit_test(finds_it_in_base64),
        cmocka_unit_test(a_long_line_hides_nothing),
        cmocka_unit_test(ends_on_hostile_texts),
    };
    return cmocka_run_group_tests_name("userdata", tests, NULL, NULL);
}
