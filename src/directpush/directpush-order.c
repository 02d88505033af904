/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-ipc-notify.h"
#include "directpush-memory.h"
#include "directpush-order.h"

/* Bytes that an order of this park needs behind its struct. */
static size_t order_get_data_size(const struct directpush_ipc_park *park)
{
	size_t size = park->folders_count * (sizeof(*park->folders) + sizeof(bool));

	size += park->expired_size + park->changed_head_size + park->changed_tail_size +
		park->as_asked_size;
	for (unsigned int i = 0; i < park->folders_count; i++)
		size += park->folders[i].piece_size;
	return size;
}

static void *order_add(unsigned char **next, const void *data, size_t size)
{
	void *copy = *next;

	if (size > 0)
		memcpy(copy, data, size);
	*next += size;
	return copy;
}

/* Many phones wait for long by an order each, so it is a single block of the right size. */
static struct directpush_order *order_alloc(const struct directpush_ipc_park *park)
{
	struct directpush_ipc_park_folder *folders;
	struct directpush_order *order;
	unsigned char *next;

	order = p_malloc(directpush_memory_get_pool(),
			 sizeof(*order) + order_get_data_size(park));
	order->park = *park;
	next = PTR_OFFSET(order, sizeof(*order));
	folders = order_add(&next, park->folders,
			    park->folders_count * sizeof(*folders));
	order->park.folders = folders;
	/* zero as it is */
	order->changed = (bool *)next;
	next += park->folders_count * sizeof(bool);
	order->park.expired = order_add(&next, park->expired, park->expired_size);
	order->park.changed_head = order_add(&next, park->changed_head,
					     park->changed_head_size);
	order->park.changed_tail = order_add(&next, park->changed_tail,
					     park->changed_tail_size);
	order->park.as_asked = order_add(&next, park->as_asked, park->as_asked_size);
	for (unsigned int i = 0; i < park->folders_count; i++) {
		folders[i].piece = order_add(&next, folders[i].piece,
					     folders[i].piece_size);
	}
	return order;
}

struct directpush_order *
directpush_order_create(const char *fields, const struct directpush_order_key *key,
			const char **error_r)
{
	struct directpush_order *order = NULL;
	struct directpush_ipc_park park;
	pool_t pool = pool_alloconly_create("directpush order", 1024);

	if (directpush_ipc_park_parse(pool, fields, &park, error_r) < 0)
		*error_r = t_strdup(*error_r);
	else {
		order = order_alloc(&park);
		order->refcount = 1;
		order->key = *key;
	}
	pool_unref(&pool);
	return order;
}

void directpush_order_ref(struct directpush_order *order)
{
	i_assert(order->refcount > 0);
	order->refcount++;
}

void directpush_order_unref(struct directpush_order **_order)
{
	struct directpush_order *order = *_order;

	*_order = NULL;
	if (order == NULL)
		return;
	i_assert(order->refcount > 0);
	if (--order->refcount == 0)
		p_free(directpush_memory_get_pool(), order);
}

void directpush_order_key_init(struct directpush_order_key *key_r,
			       const struct eas_request *request,
			       const void *body, size_t body_size)
{
	i_zero(key_r);
	key_r->command = request->command;
	key_r->version = request->version;
	key_r->policy_key = request->policy_key;
	key_r->hashed = TRUE;
	key_r->empty = body_size == 0;
	sha256_get_digest(body, body_size, key_r->digest);
}

bool directpush_order_can_repeat(const struct directpush_order *order,
				 const struct directpush_order_key *key)
{
	if (!order->park.repeatable || order->stale || !key->hashed ||
	    order->key.command != key->command ||
	    order->key.version != key->version ||
	    order->key.policy_key != key->policy_key)
		return FALSE;
	return key->empty ||
		(order->key.hashed &&
		 memcmp(order->key.digest, key->digest, sizeof(key->digest)) == 0);
}

enum directpush_order_effect
directpush_order_apply(struct directpush_order *order, const char *device_id,
		       const struct directpush_ipc_notify *notify)
{
	const struct directpush_ipc_park *park = &order->park;
	enum directpush_order_effect effect = DIRECTPUSH_ORDER_EFFECT_NONE;
	const struct directpush_ipc_park_folder *folder;
	bool any = guid_128_is_empty(notify->mailbox_guid);

	if (*notify->origin_device_id != '\0' &&
	    strcmp(notify->origin_device_id, device_id) == 0)
		return effect;
	if ((notify->changes & park->user_look &
	     (DIRECTPUSH_CHANGE_HIERARCHY | DIRECTPUSH_CHANGE_ATTRIBUTES)) != 0) {
		effect = DIRECTPUSH_ORDER_EFFECT_LOOK;
		order->folders_changed = TRUE;
	}
	for (unsigned int i = 0; i < park->folders_count; i++) {
		folder = &park->folders[i];
		if (any && (notify->changes & (folder->wake | folder->look)) != 0) {
			/* only a worker can tell which mailbox it was */
			effect = DIRECTPUSH_ORDER_EFFECT_LOOK;
			break;
		}
		if (!guid_128_equals(folder->mailbox_guid, notify->mailbox_guid))
			continue;
		if ((notify->changes & folder->wake) != 0) {
			order->changed[i] = TRUE;
			effect = DIRECTPUSH_ORDER_EFFECT_WAKE;
		} else if ((notify->changes & folder->look) != 0 &&
			   effect == DIRECTPUSH_ORDER_EFFECT_NONE) {
			effect = DIRECTPUSH_ORDER_EFFECT_LOOK;
		}
	}
	if (effect != DIRECTPUSH_ORDER_EFFECT_NONE)
		order->stale = TRUE;
	return effect;
}

bool directpush_order_has_changed(const struct directpush_order *order)
{
	for (unsigned int i = 0; i < order->park.folders_count; i++) {
		if (order->changed[i])
			return TRUE;
	}
	return FALSE;
}

void directpush_order_append_changed(const struct directpush_order *order,
				     string_t *dest)
{
	const struct directpush_ipc_park *park = &order->park;

	str_append_data(dest, park->changed_head, park->changed_head_size);
	for (unsigned int i = 0; i < park->folders_count; i++) {
		if (order->changed[i]) {
			str_append_data(dest, park->folders[i].piece,
					park->folders[i].piece_size);
		}
	}
	str_append_data(dest, park->changed_tail, park->changed_tail_size);
}
