/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "hash.h"
#include "directpush-ipc-notify.h"
#include "directpush-device.h"
#include "directpush-order.h"
#include "directpush-user.h"
#include "directpush-foreign.h"

struct directpush_foreign_watch {
	guid_128_t mailbox_guid;
	struct directpush_device *device;
	/* of the mailbox */
	struct directpush_foreign_watch *next;
	/* of the device, the newest first */
	struct directpush_foreign_watch *device_next;
};

struct foreign_event {
	guid_128_t mailbox_guid;
	enum directpush_change changes;
};

/* GUID -> the first watch of it */
static HASH_TABLE(uint8_t *, struct directpush_foreign_watch *) watches;
/* the last ones, event number n at n % MAX */
static struct foreign_event *events;
static uint64_t events_count;

void directpush_foreign_init(void)
{
	hash_table_create(&watches, default_pool, 0, guid_128_hash, guid_128_cmp);
	events = i_new(struct foreign_event, DIRECTPUSH_FOREIGN_MAX_EVENTS);
	events_count = 0;
}

void directpush_foreign_deinit(void)
{
	i_assert(hash_table_count(watches) == 0);
	hash_table_destroy(&watches);
	i_free(events);
}

/*
 * Who waits
 */

static struct directpush_foreign_watch *watch_find_first(const guid_128_t mailbox_guid)
{
	const uint8_t *key = mailbox_guid;

	return hash_table_lookup(watches, key);
}

/* The hash's key is the first one's: it is replaced with it. */
static void watch_set_first(const guid_128_t mailbox_guid, struct directpush_foreign_watch *first)
{
	const uint8_t *old_key = mailbox_guid;
	uint8_t *key;

	if (hash_table_lookup(watches, old_key) != NULL)
		hash_table_remove(watches, old_key);
	if (first != NULL) {
		key = first->mailbox_guid;
		hash_table_insert(watches, key, first);
	}
}

static void watch_free(struct directpush_foreign_watch *watch)
{
	struct directpush_foreign_watch **p, *first = watch_find_first(watch->mailbox_guid);

	if (first == watch)
		watch_set_first(watch->mailbox_guid, watch->next);
	else {
		for (p = &first->next; *p != watch; p = &(*p)->next) ;
		*p = watch->next;
	}
	i_free(watch);
}

static void watch_add(struct directpush_device *device, const guid_128_t mailbox_guid)
{
	struct directpush_foreign_watch **p = &device->foreign_watches, *watch;
	unsigned int count = 0;

	for (; *p != NULL; p = &(*p)->device_next) {
		if (guid_128_equals((*p)->mailbox_guid, mailbox_guid))
			return;
		if (++count == DIRECTPUSH_FOREIGN_MAX_PER_DEVICE) {
			/* the one after it is the oldest, or there is none */
			while ((watch = (*p)->device_next) != NULL) {
				(*p)->device_next = watch->device_next;
				watch_free(watch);
			}
		}
	}
	watch = i_new(struct directpush_foreign_watch, 1);
	guid_128_copy(watch->mailbox_guid, mailbox_guid);
	watch->device = device;
	watch->next = watch_find_first(mailbox_guid);
	watch_set_first(mailbox_guid, watch);
	watch->device_next = device->foreign_watches;
	device->foreign_watches = watch;
}

void directpush_foreign_add(struct directpush_device *device, const struct directpush_order *order)
{
	for (unsigned int i = 0; i < order->park.folders_count; i++) {
		if (order->park.folders[i].shared)
			watch_add(device, order->park.folders[i].mailbox_guid);
	}
}

void directpush_foreign_forget(struct directpush_device *device)
{
	struct directpush_foreign_watch *watch;

	while ((watch = device->foreign_watches) != NULL) {
		device->foreign_watches = watch->device_next;
		watch_free(watch);
	}
}

/*
 * What happens
 */

void directpush_foreign_notify(const struct directpush_ipc_notify *notify)
{
	struct directpush_foreign_watch *watch, *next;
	struct directpush_ipc_notify foreign = *notify;
	struct foreign_event *event;

	/* Of the same phone's other account it is news. */
	foreign.origin_device_id = "";
	if (guid_128_is_empty(notify->mailbox_guid))
		return;
	event = &events[events_count++ % DIRECTPUSH_FOREIGN_MAX_EVENTS];
	guid_128_copy(event->mailbox_guid, notify->mailbox_guid);
	event->changes = notify->changes;
	for (watch = watch_find_first(notify->mailbox_guid); watch != NULL; watch = next) {
		next = watch->next;
		/* the user's own have heard of it */
		if (strcmp(watch->device->user->name, notify->user) != 0)
			directpush_device_notify(watch->device, &foreign);
	}
}

uint64_t directpush_foreign_now(void)
{
	return events_count;
}

bool directpush_foreign_since(const guid_128_t mailbox_guid, uint64_t since,
			      enum directpush_change *changes)
{
	const struct foreign_event *event;

	if (events_count - since > DIRECTPUSH_FOREIGN_MAX_EVENTS)
		return FALSE;
	for (; since < events_count; since++) {
		event = &events[since % DIRECTPUSH_FOREIGN_MAX_EVENTS];
		if (guid_128_equals(event->mailbox_guid, mailbox_guid))
			*changes |= event->changes;
	}
	return TRUE;
}
