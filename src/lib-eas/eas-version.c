/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "eas-version.h"

static const struct {
	enum eas_version version;
	const char *name;
} eas_versions[] = {
#define EAS_VERSION(ident, number, name) { EAS_VERSION_##ident, name },
#include "eas-versions.def"
};

int eas_version_parse(const char *str, enum eas_version *version_r)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_versions); i++) {
		if (strcmp(eas_versions[i].name, str) == 0) {
			*version_r = eas_versions[i].version;
			return 0;
		}
	}
	return -1;
}

const char *eas_version_get_name(enum eas_version version)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_versions); i++) {
		if (eas_versions[i].version == version)
			return eas_versions[i].name;
	}
	i_unreached();
}

int eas_version_from_byte(unsigned int byte, enum eas_version *version_r)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_versions); i++) {
		if ((unsigned int)eas_versions[i].version == byte) {
			*version_r = eas_versions[i].version;
			return 0;
		}
	}
	return -1;
}

const char *eas_version_list(enum eas_version max)
{
	string_t *list = t_str_new(32);

	for (unsigned int i = 0; i < N_ELEMENTS(eas_versions); i++) {
		if (max != EAS_VERSION_ANY && eas_versions[i].version > max)
			break;
		if (str_len(list) > 0)
			str_append_c(list, ',');
		str_append(list, eas_versions[i].name);
	}
	return str_c(list);
}
