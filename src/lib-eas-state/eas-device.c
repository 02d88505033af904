/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "eas-device.h"

/* The first hierarchy key is drawn below this, so that counting on never wraps. */
#define EAS_DEVICE_MAX_FIRST_KEY (1U << 30)

struct eas_device *eas_device_new(struct eas_state_store *store, struct event *event)
{
	struct eas_device *device;
	pool_t pool;

	pool = pool_alloconly_create("eas device", 4096);
	device = p_new(pool, struct eas_device, 1);
	device->pool = pool;
	device->store = store;
	device->event = event;
	event_ref(event);
	device->type = "";
	device->user_agent = "";
	device->created = ioloop_time;
	p_array_init(&device->hierarchy.confirmed, pool, 16);
	p_array_init(&device->hierarchy.pending, pool, 16);
	p_array_init(&device->ping_folder_ids, pool, 8);
	p_array_init(&device->sent, pool, 4);
	p_array_init(&device->moves, pool, 4);
	return device;
}

int eas_device_read(struct eas_state_store *store, struct event *event,
		    struct eas_device **device_r)
{
	struct eas_device *device = eas_device_new(store, event);
	const unsigned char *data;
	const char *error;
	size_t size;

	switch (eas_state_store_read(store, EAS_DEVICE_SUBJECT, EAS_DEVICE_FORMAT,
				     device->pool, &data, &size)) {
	case EAS_STATE_OK:
		if (eas_device_decode(device, data, size, &error) < 0) {
			e_error(event, "Device record starts anew: %s", error);
			eas_device_free(&device);
			device = eas_device_new(store, event);
		} else {
			device->stored = TRUE;
		}
		break;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		break;
	case EAS_STATE_TEMPFAIL:
		eas_device_free(&device);
		return -1;
	}
	*device_r = device;
	return 0;
}

int eas_device_write(struct eas_device *device)
{
	buffer_t *buf;
	int ret;

	if (!device->dirty)
		return 0;
	T_BEGIN {
		buf = t_buffer_create(1024);
		eas_device_encode(buf, device);
		ret = eas_state_store_write(device->store, EAS_DEVICE_SUBJECT,
					    EAS_DEVICE_FORMAT, buf->data, buf->used);
	} T_END;
	if (ret == 0) {
		device->dirty = FALSE;
		device->stored = TRUE;
	}
	return ret;
}

void eas_device_free(struct eas_device **_device)
{
	struct eas_device *device = *_device;

	*_device = NULL;
	event_unref(&device->event);
	pool_unref(&device->pool);
}

/*
 * Hierarchy
 */

static void
folders_copy(struct eas_device *device, ARRAY_TYPE(eas_device_folder) *dest,
	     const ARRAY_TYPE(eas_device_folder) *src)
{
	const struct eas_device_folder *folder;
	struct eas_device_folder *copy;

	array_clear(dest);
	array_foreach(src, folder) {
		copy = array_append_space(dest);
		copy->id = p_strdup(device->pool, folder->id);
		copy->parent_id = p_strdup(device->pool, folder->parent_id);
		copy->display_name = p_strdup(device->pool, folder->display_name);
		copy->type = folder->type;
	}
}

uint32_t eas_device_hierarchy_tell(struct eas_device *device,
				   const ARRAY_TYPE(eas_device_folder) *folders)
{
	struct eas_device_hierarchy *hierarchy = &device->hierarchy;

	i_assert(hierarchy->key != 0);

	folders_copy(device, &hierarchy->pending, folders);
	hierarchy->have_pending = TRUE;
	device->dirty = TRUE;
	return hierarchy->key + 1;
}

bool eas_device_hierarchy_confirm(struct eas_device *device, uint32_t key)
{
	struct eas_device_hierarchy *hierarchy = &device->hierarchy;

	if (key == 0) {
		hierarchy->key = i_rand_limit(EAS_DEVICE_MAX_FIRST_KEY) + 1;
		array_clear(&hierarchy->confirmed);
	} else if (hierarchy->key == 0) {
		return FALSE;
	} else if (hierarchy->have_pending && key == hierarchy->key + 1) {
		hierarchy->key = key;
		folders_copy(device, &hierarchy->confirmed, &hierarchy->pending);
	} else {
		/* again: the last answer was lost, or there was none */
		return key == hierarchy->key;
	}
	array_clear(&hierarchy->pending);
	hierarchy->have_pending = FALSE;
	device->dirty = TRUE;
	return TRUE;
}

