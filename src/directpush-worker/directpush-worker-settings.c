/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strfuncs.h"
#include "unichar.h"
#include "directpush-settings-compat.h"
#include "mail-storage-settings.h"
#include "smtp-submit-settings.h"
#include "directpush-ipc-limits.h"
#include "directpush-worker-settings.h"

static bool
directpush_worker_settings_check(void *_set, pool_t pool, const char **error_r);

#undef DEF
#define DEF(type, name) \
	SETTING_DEFINE_STRUCT_##type(#name, name, struct directpush_worker_settings)

static const struct setting_define directpush_worker_setting_defines[] = {
	DEF(BOOL, verbose_proctitle),

	DEF(TIME, directpush_heartbeat_min),
	DEF(TIME, directpush_heartbeat_max),

	DEF(SIZE, directpush_max_request_size),
	DEF(SIZE, directpush_max_send_size),

	DEF(STR_VARS, directpush_addresses),
	DEF(STR_VARS, directpush_certificates_dir),
	DEF(STR_VARS, directpush_trusted_ca),
	DEF(STR, directpush_ping_wake),
	DEF(UINT, directpush_ping_max_folders),

	DEF(UINT, directpush_mass_delete_limit),
	DEF(UINT, directpush_user_devices),
	DEF(ENUM, directpush_provision),
	DEF(ENUM, directpush_sent_copy),
	DEF(BOOL, directpush_shared_namespaces),
	DEF(BOOL, directpush_strict),
	DEF(BOOL, directpush_tnef),

	DEF(BOOL, directpush_pim_create),
	DEF(ENUM, directpush_pim_format),
	DEF(STR, directpush_calendar_folder),
	DEF(STR, directpush_contacts_folder),
	DEF(STR, directpush_tasks_folder),
	DEF(STR, directpush_notes_folder),
	DEF(STR, directpush_timezone),

	SETTING_DEFINE_LIST_END
};

static const struct directpush_worker_settings directpush_worker_default_settings = {
	.verbose_proctitle = FALSE,

	.directpush_heartbeat_min = DIRECTPUSH_DEFAULT_HEARTBEAT_MIN_SECS,
	.directpush_heartbeat_max = DIRECTPUSH_DEFAULT_HEARTBEAT_MAX_SECS,

	.directpush_max_request_size = DIRECTPUSH_DEFAULT_MAX_REQUEST_BYTES,
	.directpush_max_send_size = DIRECTPUSH_DEFAULT_MAX_SEND_BYTES,

	.directpush_addresses = "",
	.directpush_certificates_dir = "",
	.directpush_trusted_ca = "",
	.directpush_ping_wake = "new changed deleted",
	.directpush_ping_max_folders = 200,

	.directpush_mass_delete_limit = 1000,
	.directpush_user_devices = 100,
	.directpush_provision = "optional:none:require",
	.directpush_sent_copy = "asked:always:never",
	.directpush_shared_namespaces = FALSE,
	.directpush_strict = FALSE,
	.directpush_tnef = FALSE,

	.directpush_pim_create = TRUE,
	.directpush_pim_format = "kolab3:raw",
	.directpush_calendar_folder = "Calendar",
	.directpush_contacts_folder = "Contacts",
	.directpush_tasks_folder = "Tasks",
	.directpush_notes_folder = "Notes",
	.directpush_timezone = ""
};

/* The config process sends a program only what hangs together by this list. */
static const struct setting_parser_info *directpush_worker_setting_dependencies[] ATTR_UNUSED = {
	&mail_user_setting_parser_info,
	&smtp_submit_setting_parser_info,
	NULL
};

DIRECTPUSH_SETTING_INFO(directpush_worker_setting_parser_info, "directpush-worker",
			directpush_worker_setting_defines,
			directpush_worker_default_settings,
			directpush_worker_settings, directpush_worker_settings_check,
			directpush_worker_setting_dependencies);

