/*
 * release: what changes with the version that the Makefile names.
 */
#ifndef CMD_RELEASE_H
#define CMD_RELEASE_H

#define RELEASE_DATE "2026-11-28" /* on manual pages */

#endif
