/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "directpush-ipc-notify.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-foreign.h"
#include "directpush-memory.h"
#include "directpush-parked.h"
#include "directpush-user.h"
#include "directpush-device.h"

/* A phone that asks again so soon does it because of what just happened. */
#define DEVICE_REACTION_MAX_MSECS 10000

static struct directpush_device *unused_head, *unused_tail;
static unsigned int unused_count;

static void device_free(struct directpush_device *device);

void directpush_devices_init(void)
{
	directpush_foreign_init();
}

void directpush_devices_deinit(void)
{
	while (unused_head != NULL)
		device_free(unused_head);
	directpush_foreign_deinit();
}

/*
 * Life
 */

static void device_remove_unused(struct directpush_device *device)
{
	DLLIST2_REMOVE_FULL(&unused_head, &unused_tail, device,
			    unused_prev, unused_next);
	unused_count--;
	device->user->unused_devices_count--;
}

static void device_forget_answer(struct directpush_device *device)
{
	if (device->answered_conn != NULL)
		device->answered_conn->answered_device = NULL;
	device->answered_conn = NULL;
}

static void device_forget_sync(struct directpush_device *device)
{
	if (device->sync_conn != NULL)
		device->sync_conn->sync_device = NULL;
	device->sync_conn = NULL;
}

static void device_free(struct directpush_device *device)
{
	device_remove_unused(device);
	device_forget_answer(device);
	device_forget_sync(device);
	directpush_device_forget_orders(device);
	directpush_foreign_forget(device);
	DLLIST_REMOVE(&device->user->devices, device);
	directpush_user_unref(&device->user);
	p_free(directpush_memory_get_pool(), device->id);
	p_free(directpush_memory_get_pool(), device);
}

struct directpush_device *
directpush_device_get(struct directpush_user *user, const char *id)
{
	struct directpush_device *device;

	for (device = user->devices; device != NULL; device = device->next) {
		if (strcmp(device->id, id) == 0)
			break;
	}
	if (device == NULL) {
		device = p_new(directpush_memory_get_pool(), struct directpush_device, 1);
		device->user = user;
		directpush_user_ref(user);
		device->id = p_strdup(directpush_memory_get_pool(), id);
		DLLIST_PREPEND(&user->devices, device);
	} else if (device->refcount == 0) {
		device_remove_unused(device);
	}
	device->refcount++;
	return device;
}

void directpush_device_ref(struct directpush_device *device)
{
	i_assert(device->refcount > 0);
	device->refcount++;
}

/* The first of the list came last. */
static struct directpush_device *device_find_unused(struct directpush_user *user)
{
	struct directpush_device *device, *unused = NULL;

	for (device = user->devices; device != NULL; device = device->next) {
		if (device->refcount == 0)
			unused = device;
	}
	return unused;
}

void directpush_device_unref(struct directpush_device **_device)
{
	struct directpush_device *device = *_device;

	*_device = NULL;
	if (device == NULL)
		return;
	i_assert(device->refcount > 0);
	if (--device->refcount > 0)
		return;
	DLLIST2_APPEND_FULL(&unused_head, &unused_tail, device,
			    unused_prev, unused_next);
	unused_count++;
	if (++device->user->unused_devices_count > DIRECTPUSH_DEVICES_MAX_UNUSED_PER_USER)
		device_free(device_find_unused(device->user));
	if (unused_count > DIRECTPUSH_DEVICES_MAX_UNUSED)
		device_free(unused_head);
}

struct directpush_order **
directpush_device_get_order(struct directpush_device *device,
			    enum eas_command_id command)
{
	switch (command) {
	case EAS_COMMAND_PING:
		return &device->ping_order;
	case EAS_COMMAND_SYNC:
		return &device->sync_order;
	default:
		return NULL;
	}
}

unsigned int *directpush_device_get_seq(struct directpush_device *device,
					enum eas_command_id command)
{
	return command == EAS_COMMAND_PING ? &device->ping_seq : &device->sync_seq;
}

void directpush_device_forget_orders(struct directpush_device *device)
{
	directpush_order_unref(&device->ping_order);
	directpush_order_unref(&device->sync_order);
}

/*
 * What happens
 */

