/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "eas-folder-name.h"

/* shown for a name with nothing left to show */
#define NAMELESS "?"

static const struct {
	const char *special_use;
	enum eas_folder_type type;
} special_uses[] = {
	{ "\\Drafts", EAS_FOLDER_TYPE_DRAFTS },
	{ "\\Sent", EAS_FOLDER_TYPE_SENT_ITEMS },
	{ "\\Trash", EAS_FOLDER_TYPE_DELETED_ITEMS },
};

static const struct {
	enum eas_folder_type type;
	const char *name;
} folder_names[] = {
#define EAS_FOLDER_NAME(type, name) \
	{ EAS_FOLDER_TYPE_##type, name },
#include "eas-folder-names.def"
};

const char *eas_folder_path(const char *vname, char ns_sep, const char *ns_prefix,
			    bool is_inbox_ns)
{
	size_t prefix_len = strlen(ns_prefix);
	char *path;

	if (is_inbox_ns && prefix_len > 0 && strlen(vname) > prefix_len &&
	    strncmp(vname, ns_prefix, prefix_len) == 0)
		vname += prefix_len;
	path = t_strdup_noconst(vname);
	for (char *p = path; *p != '\0'; p++) {
		if (*p == ns_sep)
			*p = EAS_FOLDER_PATH_SEP;
	}
	return path;
}

const char *eas_folder_path_parent(const char *path)
{
	const char *p = strrchr(path, EAS_FOLDER_PATH_SEP);

	return p == NULL ? NULL : t_strdup_until(path, p);
}

const char *eas_folder_path_display_name(const char *path)
{
	const char *p = strrchr(path, EAS_FOLDER_PATH_SEP);
	string_t *name = t_str_new(64);
	const char *ret;
	size_t size;

	if (p != NULL)
		path = p + 1;
	size = strlen(path);
	if (uni_utf8_get_valid_data((const unsigned char *)path, size, name))
		str_append(name, path);
	for (char *c = str_c_modifiable(name); *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == '\x7f')
			*c = ' ';
	}
	ret = t_str_trim(str_c(name), " ");
	ret = t_strndup(ret, uni_utf8_data_truncate((const unsigned char *)ret,
						    strlen(ret),
						    EAS_FOLDER_MAX_DISPLAY_NAME));
	return *ret == '\0' ? NAMELESS : ret;
}

const char *eas_folder_name_from_client(const char *display_name, char sep)
{
	const char *name = t_str_trim(display_name, " ");

	if (*name == '\0' || !uni_utf8_str_is_valid(name) ||
	    uni_utf8_strlen(name) > EAS_FOLDER_MAX_DISPLAY_NAME)
		return NULL;
	for (const char *p = name; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == '\x7f' || *p == sep)
			return NULL;
	}
	return name;
}

enum eas_folder_type eas_folder_type_by_special_use(const char *special_use)
{
	const char *const *flags;

	if (special_use == NULL)
		return EAS_FOLDER_TYPE_NONE;
	flags = t_strsplit_spaces(special_use, " ");
	for (unsigned int i = 0; i < N_ELEMENTS(special_uses); i++) {
		if (str_array_icase_find(flags, special_uses[i].special_use))
			return special_uses[i].type;
	}
	return EAS_FOLDER_TYPE_NONE;
}

enum eas_folder_type
eas_folder_type_by_name(const char *display_name, unsigned int *rank_r)
{
	for (unsigned int i = 0; i < N_ELEMENTS(folder_names); i++) {
		if (strcasecmp(folder_names[i].name, display_name) == 0) {
			*rank_r = i;
			return folder_names[i].type;
		}
	}
	return EAS_FOLDER_TYPE_NONE;
}
