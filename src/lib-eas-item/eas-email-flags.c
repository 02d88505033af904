/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "str.h"
#include "strnum.h"
#include "imap-utf7.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-email-flags.h"

enum digest_bits {
	DIGEST_READ		= BIT(0),
	DIGEST_FLAG_COMPLETE	= BIT(1),
	DIGEST_FLAG_ACTIVE	= BIT(2),
	DIGEST_ANSWERED		= BIT(3),
	DIGEST_FORWARDED	= BIT(4),
	/* after it was forwarded */
	DIGEST_REPLIED_LAST	= BIT(5),

	DIGEST_FLAGS_MASK	= 0x3f,
	/* only in a comparison */
	DIGEST_CATEGORIES	= BIT(8),
	DIGEST_CATEGORIES_SHIFT	= 8
};

static const char *const hidden_keywords[] = {
#define EAS_EMAIL_KEYWORD(name) name,
#include "eas-email-keywords.def"
	NULL
};

static bool keyword_is_category(const char *keyword)
{
	return keyword[0] != '$' &&
		!str_array_icase_find(hidden_keywords, keyword);
}

/* NULL if it is no category, or none that can be shown. */
static const char *keyword_to_category(const char *keyword)
{
	string_t *str;
	size_t i;

	if (!keyword_is_category(keyword))
		return NULL;
	str = t_str_new(64);
	if (imap_utf7_to_utf8(keyword, str) < 0) {
		str_truncate(str, 0);
		str_append(str, keyword);
	}
	for (i = 0; i < str_len(str); i++) {
		if (str_data(str)[i] == '_')
			str_c_modifiable(str)[i] = ' ';
	}
	return str_c(str);
}

/* NULL if it cannot be kept. */
static const char *category_to_keyword(const char *category)
{
	string_t *str = t_str_new(64);
	char *p;

	if (*category == '\0' || strlen(category) > EAS_EMAIL_MAX_CATEGORY_BYTES ||
	    imap_utf8_to_utf7(category, str) < 0)
		return NULL;
	for (p = str_c_modifiable(str); *p != '\0'; p++) {
		if (*p == ' ')
			*p = '_';
		else if ((unsigned char)*p < ' ' || strchr("(){%*\"\\]", *p) != NULL)
			*p = '-';
	}
	return keyword_is_category(str_c(str)) ? str_c(str) : NULL;
}

void eas_email_flags_read(enum mail_flags flags, const char *const *keywords,
			  struct eas_email_flags *flags_r)
{
	ARRAY_TYPE(const_string) categories;
	const char *category;
	bool replied_last = FALSE;

	i_zero(flags_r);
	flags_r->read = (flags & MAIL_SEEN) != 0;
	flags_r->answered = (flags & MAIL_ANSWERED) != 0;
	flags_r->hidden = (flags & MAIL_DELETED) != 0;
	if ((flags & MAIL_FLAGGED) != 0)
		flags_r->flag = EAS_EMAIL_FLAG_ACTIVE;

	t_array_init(&categories, 4);
	for (; keywords != NULL && *keywords != NULL; keywords++) {
		if (strcasecmp(*keywords, EAS_EMAIL_KEYWORD_FORWARDED) == 0)
			flags_r->forwarded = TRUE;
		else if (strcasecmp(*keywords, EAS_EMAIL_KEYWORD_REPLIED_LAST) == 0)
			replied_last = TRUE;
		else if (strcasecmp(*keywords, EAS_EMAIL_KEYWORD_COMPLETED) == 0) {
			if (flags_r->flag == EAS_EMAIL_FLAG_CLEAR)
				flags_r->flag = EAS_EMAIL_FLAG_COMPLETE;
		} else if ((category = keyword_to_category(*keywords)) != NULL &&
			   array_count(&categories) < EAS_EMAIL_MAX_CATEGORIES)
			array_push_back(&categories, &category);
	}
	array_append_zero(&categories);
	flags_r->categories = array_front(&categories);
	if (flags_r->answered && (replied_last || !flags_r->forwarded))
		flags_r->last_verb = EAS_EMAIL_VERB_REPLY;
	else if (flags_r->forwarded)
		flags_r->last_verb = EAS_EMAIL_VERB_FORWARD;
}

