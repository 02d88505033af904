/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "wbxml-tree.h"
#include "eas-folder-type.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "fuzz-eas-known.h"

#define FUZZ_WORD_MAX_LENGTH 4
#define FUZZ_CREATED_FOLDER (FUZZ_EAS_FOLDERS - 1)

static const enum eas_folder_type fuzz_eas_folder_types[FUZZ_EAS_FOLDERS] = {
	EAS_FOLDER_TYPE_INBOX,
	EAS_FOLDER_TYPE_DRAFTS,
	EAS_FOLDER_TYPE_SENT_ITEMS,
	EAS_FOLDER_TYPE_DELETED_ITEMS,
	EAS_FOLDER_TYPE_CALENDAR,
	EAS_FOLDER_TYPE_CONTACTS,
	EAS_FOLDER_TYPE_TASKS,
	EAS_FOLDER_TYPE_NOTES,
	EAS_FOLDER_TYPE_NONE
};

/*
 * Learn
 */

static void
fuzz_learn_folder(struct fuzz_eas_known *known, pool_t pool, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID);
	const char *type = wbxml_node_child_value(node, EAS_TAG_FOLDER_HIERARCHY_TYPE);
	unsigned int i;

	if (id == NULL)
		return;
	for (i = 0; i < FUZZ_CREATED_FOLDER; i++) {
		if (type != NULL && atoi(type) == (int)fuzz_eas_folder_types[i])
			break;
	}
	known->folders[i].id = p_strdup(pool, id);
}

static void
fuzz_learn_key(struct fuzz_eas_known *known, pool_t pool, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
	const char *key = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SYNC_KEY);

	for (unsigned int i = 0; i < FUZZ_EAS_FOLDERS && id != NULL && key != NULL; i++) {
		if (null_strcmp(known->folders[i].id, id) == 0)
			known->folders[i].sync_key = p_strdup(pool, key);
	}
}

static void
fuzz_learn_item(struct fuzz_eas_known *known, pool_t pool, const char *item_id)
{
	const char *colon = strchr(item_id, ':');

	for (unsigned int i = 0; i < FUZZ_EAS_FOLDERS && colon != NULL; i++) {
		const char *id = known->folders[i].id;

		if (id == NULL || strlen(id) != (size_t)(colon - item_id) ||
		    memcmp(id, item_id, colon - item_id) != 0)
			continue;
		known->folders[i].last_item = p_strdup(pool, item_id);
		if (known->folders[i].first_item == NULL)
			known->folders[i].first_item = known->folders[i].last_item;
	}
}

void fuzz_eas_known_learn(struct fuzz_eas_known *known, pool_t pool,
			  const struct wbxml_node *root)
{
	const struct wbxml_node *node;

	switch (root->tag) {
	case EAS_TAG_FOLDER_HIERARCHY_ADD:
	case EAS_TAG_FOLDER_HIERARCHY_FOLDER_CREATE:
		fuzz_learn_folder(known, pool, root);
		break;
	case EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY:
		known->hierarchy_key = p_strdup(pool, root->value);
		break;
	case EAS_TAG_AIRSYNC_COLLECTION:
		fuzz_learn_key(known, pool, root);
		break;
	case EAS_TAG_AIRSYNC_SERVER_ID:
		fuzz_learn_item(known, pool, root->value);
		break;
	case EAS_TAG_AIRSYNCBASE_FILE_REFERENCE:
		known->file_reference = p_strdup(pool, root->value);
		break;
	case EAS_TAG_SEARCH_LONG_ID:
		known->long_id = p_strdup(pool, root->value);
		break;
	case EAS_TAG_PROVISION_POLICY_KEY:
		known->policy_key = p_strdup(pool, root->value);
		break;
	case EAS_TAG_EMAIL2_CONVERSATION_ID:
		known->conversation_id = p_strndup(pool, root->value, root->value_size);
		break;
	}
	wbxml_node_foreach(root, node)
		fuzz_eas_known_learn(known, pool, node);
}

/*
 * Fill
 */

/* NULL if it is no word */
static const char *
fuzz_word_value(const struct fuzz_eas_known *known, const char *word, const char *if_unknown)
{
	unsigned int folder;
	const char *value;

	if (word[0] != '\0' && word[1] == '\0') {
		switch (word[0]) {
		case 'h': value = known->hierarchy_key; break;
		case 'p': value = known->policy_key; break;
		case 'c': value = known->conversation_id; break;
		case 'l': value = known->long_id; break;
		case 'r': value = known->file_reference; break;
		default: return NULL;
		}
		return value == NULL ? if_unknown : value;
	}
	if (word[0] == '\0' || str_to_uint(word + 1, &folder) < 0 ||
	    folder >= FUZZ_EAS_FOLDERS)
		return NULL;
	switch (word[0]) {
	case 'f': value = known->folders[folder].id; break;
	case 'k': value = known->folders[folder].sync_key; break;
	case 'i': value = known->folders[folder].first_item; break;
	case 'j': value = known->folders[folder].last_item; break;
	default: return NULL;
	}
	return value == NULL ? if_unknown : value;
}

void fuzz_eas_known_fill(const struct fuzz_eas_known *known, buffer_t *dest,
			 const unsigned char *data, size_t size)
{
	const unsigned char *end;
	const char *value;
	size_t i = 0, max_length;

	while (i < size) {
		value = NULL;
		max_length = I_MIN(size - i, FUZZ_WORD_MAX_LENGTH);
		if (data[i] == '{' &&
		    (end = memchr(data + i, '}', max_length)) != NULL) T_BEGIN {
			value = fuzz_word_value(known,
				t_strdup_until(data + i + 1, end), "0");
		} T_END;
		if (value == NULL) {
			buffer_append_c(dest, data[i++]);
		} else {
			buffer_append(dest, value, strlen(value));
			i = end + 1 - data;
		}
	}
}
