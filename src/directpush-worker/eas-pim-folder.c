/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base32.h"
#include "ioloop.h"
#include "str.h"
#include "directpush-compat.h"
#include "eas-folder.h"
#include "eas-pim-bases.h"
#include "eas-pim-facts.h"
#include "eas-pim-mailbox.h"
#include "eas-pim-merge.h"
#include "eas-user.h"
#include "eas-pim-folder.h"

/* The kept ones, the most recently used last. */
struct eas_pim_kept {
	char folder_id[EAS_FOLDER_ID_LENGTH + 1];
	struct eas_pim_index *index;
	struct eas_state_stamp stamp;
};

/*
 * Kept indexes
 */

static void pim_folder_take_kept(struct eas_pim_folder *pim)
{
	struct eas_user *user = pim->user;
	struct eas_pim_kept *kept;

	if (!array_is_created(&user->kept_pim_indexes))
		return;
	array_foreach_modifiable(&user->kept_pim_indexes, kept) {
		if (strcmp(kept->folder_id, pim->folder->id) != 0)
			continue;
		pim->index = kept->index;
		pim->stamp = kept->stamp;
		array_delete(&user->kept_pim_indexes,
			     array_foreach_idx(&user->kept_pim_indexes, kept), 1);
		return;
	}
}

static void pim_folder_keep(struct eas_pim_folder *pim)
{
	struct eas_user *user = pim->user;
	struct eas_pim_kept *kept;

	if (pim->index == NULL)
		return;
	if (!array_is_created(&user->kept_pim_indexes))
		i_array_init(&user->kept_pim_indexes, EAS_PIM_MAX_KEPT);
	if (array_count(&user->kept_pim_indexes) >= EAS_PIM_MAX_KEPT) {
		kept = array_front_modifiable(&user->kept_pim_indexes);
		eas_pim_index_free(&kept->index);
		array_pop_front(&user->kept_pim_indexes);
	}
	kept = array_append_space(&user->kept_pim_indexes);
	i_strocpy(kept->folder_id, pim->folder->id, sizeof(kept->folder_id));
	kept->index = pim->index;
	kept->stamp = pim->stamp;
}

void eas_pim_folders_free(struct eas_user *user)
{
	struct eas_pim_kept *kept;

	if (!array_is_created(&user->kept_pim_indexes))
		return;
	array_foreach_modifiable(&user->kept_pim_indexes, kept)
		eas_pim_index_free(&kept->index);
	array_free(&user->kept_pim_indexes);
}

/*
 * Update
 */

/* Read the index if the file is another one than ours was read from. Returns 0, -1. */
static int pim_folder_load(struct eas_pim_folder *pim)
{
	struct eas_state_store *store = pim->user->state_store;
	struct eas_state_stamp stamp;

	eas_pim_index_get_stamp(store, pim->folder->id, &stamp);
	if (pim->index != NULL && memcmp(&stamp, &pim->stamp, sizeof(stamp)) == 0)
		return 0;
	eas_pim_index_free(&pim->index);
	pim->stamp = stamp;
	switch (eas_pim_index_read(store, pim->folder->id, pim->event, &pim->index)) {
	case EAS_STATE_OK:
		return 0;
	case EAS_STATE_TEMPFAIL:
		return -1;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		break;
	}
	pim->index = eas_pim_index_new();
	return 0;
}

/* For devices that will have seen it when it changes again. */
static void pim_folder_add_base(struct eas_pim_folder *pim, const struct eas_pim_row *row,
				struct pim_object *object, buffer_t *bases)
{
	ARRAY_TYPE(eas_element_digest) elements;

	t_array_init(&elements, 16);
	eas_item_pim_elements(pim->folder->class, object, &elements);
	eas_pim_bases_add(bases, row->number, row->revision, &elements);
}

/* Read one that came. Returns 0, -1 = not now. */
static int
pim_folder_index_object(struct eas_pim_folder *pim, uint32_t version, buffer_t *bases)
{
	const struct eas_pim_row *row;
	pool_t pool = pool_alloconly_create("pim object", 16*1024);
	struct pim_object *object;
	struct eas_pim_facts facts;
	const char *error = "";
	uoff_t size;
	int ret = 0;

	switch (pim->backend->v->read(pim->backend, version, pool, &object, &size, &error)) {
	case EAS_PIM_OK:
		eas_pim_facts_make(object, version, &facts);
		row = eas_pim_index_update_add(pim->index, version, &facts);
		if (row != NULL)
			pim_folder_add_base(pim, row, object, bases);
		break;
	case EAS_PIM_OTHER:
		e_debug(pim->event, "%u is no object of this folder: %s", version, error);
		eas_pim_index_update_skip(pim->index, version, EAS_PIM_COPY_OTHER);
		break;
	case EAS_PIM_NOT_FOUND:
		/* the next update knows */
		break;
	case EAS_PIM_TEMPFAIL:
		ret = -1;
		break;
	case EAS_PIM_UNREADABLE:
	case EAS_PIM_REFUSED:
		/* once, while the index knows it */
		e_warning(pim->event, "Object %u cannot be read. It is not shown to phones "
			  "and left as it is: %s", version, error);
		eas_pim_index_update_skip(pim->index, version, EAS_PIM_COPY_UNREADABLE);
		break;
	}
	pool_unref(&pool);
	return ret;
}

