#include "allowed_use.h"

void allowed_use_bare_metal(const char *expression, const struct bare_metal *server, const char *field,
                            struct reply *reply)
{
    (void)expression;
    (void)server;
    (void)field;
    (void)reply;
}

void allowed_use_instance(const char *expression, const struct instance *instance, const char *field,
                          struct reply *reply)
{
    (void)expression;
    (void)instance;
    (void)field;
    (void)reply;
}

void allowed_use_check(const char *expression, bool bare_metal, const char *field, struct reply *reply)
{
    (void)expression;
    (void)bare_metal;
    (void)field;
    (void)reply;
}
