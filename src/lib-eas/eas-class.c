/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-class.h"

static const struct {
	const char *name;
	enum eas_version since;
} eas_classes[] = {
#define EAS_CLASS(ident, number, name, since, main, user) \
	[number] = { name, EAS_VERSION_##since },
#include "eas-classes.def"
};

const char *eas_class_get_name(enum eas_class class)
{
	if ((unsigned int)class >= N_ELEMENTS(eas_classes))
		return NULL;
	return eas_classes[class].name;
}

enum eas_class eas_class_find(const char *name)
{
	for (unsigned int i = EAS_CLASS_NONE + 1; i < N_ELEMENTS(eas_classes); i++) {
		if (strcasecmp(eas_classes[i].name, name) == 0)
			return i;
	}
	return EAS_CLASS_NONE;
}

bool eas_class_is_in_version(enum eas_class class, enum eas_version version)
{
	return eas_class_get_name(class) != NULL && version >= eas_classes[class].since;
}