/* Returns 0, -1 = the index is half done: it must not be used. */
static int
pim_folder_read_changes(struct eas_pim_folder *pim, const struct eas_pim_token *token,
			buffer_t *bases)
{
	ARRAY_TYPE(seq_range) here, new;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t version;
	int ret = 0;

	t_array_init(&here, 16);
	t_array_init(&new, 16);
	/* after a new UIDVALIDITY the same numbers are other messages */
	if (pim->index->token.validity == token->validity &&
	    pim->backend->v->list(pim->backend, &here) < 0)
		return -1;
	eas_pim_index_update_begin(pim->index);
	eas_pim_index_update_list(pim->index, &here, &new);
	if (pim->index->token.validity != token->validity) {
		if (pim->backend->v->list(pim->backend, &here) < 0)
			return -1;
		eas_pim_index_update_list(pim->index, &here, &new);
	}
	seq_range_array_iter_init(&iter, &new);
	while (ret == 0 && seq_range_array_iter_nth(&iter, n++, &version)) {
		if (array_count(&pim->index->copies) >= EAS_PIM_MAX_COPIES) {
			e_warning(pim->event, "More than %u objects: "
				  "further ones are not shown to phones", EAS_PIM_MAX_COPIES);
			break;
		}
		T_BEGIN {
			ret = pim_folder_index_object(pim, version, bases);
		} T_END;
	}
	if (ret == 0)
		eas_pim_index_update_end(pim->index, token, ioloop_time);
	return ret;
}

/* Another process may have updated the index from a later look than ours. */
static bool pim_index_is_newer(const struct eas_pim_index *index,
			       const struct eas_pim_token *token)
{
	return index->token.validity != token->validity ||
		index->token.next > token->next || index->token.modseq > token->modseq;
}

static int
pim_folder_update_locked(struct eas_pim_folder *pim, struct eas_pim_token *token)
{
	struct eas_state_store *store = pim->user->state_store;
	buffer_t *bases;
	int ret;

	if (pim_folder_load(pim) < 0)
		return -1;
	if (pim_index_is_newer(pim->index, token) &&
	    pim->backend->v->refresh(pim->backend, token) < 0)
		return -1;
	if (eas_pim_token_equals(&pim->index->token, token))
		return 0;
	bases = buffer_create_dynamic(default_pool, 1024);
	T_BEGIN {
		ret = pim_folder_read_changes(pim, token, bases);
	} T_END;
	if (ret == 0) {
		eas_pim_bases_write(store, pim->folder->id, pim->index, bases);
		ret = eas_pim_index_write(store, pim->folder->id, pim->index);
	}
	buffer_free(&bases);
	if (ret < 0) {
		eas_pim_index_free(&pim->index);
		return -1;
	}
	eas_pim_index_get_stamp(store, pim->folder->id, &pim->stamp);
	return 0;
}

int eas_pim_folder_update(struct eas_pim_folder *pim)
{
	struct eas_pim_token token;
	int ret;

	if (pim->backend->v->refresh(pim->backend, &token) < 0 || pim_folder_load(pim) < 0)
		return -1;
	if (eas_pim_token_equals(&pim->index->token, &token))
		return 0;
	if (eas_state_store_lock(pim->user->state_store) < 0)
		return -1;
	ret = pim_folder_update_locked(pim, &token);
	eas_state_store_unlock(pim->user->state_store);
	return ret;
}

int eas_pim_folder_open(struct eas_user *user, const struct eas_folder *folder,
			struct event *event, struct eas_pim_folder **pim_r)
{
	struct eas_pim_backend *backend;
	struct eas_pim_folder *pim;
	int ret;

	ret = eas_pim_mailbox_open(user, folder, event, &backend);
	if (ret <= 0)
		return ret;
	pim = i_new(struct eas_pim_folder, 1);
	pim->user = user;
	pim->folder = folder;
	pim->event = event;
	pim->backend = backend;
	pim_folder_take_kept(pim);
	if (eas_pim_folder_update(pim) < 0) {
		eas_pim_folder_close(&pim);
		return -1;
	}
	*pim_r = pim;
	return 1;
}

void eas_pim_folder_close(struct eas_pim_folder **_pim)
{
	struct eas_pim_folder *pim = *_pim;

	*_pim = NULL;
	if (pim == NULL)
		return;
	pim_folder_keep(pim);
	pim->backend->v->close(pim->backend);
	i_free(pim);
}

/*
 * Items
 */

const char *eas_pim_folder_hash_id(const struct eas_pim_folder *pim,
				   const unsigned char hash[EAS_PIM_HASH_SIZE])
{
	string_t *id = t_str_new(64);

	str_append(id, pim->folder->id);
	str_append_c(id, ':');
	base32_encode(FALSE, hash, EAS_PIM_HASH_SIZE, id);
	return str_lcase(str_c_modifiable(id));
}

