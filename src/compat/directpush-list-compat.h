/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_LIST_COMPAT_H
#define DIRECTPUSH_LIST_COMPAT_H

/* Where a namespace's settings are kept. */

struct mail_namespace;

/* File name of the mailbox list index, NULL if the namespace has none. */
const char *directpush_list_get_index_name(const struct mail_namespace *ns);

/* The file the user's mailbox attributes are kept in; NULL if there are none, or in no
   file, or this Dovecot does not tell. */
const char *directpush_list_get_attributes_path(const struct mail_namespace *ns);

/* Calls callback for each configured mailbox: its name below the namespace's prefix
   and its SPECIAL-USE flags ("\Drafts \Sent"), until it returns FALSE. */
void directpush_list_foreach_mailbox(const struct mail_namespace *ns,
				     bool (*callback)(const char *name,
						      const char *special_use,
						      void *context),
				     void *context);

#endif
