/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CLASS_H
#define EAS_CLASS_H

/* What kind of items a folder holds: rows of eas-classes.def. */

#include "eas-version.h"

enum eas_class {
	EAS_CLASS_NONE = 0,
#define EAS_CLASS(ident, number, name, since, main, user) \
	EAS_CLASS_##ident = number,
#include "eas-classes.def"
};
/* calendar, contacts, tasks, notes: all that is not mail */
#define EAS_CLASS_FIRST_PIM EAS_CLASS_CALENDAR
#define EAS_CLASS_LAST_PIM EAS_CLASS_NOTES

/* "Email", "Calendar", ...; NULL for EAS_CLASS_NONE and an unknown number. */
const char *eas_class_get_name(enum eas_class class);
/* The class of this name, whatever its case; NONE if there is none. */
enum eas_class eas_class_find(const char *name);
/* Does this version of the protocol know the class? */
bool eas_class_is_in_version(enum eas_class class, enum eas_version version);

#endif
