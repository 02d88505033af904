/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "eas-device.h"
#include "eas-device-room.h"

struct room_device {
	const char *id;
	time_t last_seen;
};

static int room_device_cmp(const struct room_device *dev1, const struct room_device *dev2)
{
	if (dev1->last_seen != dev2->last_seen)
		return dev1->last_seen < dev2->last_seen ? -1 : 1;
	return strcmp(dev1->id, dev2->id);
}

int eas_device_get_last_seen(struct eas_state_store *store, struct event *event,
			     time_t *last_seen_r)
{
	struct eas_device *device;

	if (eas_device_read(store, event, &device) < 0)
		return -1;
	*last_seen_r = device->stored ? device->last_seen :
		eas_state_store_get_written(store, EAS_DEVICE_SUBJECT);
	eas_device_free(&device);
	return 0;
}

int eas_device_expire(struct eas_state_store **store, struct event *event,
		      time_t unused_secs)
{
	time_t last_seen;

	if (eas_device_get_last_seen(*store, event, &last_seen) < 0)
		return -1;
	if (last_seen + unused_secs > ioloop_time)
		return 0;
	return eas_state_store_remove(store) < 0 ? -1 : 1;
}

/* Returns 1 = it is forgotten, 0 = it was used just now, -1. */
static int
room_device_remove(const char *root, const struct room_device *device, struct event *event)
{
	struct eas_state_store *store = eas_state_store_init(root, device->id, event);
	int ret = -1;

	if (eas_state_store_lock(store) == 0)
		ret = eas_device_expire(&store, event, EAS_DEVICE_UNUSED_SECS);
	if (store != NULL)
		eas_state_store_deinit(&store);
	if (ret > 0) {
		e_info(event, "Forgot device %s, unused for %"PRIdTIME_T" days, "
		       "for a new one", device->id,
		       (ioloop_time - device->last_seen) / (24*60*60));
	}
	return ret;
}

/* The longest unused first. */
static int
room_devices_read(const char *root, const ARRAY_TYPE(const_string) *ids, pool_t pool,
		  struct event *event, const struct room_device **devices_r)
{
	ARRAY(struct room_device) devices;
	struct room_device *device;
	const char *id;
	int ret = 0;

	p_array_init(&devices, pool, array_count(ids));
	array_foreach_elem(ids, id) {
		struct eas_state_store *store = eas_state_store_init(root, id, event);

		device = array_append_space(&devices);
		device->id = id;
		if (eas_device_get_last_seen(store, event, &device->last_seen) < 0)
			ret = -1;
		eas_state_store_deinit(&store);
	}
	array_sort(&devices, room_device_cmp);
	*devices_r = array_front(&devices);
	return ret;
}

static int
room_make(const char *root, const char *device_id, unsigned int max, pool_t pool,
	  struct event *event)
{
	ARRAY_TYPE(const_string) ids;
	const struct room_device *devices;
	const char *id, *error;
	unsigned int count;
	int ret;

	if (eas_state_store_devices(root, pool, &ids, &error) < 0) {
		e_error(event, "%s", error);
		return -1;
	}
	array_foreach_elem(&ids, id) {
		/* its lock is held, and could not be taken a second time */
		if (strcmp(id, device_id) == 0)
			return 1;
	}
	count = array_count(&ids);
	if (count < max)
		return 1;
	if (room_devices_read(root, &ids, pool, event, &devices) < 0)
		return -1;
	for (; count >= max; count--, devices++) {
		if (devices->last_seen + EAS_DEVICE_UNUSED_SECS > ioloop_time)
			return 0;
		if ((ret = room_device_remove(root, devices, event)) <= 0)
			return ret;
	}
	return 1;
}

int eas_device_make_room(const char *root, const char *device_id, unsigned int max,
			 struct event *event)
{
	pool_t pool;
	int ret;

	if (max == 0)
		return 1;
	pool = pool_alloconly_create("device room", 4096);
	ret = room_make(root, device_id, max, pool, event);
	pool_unref(&pool);
	return ret;
}
