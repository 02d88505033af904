/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "str.h"
#include "strnum.h"
#include "imap-utf7.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-flags.h"

enum digest_bits {
	DIGEST_READ		= BIT(0),
	DIGEST_FLAG_COMPLETE	= BIT(1),
	DIGEST_FLAG_ACTIVE	= BIT(2),
	DIGEST_ANSWERED		= BIT(3),
	DIGEST_FORWARDED	= BIT(4),
	/* after it was forwarded */
	DIGEST_REPLIED_LAST	= BIT(5),

	/* sums of 12 bits each */
	DIGEST_CATEGORIES_SHIFT	= 8,
	DIGEST_FOLLOWUP_SHIFT	= 20,
	DIGEST_SUM_MASK		= 0xfff
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
	uint32_t digest = 0, sum = 0, followup = 0;

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
	if (flags->flag != EAS_EMAIL_FLAG_CLEAR && flags->followup != NULL)
		followup = crc32_str(eas_email_followup_encode(flags->followup));
	return digest | (sum & DIGEST_SUM_MASK) << DIGEST_CATEGORIES_SHIFT |
		(followup & DIGEST_SUM_MASK) << DIGEST_FOLLOWUP_SHIFT;
}

enum eas_email_change eas_email_digest_changes(uint32_t digest1, uint32_t digest2)
{
	static const struct {
		uint32_t bits;
		enum eas_email_change change;
	} parts[] = {
		{ DIGEST_READ, EAS_EMAIL_CHANGE_READ },
		{ DIGEST_FLAG_COMPLETE | DIGEST_FLAG_ACTIVE |
		  (uint32_t)DIGEST_SUM_MASK << DIGEST_FOLLOWUP_SHIFT, EAS_EMAIL_CHANGE_FLAG },
		{ (uint32_t)DIGEST_SUM_MASK << DIGEST_CATEGORIES_SHIFT,
		  EAS_EMAIL_CHANGE_CATEGORIES },
		{ DIGEST_ANSWERED | DIGEST_FORWARDED | DIGEST_REPLIED_LAST,
		  EAS_EMAIL_CHANGE_OTHER }
	};
	uint32_t diff = digest1 ^ digest2;
	enum eas_email_change changes = 0;

	for (unsigned int i = 0; i < N_ELEMENTS(parts); i++) {
		if ((diff & parts[i].bits) != 0)
			changes |= parts[i].change;
	}
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

static int
change_parse_flag(const struct wbxml_node *node, pool_t pool,
		  struct eas_email_flags_change *change, const char **error_r)
{
	const char *value = wbxml_node_child_value(node, EAS_TAG_EMAIL_STATUS);
	unsigned int status;

	change->have_flag = TRUE;
	if (value == NULL) {
		/* <Flag/> clears; with dates only, it is still a flag */
		change->flag = node->first_child == NULL ?
			EAS_EMAIL_FLAG_CLEAR : EAS_EMAIL_FLAG_ACTIVE;
		change->flag_has_no_status = TRUE;
	} else if (str_to_uint(value, &status) < 0 || status > EAS_EMAIL_FLAG_ACTIVE) {
		*error_r = t_strdup_printf("Flag Status is not 0, 1 or 2: %s", value);
		return -1;
	} else {
		change->flag = status;
	}
	return eas_email_followup_parse(node, change->flag == EAS_EMAIL_FLAG_COMPLETE, pool,
					&change->followup, error_r);
}

void eas_email_flags_change_followup(const struct eas_email_flags_change *change,
				     struct eas_email_followup *followup)
{
	if (!change->have_flag)
		return;
	if (change->flag == EAS_EMAIL_FLAG_CLEAR)
		i_zero(followup);
	else if (change->flag == EAS_EMAIL_FLAG_ACTIVE && !change->flag_has_no_status)
		*followup = change->followup;
	else
		eas_email_followup_merge(followup, &change->followup);
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

/* MS-ASEMAIL "ConversationId" (2.2.2.21), "ReceivedAsBcc" (2.2.2.59), "Sender" (2.2.2.70), "UmCallerID" (2.2.2.83),
   "UmUserNotes" (2.2.2.84) want a Status for these; others are passed over */
static bool change_is_of_server(wbxml_tag_t tag)
{
	return tag == EAS_TAG_EMAIL2_CONVERSATION_ID ||
		tag == EAS_TAG_EMAIL2_RECEIVED_AS_BCC || tag == EAS_TAG_EMAIL2_SENDER ||
		tag == EAS_TAG_EMAIL2_UM_CALLER_ID || tag == EAS_TAG_EMAIL2_UM_USER_NOTES;
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
			ret = change_parse_flag(node, pool, change_r, error_r);
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
