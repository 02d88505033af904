/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "strescape.h"
#include "unichar.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-email-followup.h"

#define FOLLOWUP_DEFAULT_TYPE "Flag for follow up"

enum followup_kind {
	FOLLOWUP_TEXT,
	FOLLOWUP_BOOL,
	FOLLOWUP_DATE,
	FOLLOWUP_DONE
};

static const struct {
	wbxml_tag_t tag;
	enum followup_kind kind;
} followup_fields[EAS_EMAIL_FOLLOWUP_FIELDS] = {
#define EAS_FOLLOWUP(name, _tag, _kind) \
	[EAS_EMAIL_FOLLOWUP_##name] = { EAS_TAG_##_tag, FOLLOWUP_##_kind },
#include "eas-email-followup.def"
};

bool eas_email_followup_is_empty(const struct eas_email_followup *followup)
{
	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		const char *value = followup->values[i];

		if (value != NULL && (i != EAS_EMAIL_FOLLOWUP_FLAG_TYPE ||
				      strcmp(value, FOLLOWUP_DEFAULT_TYPE) != 0))
			return FALSE;
	}
	return TRUE;
}

/*
 * Parse
 */

/* NULL if the dates are legal together. MS-ASEMAIL "DueDate" (2.2.2.31), "StartDate" (2.2.2.72),
   "UtcDueDate" (2.2.2.86), "UtcStartDate" (2.2.2.87), "ReminderTime" (2.2.2.65),
   "CompleteTime" (2.2.2.19), "DateCompleted" (2.2.2.23) */
static const char *
followup_error(const struct eas_email_followup *followup, bool is_complete)
{
	static const enum eas_email_followup_field fields[] = {
		EAS_EMAIL_FOLLOWUP_START_DATE, EAS_EMAIL_FOLLOWUP_DUE_DATE,
		EAS_EMAIL_FOLLOWUP_UTC_START_DATE, EAS_EMAIL_FOLLOWUP_UTC_DUE_DATE
	};
	const char *const *values = followup->values;
	time_t dates[N_ELEMENTS(fields)];
	unsigned int count = 0;

	for (unsigned int i = 0; i < N_ELEMENTS(fields); i++) {
		if (values[fields[i]] != NULL &&
		    eas_date_parse(values[fields[i]], &dates[i]) == 0)
			count++;
	}
	if (count > 0 && count < N_ELEMENTS(fields))
		return "The flag has some of its four dates, but not all";
	if (count > 0 && (dates[0] > dates[1] || dates[2] > dates[3]))
		return "The flag is due before it starts";
	if (values[EAS_EMAIL_FOLLOWUP_REMINDER_SET] != NULL &&
	    strcmp(values[EAS_EMAIL_FOLLOWUP_REMINDER_SET], "1") == 0 &&
	    values[EAS_EMAIL_FOLLOWUP_REMINDER_TIME] == NULL)
		return "ReminderSet without ReminderTime";
	if (values[EAS_EMAIL_FOLLOWUP_COMPLETE_TIME] == NULL &&
	    (is_complete || values[EAS_EMAIL_FOLLOWUP_DATE_COMPLETED] != NULL))
		return "A completed flag has no CompleteTime";
	if (is_complete && values[EAS_EMAIL_FOLLOWUP_DATE_COMPLETED] == NULL)
		return "A completed flag has no DateCompleted";
	return NULL;
}

const char *eas_email_followup_text(const char *text, pool_t pool)
{
	return p_strdup_until(pool, text, text +
		uni_utf8_data_truncate((const unsigned char *)text, strlen(text),
				       EAS_EMAIL_FOLLOWUP_MAX_TEXT_BYTES));
}

static int
followup_parse_value(unsigned int field, const char *value, pool_t pool,
		     const char **value_r, const char **error_r)
{
	time_t time;

	*value_r = NULL;
	if (*value == '\0')
		return 0;
	switch (followup_fields[field].kind) {
	case FOLLOWUP_TEXT:
		*value_r = eas_email_followup_text(value, pool);
		break;
	case FOLLOWUP_BOOL:
		*value_r = strcmp(value, "0") == 0 ? "0" : "1";
		break;
	case FOLLOWUP_DATE:
	case FOLLOWUP_DONE:
		if (eas_date_parse(value, &time) < 0) {
			*error_r = t_strdup_printf("%s is no date: %s",
				eas_tag_get_name(followup_fields[field].tag), value);
			return -1;
		}
		*value_r = p_strdup(pool, eas_date_format(time));
		break;
	}
	return 0;
}

int eas_email_followup_parse(const struct wbxml_node *flag, bool is_complete, pool_t pool,
			     struct eas_email_followup *followup_r, const char **error_r)
{
	const char *value;

	i_zero(followup_r);
	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		value = wbxml_node_child_value(flag, followup_fields[i].tag);
		if (value != NULL &&
		    followup_parse_value(i, value, pool, &followup_r->values[i], error_r) < 0)
			return -1;
	}
	*error_r = followup_error(followup_r, is_complete);
	return *error_r == NULL ? 0 : -1;
}

void eas_email_followup_merge(struct eas_email_followup *followup,
			      const struct eas_email_followup *update)
{
	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		if (update->values[i] != NULL)
			followup->values[i] = update->values[i];
	}
}

/*
 * Text
 */

/* "DueDate=2026-...", TAB-separated and escaped */
const char *eas_email_followup_encode(const struct eas_email_followup *followup)
{
	string_t *str = t_str_new(256);

	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		if (followup->values[i] == NULL)
			continue;
		if (str_len(str) > 0)
			str_append_c(str, '\t');
		str_append(str, eas_tag_get_name(followup_fields[i].tag));
		str_append_c(str, '=');
		str_append_tabescaped(str, followup->values[i]);
	}
	return str_c(str);
}

void eas_email_followup_decode(const char *text, pool_t pool,
			       struct eas_email_followup *followup_r)
{
	const char *const *fields = t_strsplit_tabescaped(text), *value;

	i_zero(followup_r);
	for (; *fields != NULL; fields++) {
		value = strchr(*fields, '=');
		if (value == NULL)
			continue;
		for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
			if (strcmp(t_strdup_until(*fields, value),
				   eas_tag_get_name(followup_fields[i].tag)) == 0)
				followup_r->values[i] = p_strdup(pool, value + 1);
		}
	}
}

/*
 * Write
 */

void eas_email_followup_write(const struct eas_email_followup *followup, bool is_complete,
			      struct wbxml_writer *writer)
{
	const char *value;

	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		value = followup == NULL ? NULL : followup->values[i];
		if (value == NULL && i == EAS_EMAIL_FOLLOWUP_FLAG_TYPE)
			value = FOLLOWUP_DEFAULT_TYPE;
		if (value != NULL &&
		    (is_complete || followup_fields[i].kind != FOLLOWUP_DONE))
			wbxml_writer_element(writer, followup_fields[i].tag, value);
	}
}
