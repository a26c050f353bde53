/* Who works with the API: by the token, and by the user of this machine. */
#include "identity.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* A claim, or null where the token has none. */
static void set(json_t *object, const char *member, const struct text *claim)
{
    json_object_set_new(object, member, claim->size > 0 ? json_build_string(text_string(claim)) : json_null());
}

json_t *identity_json(const struct iam_identity *identity)
{
    json_t *object = json_object();

    set(object, "iam_id", &identity->iam_id);
    set(object, "name", &identity->name);
    set(object, "email", &identity->email);
    set(object, "subject", &identity->subject);
    set(object, "subject_type", &identity->subject_type);
    set(object, "account", &identity->account);
    /* a token of a key names its own holder there as well */
    if (identity->actor_iam_id.size > 0 &&
        strcmp(text_string(&identity->actor_iam_id), text_string(&identity->iam_id)) != 0) {
        json_t *actor = json_object();
        set(actor, "iam_id", &identity->actor_iam_id);
        set(actor, "name", &identity->actor_name);
        json_object_set_new(object, "acting_for", actor);
    }
    return object;
}

json_t *identity_of_run(const struct app *app)
{
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};
    struct err ignored = ERR_INIT; /* a token that cannot be had ends the run by itself */
    char host[256] = "";

    if (app->session != NULL) {
        (void)!session_token_identity(app->session, &identity, &ignored);
    }
    json_t *object = identity_json(&identity);
    /* cppcheck-suppress getpwuidCalled ; one thread */
    const struct passwd *user = getpwuid(geteuid());
    if (gethostname(host, sizeof(host) - 1) != 0) {
        host[0] = '\0';
    }
    json_object_set_new(object, "user", user != NULL ? json_build_string(user->pw_name) : json_null());
    json_object_set_new(object, "host", host[0] != '\0' ? json_build_string(host) : json_null());
    return object;
}

static const char *member_of(const json_t *who, const char *member)
{
    return json_string_value(json_object_get(who, member));
}

/* A server's is made of its CRN, which is long and ends with the id. */
static const char *short_iam_id(const json_t *who)
{
    static const char of_crn[] = "crn-crn:";
    const char *id = member_of(who, "iam_id");
    bool is_crn = id != NULL && text_begins(id, of_crn);

    return is_crn ? strrchr(id, ':') + 1 : id;
}

void identity_describe(const json_t *who, struct text *out)
{
    const char *const details[] = {member_of(who, "email"), short_iam_id(who)};
    const json_t *actor = json_object_get(who, "acting_for");
    const char *first = member_of(who, "name") != NULL ? member_of(who, "name") : member_of(who, "subject");
    size_t count = 0;

    if (first != NULL) {
        text_append(out, first);
    }
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        if (details[i] != NULL && !text_equal(details[i], first)) {
            text_printf(out, "%s%s", first == NULL && count == 0 ? "" : count > 0 ? ", " : " (", details[i]);
            count++;
        }
    }
    text_append(out, first != NULL && count > 0 ? ")" : "");
    if (actor != NULL) {
        text_append(out, ", acting for ");
        identity_describe(actor, out);
    }
}

void identity_describe_machine(const json_t *who, struct text *out)
{
    const char *user = member_of(who, "user"), *host = member_of(who, "host");

    if (user != NULL || host != NULL) {
        text_printf(out, "%s%s%s", user != NULL ? user : "", host != NULL ? "@" : "", host != NULL ? host : "");
    }
}

void identity_append_with_source(struct text *out, const char *value, const char *source)
{
    text_append(out, value);
    if (source[0] != '\0') {
        text_printf(out, " (%s)", source);
    }
}
