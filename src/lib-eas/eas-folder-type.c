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

enum eas_class eas_folder_type_get_class(enum eas_folder_type type)
{
	if ((unsigned int)type >= N_ELEMENTS(eas_folder_types))
		return EAS_CLASS_NONE;
	return eas_folder_types[type].class;
}

bool eas_folder_type_is_default(enum eas_folder_type type)
{
	if ((unsigned int)type >= N_ELEMENTS(eas_folder_types))
		return FALSE;
	return eas_folder_types[type].is_default;
}
