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

/* Make the default folder of each class that has none in list, with both annotations and
   without a subscription. Where a mailbox of the name is there already, that one is taken if
   there is nothing in it but objects of the class; else a number is added. Does
   nothing if directpush_pim_create is off, or while folders cannot be read. Returns how many there
   are now that list does not have. What cannot be made is logged and not there. */
unsigned int eas_folder_pim_create(struct eas_user *user, const struct eas_folder_list *list);

#endif
