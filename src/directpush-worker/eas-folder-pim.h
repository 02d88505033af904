/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_PIM_H
#define EAS_FOLDER_PIM_H

/* The folders every account has for calendar, contacts, tasks and notes: how they are called
   (directpush_calendar_folder and its like), and making those that are missing. */

#include "eas-class.h"

struct eas_user;
struct mail_namespace;
struct eas_folder_list;

/* The class whose folder has this name by the settings, EMAIL if there is none. ns and path
   (eas-folder-name.h): the mailbox's. */
enum eas_class
eas_folder_pim_class_by_path(struct eas_user *user, struct mail_namespace *ns,
			     const char *path);

/* See that each class has its default folder. A mailbox that has the name, says nothing itself
   and holds objects of the class and nothing else is taken: it gets both annotations. Unless
   directpush_pim_create is off, an empty one is taken too, and with create missing ones are made, without a
   subscription; where somebody's mail is in the mailbox of the name, a number is added to it.
   Does nothing while folders cannot be read. Returns how many default folders there are now that
   list does not have. What cannot be done is logged and left. */
unsigned int eas_folder_pim_complete(struct eas_user *user, const struct eas_folder_list *list,
				     bool create);

#endif
