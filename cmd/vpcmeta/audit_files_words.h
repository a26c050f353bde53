/* audit_files_words: the words of --report, for audit_files_open.c only. */
#ifndef VPCMETA_AUDIT_FILES_WORDS_H
#define VPCMETA_AUDIT_FILES_WORDS_H

#include "audit_files.h"

/* Reads the formats and files, and refuses what else prints on standard output. ERR_USAGE. */
bool audit_files_read_words(const struct app *app, const struct audit_files_opts *opts, struct audit_files *ret,
                            struct err *e) __attribute__((warn_unused_result));

#endif