const char *eas_pim_folder_item_id(const struct eas_pim_folder *pim, uint32_t number)
{
	const struct eas_pim_row *row = eas_pim_index_find(pim->index, number);

	i_assert(row != NULL);
	return eas_pim_folder_hash_id(pim, row->facts.hash);
}

bool eas_pim_folder_parse_id(const struct eas_pim_folder *pim, const char *id,
			     unsigned char hash_r[EAS_PIM_HASH_SIZE])
{
	size_t length = strlen(pim->folder->id);
	buffer_t *hash = t_buffer_create(EAS_PIM_HASH_SIZE);
	const char *text;

	if (id == NULL || !str_begins_with(id, pim->folder->id) || id[length] != ':' ||
	    !eas_id_is_valid(id + length + 1))
		return FALSE;
	text = t_str_ucase(id + length + 1);
	if (base32_decode(text, strlen(text), NULL, hash) < 0 ||
	    hash->used != EAS_PIM_HASH_SIZE)
		return FALSE;
	memcpy(hash_r, hash->data, EAS_PIM_HASH_SIZE);
	return TRUE;
}

const struct eas_pim_row *
eas_pim_folder_find(struct eas_pim_folder *pim, const char *id)
{
	unsigned char hash[EAS_PIM_HASH_SIZE];

	return eas_pim_folder_parse_id(pim, id, hash) ?
		eas_pim_index_find_hash(pim->index, hash) : NULL;
}

bool eas_pim_folder_find_base(struct eas_pim_folder *pim, const struct eas_pim_row *row,
			      uint32_t revision, pool_t pool,
			      ARRAY_TYPE(eas_element_digest) *elements_r)
{
	return eas_pim_bases_find(pim->user->state_store, pim->folder->id, pim->index,
				  row->number, revision, pool, elements_r);
}

enum eas_pim_result
eas_pim_folder_read(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		    pool_t pool, struct pim_object **object_r, uoff_t *size_r)
{
	enum eas_pim_result result;
	const char *error = "";

	if (row->version == 0)
		return EAS_PIM_NOT_FOUND;
	result = pim->backend->v->read(pim->backend, row->version, pool, object_r,
				       size_r, &error);
	if (result == EAS_PIM_OTHER || result == EAS_PIM_UNREADABLE)
		e_error(pim->event, "Object %u cannot be read: %s", row->version, error);
	return result;
}

/* All copies of the object: the one that is it, and older ones that are old enough. */
static enum eas_pim_result
pim_folder_remove_copies(struct eas_pim_folder *pim, const struct eas_pim_row *row)
{
	ARRAY_TYPE(uint32_t) copies, old;
	uint32_t version;
	time_t saved;

	t_array_init(&copies, 2);
	t_array_init(&old, 2);
	eas_pim_index_get_copies(pim->index, row->number, &copies);
	array_foreach_elem(&copies, version) {
		if (version == row->version ||
		    (pim->backend->v->get_saved(pim->backend, version, &saved) &&
		     ioloop_time - saved >= EAS_PIM_DUPLICATE_SECS))
			array_push_back(&old, &version);
	}
	return pim->backend->v->remove(pim->backend, &old);
}

enum eas_pim_result
eas_pim_folder_put(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		   const struct pim_object *object, uint32_t *version_r)
{
	enum eas_pim_result result;

	result = pim->backend->v->put(pim->backend, object,
				      row == NULL ? 0 : row->version, version_r);
	if (result == EAS_PIM_OK && row != NULL && row->version != 0) {
		/* What cannot be removed is a duplicate, which the next change heals. */
		(void)pim_folder_remove_copies(pim, row);
	}
	return result;
}

enum eas_pim_result
eas_pim_folder_remove(struct eas_pim_folder *pim, const struct eas_pim_row *row)
{
	ARRAY_TYPE(uint32_t) copies;

	/* a duplicate that stayed would be the object again */
	t_array_init(&copies, 2);
	eas_pim_index_get_copies(pim->index, row->number, &copies);
	return pim->backend->v->remove(pim->backend, &copies);
}

enum eas_pim_result
eas_pim_folder_move(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		    struct eas_pim_folder *dest)
{
	const struct eas_pim_row *there =
		eas_pim_index_find_hash(dest->index, row->facts.hash);
	enum eas_pim_result result;

	if (there != NULL && there->gone_utc == 0)
		return EAS_PIM_REFUSED;
	result = pim->backend->v->move(pim->backend, row->version, dest->backend);
	if (result == EAS_PIM_OK) {
		/* older copies would be the object again */
		(void)eas_pim_folder_remove(pim, row);
	}
	return result;
}

enum pim_format eas_pim_folder_new_format(const struct eas_pim_folder *pim)
{
	const struct eas_pim_row *row;

	if (pim->backend->kind != PIM_KIND_NOTE)
		return pim->backend->format;
	array_foreach(&pim->index->rows, row) {
		if (row->gone_utc == 0 && (row->facts.flags & EAS_PIM_ROW_APPLE) != 0)
			return PIM_FORMAT_APPLE_NOTE;
	}
	return pim->backend->format;
}