uint32_t eas_email_flags_digest(const struct eas_email_flags *flags)
{
	const char *const *category;
	uint32_t digest = 0, sum = 0;

	if (flags->read)
		digest |= DIGEST_READ;
	if (flags->flag == EAS_EMAIL_FLAG_COMPLETE)
		digest |= DIGEST_FLAG_COMPLETE;
	if (flags->flag == EAS_EMAIL_FLAG_ACTIVE)
		digest |= DIGEST_FLAG_ACTIVE;
	if (flags->answered)
		digest |= DIGEST_ANSWERED;
	if (flags->forwarded)
		digest |= DIGEST_FORWARDED;
	if (flags->forwarded && flags->last_verb == EAS_EMAIL_VERB_REPLY)
		digest |= DIGEST_REPLIED_LAST;
	/* in whatever order they come */
	for (category = flags->categories; *category != NULL; category++)
		sum += crc32_str(*category);
	return digest | sum << DIGEST_CATEGORIES_SHIFT;
}

uint32_t eas_email_digest_changes(uint32_t digest1, uint32_t digest2)
{
	const uint32_t flag = DIGEST_FLAG_COMPLETE | DIGEST_FLAG_ACTIVE;
	uint32_t diff = digest1 ^ digest2;
	uint32_t changes = diff & DIGEST_FLAGS_MASK & ~flag;

	/* one property in two bits */
	if ((diff & flag) != 0)
		changes |= flag;
	if (diff >> DIGEST_CATEGORIES_SHIFT != 0)
		changes |= DIGEST_CATEGORIES;
	return changes;
}

static int
change_parse_read(const struct wbxml_node *node,
		  struct eas_email_flags_change *change, const char **error_r)
{
	/* an empty element is a boolean that is true */
	if (strcmp(node->value, "0") != 0 && strcmp(node->value, "1") != 0 &&
	    node->value[0] != '\0') {
		*error_r = t_strdup_printf("Read is not a boolean: %s", node->value);
		return -1;
	}
	change->have_read = TRUE;
	change->read = node->value[0] != '0';
	return 0;
}

/* NULL if the flag's dates are legal together. MS-ASEMAIL "DueDate" (2.2.2.31), "StartDate"
   (2.2.2.72), "UtcDueDate" (2.2.2.86), "UtcStartDate" (2.2.2.87), "ReminderTime" (2.2.2.65) */
static const char *change_flag_dates_error(const struct wbxml_node *flag)
{
	static const wbxml_tag_t tags[] = {
		EAS_TAG_TASKS_START_DATE, EAS_TAG_TASKS_DUE_DATE,
		EAS_TAG_TASKS_UTC_START_DATE, EAS_TAG_TASKS_UTC_DUE_DATE
	};
	time_t dates[N_ELEMENTS(tags)];
	unsigned int count = 0;
	const char *value, *time;

	for (unsigned int i = 0; i < N_ELEMENTS(tags); i++) {
		value = wbxml_node_child_value(flag, tags[i]);
		if (value == NULL || *value == '\0')
			continue;
		if (eas_date_parse(value, &dates[i]) < 0)
			return t_strdup_printf("%s is no date: %s",
					       eas_tag_get_name(tags[i]), value);
		count++;
	}
	if (count > 0 && count < N_ELEMENTS(tags))
		return "The flag has some of its four dates, but not all";
	if (count > 0 && (dates[0] > dates[1] || dates[2] > dates[3]))
		return "The flag is due before it starts";
	value = wbxml_node_child_value(flag, EAS_TAG_TASKS_REMINDER_SET);
	time = wbxml_node_child_value(flag, EAS_TAG_TASKS_REMINDER_TIME);
	if (value != NULL && strcmp(value, "1") == 0 && (time == NULL || *time == '\0'))
		return "ReminderSet without ReminderTime";
	return NULL;
}

static int
change_parse_flag(const struct wbxml_node *node,
		  struct eas_email_flags_change *change, const char **error_r)
{
	const char *value = wbxml_node_child_value(node, EAS_TAG_EMAIL_STATUS);
	unsigned int status;

	change->have_flag = TRUE;
	*error_r = change_flag_dates_error(node);
	if (*error_r != NULL)
		return -1;
	if (value == NULL) {
		/* <Flag/> clears; with dates only, it is still a flag */
		change->flag = node->first_child == NULL ?
			EAS_EMAIL_FLAG_CLEAR : EAS_EMAIL_FLAG_ACTIVE;
		return 0;
	}
	if (str_to_uint(value, &status) < 0 || status > EAS_EMAIL_FLAG_ACTIVE) {
		*error_r = t_strdup_printf("Flag Status is not 0, 1 or 2: %s", value);
		return -1;
	}
	change->flag = status;
	return 0;
}

