/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATE_ROOT_H
#define EAS_STATE_ROOT_H

/* Where a user's state store begins. Needs the user's namespaces; opens no mailbox. */

struct mail_user;

/* <control>/directpush of the namespace with the INBOX. Where folders lie directly below the
   control directory under their own names, a folder could be called like that: there it is
   <home>/.directpush. The path lives in pool and may not exist yet.
   Returns 0, -1 with a sentence. */
int eas_state_root_find(struct mail_user *user, pool_t pool, const char **root_r,
			const char **error_r);

#endif