void directpush_watch_start(struct directpush_watch *watch,
			    struct directpush_device *device)
{
	i_zero(watch);
	watch->device = device;
	watch->foreign_since = directpush_foreign_now();
	directpush_device_ref(device);
	DLLIST_PREPEND(&device->watches, watch);
}

void directpush_watch_stop(struct directpush_watch *watch)
{
	if (watch->device == NULL)
		return;
	DLLIST_REMOVE(&watch->device->watches, watch);
	directpush_device_unref(&watch->device);
}

static void watch_add(struct directpush_watch *watch,
		      const struct directpush_ipc_notify *notify)
{
	for (unsigned int i = 0; i < watch->count; i++) {
		if (guid_128_equals(watch->events[i].mailbox_guid,
				    notify->mailbox_guid)) {
			watch->events[i].changes |= notify->changes;
			return;
		}
	}
	if (watch->count == DIRECTPUSH_WATCH_MAX_EVENTS) {
		watch->overflow = TRUE;
		return;
	}
	guid_128_copy(watch->events[watch->count].mailbox_guid, notify->mailbox_guid);
	watch->events[watch->count++].changes = notify->changes;
}

/* What others own the watch did not hear of, unless the device waited for it before. */
static bool watch_concerns_foreign(const struct directpush_watch *watch,
				   struct directpush_order *order)
{
	const struct directpush_ipc_park_folder *folder;
	struct directpush_ipc_notify notify;
	bool concerns = FALSE;

	i_zero(&notify);
	notify.origin_device_id = "";
	for (unsigned int i = 0; i < order->park.folders_count; i++) {
		folder = &order->park.folders[i];
		if (!folder->shared)
			continue;
		notify.changes = 0;
		guid_128_copy(notify.mailbox_guid, folder->mailbox_guid);
		if (!directpush_foreign_since(folder->mailbox_guid, watch->foreign_since,
					      &notify.changes) ||
		    directpush_order_apply(order, watch->device->id, &notify) !=
				DIRECTPUSH_ORDER_EFFECT_NONE)
			concerns = TRUE;
	}
	return concerns;
}

bool directpush_watch_concerns(const struct directpush_watch *watch,
			       struct directpush_order *order)
{
	struct directpush_ipc_notify notify;
	bool concerns = watch->overflow;

	i_zero(&notify);
	notify.origin_device_id = "";
	for (unsigned int i = 0; i < watch->count; i++) {
		guid_128_copy(notify.mailbox_guid, watch->events[i].mailbox_guid);
		notify.changes = watch->events[i].changes;
		if (directpush_order_apply(order, watch->device->id, &notify) !=
		    DIRECTPUSH_ORDER_EFFECT_NONE)
			concerns = TRUE;
	}
	return watch_concerns_foreign(watch, order) || concerns;
}

static void device_order_notify(struct directpush_device *device,
				struct directpush_order *order,
				const struct directpush_ipc_notify *notify)
{
	if (order != NULL)
		(void)directpush_order_apply(order, device->id, notify);
}

void directpush_device_notify(struct directpush_device *device,
			      const struct directpush_ipc_notify *notify)
{
	struct directpush_watch *watch;
	struct directpush_parked *parked, *next;

	if (strcmp(notify->origin_device_id, device->id) == 0)
		return;
	for (watch = device->watches; watch != NULL; watch = watch->next)
		watch_add(watch, notify);
	device_order_notify(device, device->ping_order, notify);
	device_order_notify(device, device->sync_order, notify);
	for (parked = device->parked_head; parked != NULL; parked = next) {
		next = directpush_parked_next(parked);
		directpush_parked_notify(parked, notify);
	}
}

/*
 * Did the answer arrive?
 */

static void device_cut(struct directpush_device *device, unsigned int secs)
{
	struct directpush_heartbeat *heartbeat = &device->heartbeat;
	unsigned int min_secs = directpush_set->directpush_heartbeat_min;

	if (directpush_heartbeat_add_cut(heartbeat, secs, min_secs,
					 directpush_timer_now_msecs())) {
		e_info(directpush_event, "user %s: device %s: Something in the network "
		       "cuts requests that wait for about %u seconds. From now on this "
		       "device may ask for %u seconds at most.", device->user->name,
		       device->id, heartbeat->cut_secs, heartbeat->limit_secs);
	} else if (heartbeat->cut_secs <= min_secs && heartbeat->cuts > 1 &&
		   !device->cut_warned) {
		device->cut_warned = TRUE;
		e_warning(directpush_event, "user %s: device %s: Something in the network "
			  "cuts requests that wait for about %u seconds, and "
			  "directpush_heartbeat_min is %u. Is there a proxy with a short "
			  "read timeout?", device->user->name, device->id,
			  heartbeat->cut_secs, min_secs);
	}
}