static int
change_parse_categories(const struct wbxml_node *node, pool_t pool,
			struct eas_email_flags_change *change, const char **error_r)
{
	ARRAY_TYPE(const_string) keywords;
	const struct wbxml_node *child;
	const char *keyword;

	p_array_init(&keywords, pool, 4);
	wbxml_node_foreach(node, child) {
		if (child->tag != EAS_TAG_EMAIL_CATEGORY)
			continue;
		if (array_count(&keywords) >= EAS_EMAIL_MAX_CATEGORIES) {
			*error_r = "There are too many categories";
			return -1;
		}
		keyword = category_to_keyword(child->value);
		if (keyword == NULL)
			continue;
		keyword = p_strdup(pool, keyword);
		array_push_back(&keywords, &keyword);
	}
	array_append_zero(&keywords);
	change->have_categories = TRUE;
	change->categories = array_front(&keywords);
	return 0;
}

/* MS-ASEMAIL "ConversationId" (2.2.2.21), "ReceivedAsBcc" (2.2.2.59), "Sender" (2.2.2.70) want
   a Status for these; others are passed over */
static bool change_is_of_server(wbxml_tag_t tag)
{
	return tag == EAS_TAG_EMAIL2_CONVERSATION_ID ||
		tag == EAS_TAG_EMAIL2_RECEIVED_AS_BCC || tag == EAS_TAG_EMAIL2_SENDER;
}

int eas_email_flags_change_parse(const struct wbxml_node *data, pool_t pool,
				 struct eas_email_flags_change *change_r,
				 const char **error_r)
{
	const struct wbxml_node *node;

	i_zero(change_r);
	if (data == NULL)
		return 0;
	wbxml_node_foreach(data, node) {
		int ret = 0;

		if (node->tag == EAS_TAG_EMAIL_READ)
			ret = change_parse_read(node, change_r, error_r);
		else if (node->tag == EAS_TAG_EMAIL_FLAG)
			ret = change_parse_flag(node, change_r, error_r);
		else if (node->tag == EAS_TAG_EMAIL_CATEGORIES)
			ret = change_parse_categories(node, pool, change_r, error_r);
		else if (change_is_of_server(node->tag)) {
			*error_r = t_strdup_printf("%s is not the client's to change",
						   eas_tag_get_name(node->tag));
			ret = -1;
		}
		if (ret < 0)
			return -1;
	}
	return 0;
}

void eas_email_flags_change_apply(const struct eas_email_flags_change *change,
				  const char *const *keywords, pool_t pool,
				  struct eas_email_flags_update *update_r)
{
	static const char *const no_keywords[] = { NULL };
	ARRAY_TYPE(const_string) add, remove;
	const char *completed = EAS_EMAIL_KEYWORD_COMPLETED;
	const char *const *keyword;

	i_zero(update_r);
	if (keywords == NULL)
		keywords = no_keywords;
	p_array_init(&add, pool, 4);
	p_array_init(&remove, pool, 4);

	if (change->have_read && change->read)
		update_r->add_flags |= MAIL_SEEN;
	else if (change->have_read)
		update_r->remove_flags |= MAIL_SEEN;

	if (change->have_flag && change->flag == EAS_EMAIL_FLAG_ACTIVE)
		update_r->add_flags |= MAIL_FLAGGED;
	else if (change->have_flag)
		update_r->remove_flags |= MAIL_FLAGGED;
	if (change->have_flag && change->flag == EAS_EMAIL_FLAG_COMPLETE)
		array_push_back(&add, &completed);
	else if (change->have_flag && str_array_icase_find(keywords, completed))
		array_push_back(&remove, &completed);

	if (change->have_categories) {
		for (keyword = change->categories; *keyword != NULL; keyword++) {
			if (!str_array_icase_find(keywords, *keyword))
				array_push_back(&add, keyword);
		}
		for (keyword = keywords; *keyword != NULL; keyword++) {
			if (keyword_is_category(*keyword) &&
			    !str_array_icase_find(change->categories, *keyword)) {
				const char *name = p_strdup(pool, *keyword);

				array_push_back(&remove, &name);
			}
		}
	}
	array_append_zero(&add);
	array_append_zero(&remove);
	update_r->add_keywords = array_front(&add);
	update_r->remove_keywords = array_front(&remove);
}