const ARRAY_TYPE(eas_device_folder) *
eas_device_hierarchy_latest(const struct eas_device *device)
{
	return device->hierarchy.have_pending ?
		&device->hierarchy.pending : &device->hierarchy.confirmed;
}

const struct eas_device_folder *
eas_device_folder_find(const ARRAY_TYPE(eas_device_folder) *folders, const char *id)
{
	const struct eas_device_folder *folder;

	array_foreach(folders, folder) {
		if (strcmp(folder->id, id) == 0)
			return folder;
	}
	return NULL;
}

/*
 * Sent, moved
 */

const struct eas_device_sent *
eas_device_find_sent(struct eas_device *device, const char *client_id)
{
	const struct eas_device_sent *sent;

	array_foreach(&device->sent, sent) {
		if (strcmp(sent->client_id, client_id) == 0 &&
		    sent->created + EAS_DEVICE_SENT_SECS > ioloop_time)
			return sent;
	}
	return NULL;
}

void eas_device_add_sent(struct eas_device *device, const char *client_id, bool copy_due)
{
	struct eas_device_sent *sent;
	const struct eas_device_sent *all;
	unsigned int count, old = 0;

	all = array_get(&device->sent, &count);
	if (count >= EAS_DEVICE_MAX_SENT)
		old = count - EAS_DEVICE_MAX_SENT + 1;
	while (old < count && all[old].created + EAS_DEVICE_SENT_SECS <= ioloop_time)
		old++;
	array_delete(&device->sent, 0, old);

	sent = array_append_space(&device->sent);
	sent->client_id = p_strdup(device->pool, client_id);
	sent->created = ioloop_time;
	sent->copy_due = copy_due;
	device->dirty = TRUE;
}

void eas_device_sent_copied(struct eas_device *device, const char *client_id)
{
	struct eas_device_sent *sent;

	array_foreach_modifiable(&device->sent, sent) {
		if (sent->copy_due && strcmp(sent->client_id, client_id) == 0) {
			sent->copy_due = FALSE;
			device->dirty = TRUE;
		}
	}
}

void eas_device_remove_sent(struct eas_device *device, const char *client_id)
{
	const struct eas_device_sent *sent;
	unsigned int i;

	for (i = array_count(&device->sent); i > 0; i--) {
		sent = array_idx(&device->sent, i - 1);
		if (strcmp(sent->client_id, client_id) == 0) {
			array_delete(&device->sent, i - 1, 1);
			device->dirty = TRUE;
		}
	}
}

const struct eas_device_move *
eas_device_find_move(struct eas_device *device, const char *src_id)
{
	const struct eas_device_move *moves;
	unsigned int i, count;

	/* the latest: an id may come back */
	moves = array_get(&device->moves, &count);
	for (i = count; i > 0; i--) {
		if (strcmp(moves[i-1].src_id, src_id) == 0)
			return moves[i-1].created + EAS_DEVICE_MOVE_SECS > ioloop_time ?
				&moves[i-1] : NULL;
	}
	return NULL;
}

void eas_device_add_move(struct eas_device *device, const char *src_id, const char *dst_id)
{
	const struct eas_device_move *moves;
	struct eas_device_move *move;
	unsigned int count, old = 0;

	moves = array_get(&device->moves, &count);
	if (count >= EAS_DEVICE_MAX_MOVES)
		old = count - EAS_DEVICE_MAX_MOVES + 1;
	while (old < count && moves[old].created + EAS_DEVICE_MOVE_SECS <= ioloop_time)
		old++;
	array_delete(&device->moves, 0, old);

	move = array_append_space(&device->moves);
	move->src_id = p_strdup(device->pool, src_id);
	move->dst_id = p_strdup(device->pool, dst_id);
	move->created = ioloop_time;
	device->dirty = TRUE;
}