static const struct {
	const char *word;
	enum directpush_change changes;
} ping_wake_words[] = {
	{ "new", DIRECTPUSH_CHANGE_NEW },
	{ "changed", DIRECTPUSH_CHANGE_FLAGS },
	{ "deleted", DIRECTPUSH_CHANGE_EXPUNGE }
};

static bool
ping_wake_parse(const char *value, enum directpush_change *changes_r,
		const char **error_r)
{
	const char *const *word;
	unsigned int i;

	*changes_r = 0;
	for (word = t_strsplit_spaces(value, " ,"); *word != NULL; word++) {
		for (i = 0; i < N_ELEMENTS(ping_wake_words); i++) {
			if (strcasecmp(*word, ping_wake_words[i].word) == 0)
				break;
		}
		if (i == N_ELEMENTS(ping_wake_words)) {
			*error_r = t_strdup_printf("directpush_ping_wake: "
				"Unknown word: %s (known: new, changed, deleted)", *word);
			return FALSE;
		}
		*changes_r |= ping_wake_words[i].changes;
	}
	if (*changes_r == 0) {
		*error_r = "directpush_ping_wake must name what wakes a phone";
		return FALSE;
	}
	return TRUE;
}

/* Each a mailbox name, and another one. */
static bool
pim_folders_check(const struct directpush_worker_settings *set, const char **error_r)
{
	const struct { const char *setting, *name; } folders[] = {
		{ "directpush_calendar_folder", set->directpush_calendar_folder },
		{ "directpush_contacts_folder", set->directpush_contacts_folder },
		{ "directpush_tasks_folder", set->directpush_tasks_folder },
		{ "directpush_notes_folder", set->directpush_notes_folder }
	};
	unsigned int i, j;

	for (i = 0; i < N_ELEMENTS(folders); i++) {
		if (folders[i].name[0] == '\0')
			continue;
		if (!uni_utf8_str_is_valid(folders[i].name) ||
		    strcasecmp(folders[i].name, "INBOX") == 0) {
			*error_r = t_strdup_printf("%s: Not the name of a mailbox for it: %s",
						   folders[i].setting, folders[i].name);
			return FALSE;
		}
		for (j = 0; j < i; j++) {
			if (strcmp(folders[i].name, folders[j].name) == 0) {
				*error_r = t_strdup_printf("%s and %s are the same: %s",
					folders[j].setting, folders[i].setting,
					folders[i].name);
				return FALSE;
			}
		}
	}
	return TRUE;
}

static bool
directpush_worker_settings_check(void *_set, pool_t pool ATTR_UNUSED,
				 const char **error_r)
{
	struct directpush_worker_settings *set = _set;

	if (set->directpush_ping_max_folders == 0) {
		*error_r = "directpush_ping_max_folders must be at least 1";
		return FALSE;
	}
	if (strcmp(set->directpush_provision, "none") == 0)
		set->parsed_provision = DIRECTPUSH_PROVISION_NONE;
	else if (strcmp(set->directpush_provision, "require") == 0)
		set->parsed_provision = DIRECTPUSH_PROVISION_REQUIRE;
	else
		set->parsed_provision = DIRECTPUSH_PROVISION_OPTIONAL;

	if (strcmp(set->directpush_sent_copy, "always") == 0)
		set->parsed_sent_copy = DIRECTPUSH_SENT_COPY_ALWAYS;
	else if (strcmp(set->directpush_sent_copy, "never") == 0)
		set->parsed_sent_copy = DIRECTPUSH_SENT_COPY_NEVER;
	else
		set->parsed_sent_copy = DIRECTPUSH_SENT_COPY_ASKED;

	set->parsed_pim_format = strcmp(set->directpush_pim_format, "raw") == 0 ?
		DIRECTPUSH_PIM_FORMAT_RAW : DIRECTPUSH_PIM_FORMAT_KOLAB3;

	return pim_folders_check(set, error_r) &&
		ping_wake_parse(set->directpush_ping_wake,
				&set->parsed_ping_wake, error_r);
}
