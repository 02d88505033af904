/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "str.h"
#include "strescape.h"
#include "eas-followups.h"

#define KEY_FLAG "flag"

struct eas_followups {
	pool_t pool;
	/* oldest first; text NULL = replaced by a later one, or gone */
	ARRAY_TYPE(eas_followup) all;
	unsigned int count;
	/* GUID -> text */
	HASH_TABLE(const char *, const char *) texts;
};

static void followups_set(struct eas_followups *followups, const char *guid, const char *text)
{
	struct eas_followup *old, *new;

	if (hash_table_lookup(followups->texts, guid) != NULL) {
		array_foreach_modifiable(&followups->all, old) {
			if (old->text != NULL && strcmp(old->mail_guid, guid) == 0)
				old->text = NULL;
		}
		hash_table_remove(followups->texts, guid);
		followups->count--;
	}
	if (text == NULL)
		return;
	new = array_append_space(&followups->all);
	new->mail_guid = p_strdup(followups->pool, guid);
	new->text = p_strdup(followups->pool, text);
	hash_table_insert(followups->texts, new->mail_guid, new->text);
	followups->count++;
}

/* "flag", GUID, text */
static void followups_decode(struct eas_followups *followups, const char *data, size_t size)
{
	const char *const *lines = t_strsplit(t_strndup(data, size), "\n");
	const char *const *fields;

	for (; *lines != NULL; lines++) {
		fields = t_strsplit_tabescaped(*lines);
		if (str_array_length(fields) >= 3 && strcmp(fields[0], KEY_FLAG) == 0)
			followups_set(followups, fields[1], fields[2]);
	}
}

int eas_followups_read(struct eas_state_store *store, const char *subject,
		       struct eas_followups **followups_r)
{
	pool_t pool = pool_alloconly_create("eas followups", 1024);
	struct eas_followups *followups = p_new(pool, struct eas_followups, 1);
	const unsigned char *data;
	size_t size;

	followups->pool = pool;
	p_array_init(&followups->all, pool, 8);
	hash_table_create(&followups->texts, pool, 0, str_hash, strcmp);
	switch (eas_state_store_read(store, subject, EAS_FOLLOWUPS_FORMAT, pool, &data, &size)) {
	case EAS_STATE_OK:
		T_BEGIN {
			followups_decode(followups, (const char *)data, size);
		} T_END;
		break;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		break;
	case EAS_STATE_TEMPFAIL:
		eas_followups_free(&followups);
		return -1;
	}
	*followups_r = followups;
	return 0;
}

void eas_followups_free(struct eas_followups **_followups)
{
	struct eas_followups *followups = *_followups;

	*_followups = NULL;
	hash_table_destroy(&followups->texts);
	pool_unref(&followups->pool);
}

unsigned int eas_followups_count(const struct eas_followups *followups)
{
	return followups->count;
}

const char *eas_followups_find(const struct eas_followups *followups, const char *mail_guid)
{
	return hash_table_lookup(followups->texts, mail_guid);
}

static int followups_write(struct eas_state_store *store, const char *subject,
			   const struct eas_followups *followups)
{
	unsigned int too_many = followups->count > EAS_FOLLOWUPS_MAX ?
		followups->count - EAS_FOLLOWUPS_MAX : 0;
	string_t *str = t_str_new(1024);
	const struct eas_followup *followup;

	array_foreach(&followups->all, followup) {
		if (followup->text == NULL)
			continue;
		if (too_many > 0) {
			too_many--;
			continue;
		}
		str_append(str, KEY_FLAG"\t");
		str_append_tabescaped(str, followup->mail_guid);
		str_append_c(str, '\t');
		str_append_tabescaped(str, followup->text);
		str_append_c(str, '\n');
	}
	return eas_state_store_write(store, subject, EAS_FOLLOWUPS_FORMAT,
				     str_data(str), str_len(str));
}

static int followups_update_locked(struct eas_state_store *store, const char *subject,
				   const ARRAY_TYPE(eas_followup) *updates)
{
	struct eas_followups *followups;
	const struct eas_followup *update;
	bool changed = FALSE;
	int ret = 0;

	if (eas_followups_read(store, subject, &followups) < 0)
		return -1;
	array_foreach(updates, update) {
		if (null_strcmp(eas_followups_find(followups, update->mail_guid),
				update->text) == 0)
			continue;
		followups_set(followups, update->mail_guid, update->text);
		changed = TRUE;
	}
	if (changed) T_BEGIN {
		ret = followups_write(store, subject, followups);
	} T_END;
	eas_followups_free(&followups);
	return ret;
}

int eas_followups_update(struct eas_state_store *store, const char *subject,
			 const ARRAY_TYPE(eas_followup) *updates)
{
	int ret;

	if (eas_state_store_lock(store) < 0)
		return -1;
	ret = followups_update_locked(store, subject, updates);
	eas_state_store_unlock(store);
	return ret;
}
