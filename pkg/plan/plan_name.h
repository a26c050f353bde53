/* plan_name: names of templates that take the place of others. Pure. */
#ifndef PLAN_PLAN_NAME_H
#define PLAN_PLAN_NAME_H

enum { PLAN_NAME_MAX = 63 }; /* characters (vpc-api.md 1.8) */

/*
 * `base` and `suffix`, cut to PLAN_NAME_MAX characters at the end of the base, which keeps no dash there. A suffix that
 * long by itself gives a name that resource_check_name refuses, or the suffix alone.
 */
void plan_name_with(const char *base, const char *suffix, char ret_name[PLAN_NAME_MAX + 1]);

/*
 * The name that comes `steps` (from 0) after the first one: "web" is followed by "web-r2", "web-r3", ...; "web-r9" by
 * "web-r10", ...
 */
void plan_name_next(const char *name, unsigned steps, char ret_name[PLAN_NAME_MAX + 1]);

#endif
