/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FUZZ_EAS_USER_H
#define FUZZ_EAS_USER_H

/* For the fuzzer of whole requests: a user with real mailboxes in a directory of memory, set
   back to the same beginning for each input. */

struct eas_user;

/* Before anything else of Dovecot's. Makes the mailboxes and their mails. */
void fuzz_eas_user_init(void);
/* After it nothing of Dovecot's may be called. */
void fuzz_eas_user_deinit(void);
struct eas_user *fuzz_eas_user_get(void);
/* The beginning is what there is now. */
void fuzz_eas_user_keep(void);
/* Back to the beginning. */
void fuzz_eas_user_restore(void);

#endif