static void device_good(struct directpush_device *device)
{
	directpush_heartbeat_add_good(&device->heartbeat, device->answered_secs);
	device_forget_answer(device);
}

void directpush_device_answered(struct directpush_device *device,
				struct directpush_connection *conn,
				unsigned int secs, bool expired)
{
	device_forget_answer(device);
	if (conn->answered_device != NULL)
		device_forget_answer(conn->answered_device);
	device->answered_conn = conn;
	device->answered_secs = secs;
	device->answered_expired = expired;
	device->answered_msecs = directpush_timer_now_msecs();
	conn->answered_device = device;
}

void directpush_device_sync_begin(struct directpush_device *device)
{
	device_forget_sync(device);
	device->sync_lost = FALSE;
}

void directpush_device_sync_answered(struct directpush_device *device,
				     struct directpush_connection *conn)
{
	device_forget_sync(device);
	if (conn->sync_device != NULL)
		device_forget_sync(conn->sync_device);
	device->sync_conn = conn;
	conn->sync_device = device;
}

void directpush_device_sync_lost(struct directpush_device *device)
{
	device_forget_sync(device);
	device->sync_lost = TRUE;
}

/* Of a connection that ends: did all that was sent arrive? */
static bool conn_has_unsent(const struct directpush_connection *conn)
{
	return conn->transport.out != NULL ||
		directpush_transport_get_unacked(&conn->transport) > 0;
}

void directpush_device_conn_used(struct directpush_connection *conn)
{
	if (conn->sync_device != NULL)
		device_forget_sync(conn->sync_device);
	if (conn->answered_device != NULL)
		device_good(conn->answered_device);
}

void directpush_device_conn_ended(struct directpush_connection *conn, bool arrived)
{
	struct directpush_device *device = conn->answered_device;

	if (conn->sync_device != NULL) {
		if (!arrived && conn_has_unsent(conn))
			directpush_device_sync_lost(conn->sync_device);
		else
			device_forget_sync(conn->sync_device);
	}
	if (device == NULL)
		return;
	if (arrived)
		device_good(device);
	else {
		if (directpush_transport_get_unacked(&conn->transport) > 0)
			device_cut(device, device->answered_secs);
		device_forget_answer(device);
	}
}

void directpush_device_closed(struct directpush_device *device, unsigned int secs)
{
	device->closed_secs = secs;
	device->closed_msecs = directpush_timer_now_msecs();
}

static void device_judge_closed(struct directpush_device *device)
{
	unsigned int secs = device->closed_secs;

	device->closed_secs = 0;
	if (secs == 0 || directpush_timer_now_msecs() - device->closed_msecs >
	    DEVICE_REACTION_MAX_MSECS)
		return;
	if (directpush_heartbeat_add_closed(&device->heartbeat, secs))
		device_cut(device, secs);
}

void directpush_device_asks(struct directpush_device *device,
			    struct directpush_connection *conn)
{
	struct directpush_connection *old = device->answered_conn;
	uint64_t reaction_msecs;

	device_judge_closed(device);
	if (old == NULL || old == conn)
		return;
	/* A phone that heard the answer asks again at once, on whatever connection. One
	   that did not waited some time longer than it had asked for. */
	reaction_msecs = directpush_timer_now_msecs() - device->answered_msecs;
	if (reaction_msecs < I_MIN(DEVICE_REACTION_MAX_MSECS,
				   device->answered_secs * 1000 / 16)) {
		device_good(device);
		return;
	}
	if (!device->answered_expired) {
		/* it may have had other things to do first */
		device_forget_answer(device);
		return;
	}
	device_cut(device, device->answered_secs);
	device_forget_answer(device);
	/* nobody is at its other end */
	directpush_connection_destroy(old);
}
