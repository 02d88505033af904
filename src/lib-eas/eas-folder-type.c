/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-folder-type.h"

static const struct {
	enum eas_class class;
	bool is_default;
} eas_folder_types[] = {
#define EAS_FOLDER_TYPE(ident, code, class, is_default) \
	[code] = { EAS_CLASS_##class, is_default },
#include "eas-folder-types.def"
};

static const struct {
	enum eas_folder_type main, user;
} eas_class_types[] = {
#define EAS_CLASS(ident, number, name, since, main, user) \
	[number] = { EAS_FOLDER_TYPE_##main, EAS_FOLDER_TYPE_##user },
#include "eas-classes.def"
};

enum eas_class eas_folder_type_get_class(enum eas_folder_type type)
{
	if ((unsigned int)type >= N_ELEMENTS(eas_folder_types))
		return EAS_CLASS_NONE;
	return eas_folder_types[type].class;
}

enum eas_folder_type eas_folder_type_by_class(enum eas_class class, bool is_default)
{
	if ((unsigned int)class >= N_ELEMENTS(eas_class_types))
		return EAS_FOLDER_TYPE_NONE;
	return is_default ? eas_class_types[class].main : eas_class_types[class].user;
}

bool eas_folder_type_is_default(enum eas_folder_type type)
{
	if ((unsigned int)type >= N_ELEMENTS(eas_folder_types))
		return FALSE;
	return eas_folder_types[type].is_default;
}
