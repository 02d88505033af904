/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "mail-namespace.h"
#include "mail-user.h"
#include "mailbox-list-private.h"
#include "eas-state-root.h"

int eas_state_root_find(struct mail_user *user, pool_t pool, const char **root_r,
			const char **error_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	const char *control, *boxes, *home;

	if (!mailbox_list_get_root_path(ns->list, MAILBOX_LIST_PATH_TYPE_CONTROL,
					&control)) {
		*error_r = "The INBOX namespace has no control directory";
		return -1;
	}
	if (strcmp(ns->list->name, MAILBOX_LIST_NAME_FS) == 0 &&
	    mailbox_list_get_root_path(ns->list, MAILBOX_LIST_PATH_TYPE_MAILBOX,
				       &boxes) &&
	    strcmp(control, boxes) == 0) {
		if (mail_user_get_home(user, &home) <= 0) {
			*error_r = "User has no home directory";
			return -1;
		}
		*root_r = p_strconcat(pool, home, "/.directpush", NULL);
	} else {
		*root_r = p_strconcat(pool, control, "/directpush", NULL);
	}
	return 0;
}
