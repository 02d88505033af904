/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_ORDER_H
#define DIRECTPUSH_ORDER_H

/* A worker's order to let a request wait: what it waits for and the answers made ready
   (struct directpush_ipc_park), and what happened since it was given. Knows
   nothing of connections and clocks. */

#include "directpush-ipc-worker.h"
#include "sha2.h"

struct directpush_ipc_notify;

/* What a request is, as far as "the same again" goes. */
struct directpush_order_key {
	enum eas_command_id command;
	enum eas_version version;
	uint32_t policy_key;
	/* FALSE: too large to be hashed, equals nothing */
	bool hashed;
	/* an empty body means "as before" */
	bool empty;
	unsigned char digest[SHA256_RESULTLEN];
};

enum directpush_order_effect {
	/* nothing that is waited for */
	DIRECTPUSH_ORDER_EFFECT_NONE,
	/* a worker has to look whether it matters */
	DIRECTPUSH_ORDER_EFFECT_LOOK,
	/* the "changed" answer is right */
	DIRECTPUSH_ORDER_EFFECT_WAKE
};

struct directpush_order {
	int refcount;
	struct directpush_ipc_park park;
	struct directpush_order_key key;
	/* when the worker looked; monotonic clock, set by who asked it */
	uint64_t looked_msecs;
	/* one for each folder of park: something happened there */
	bool *changed;
	/* something happened since the worker looked */
	bool stale;
	/* to the folders as such, or to what they hold */
	bool folders_changed;
};

/* fields: of a PARK line. NULL with a sentence if they are not legal. */
struct directpush_order *
directpush_order_create(const char *fields, const struct directpush_order_key *key,
			const char **error_r);
void directpush_order_ref(struct directpush_order *order);
void directpush_order_unref(struct directpush_order **order);

void directpush_order_key_init(struct directpush_order_key *key_r,
			       const struct eas_request *request,
			       const void *body, size_t body_size);
/* A request of this key may be parked by the order without a worker. */
bool directpush_order_can_repeat(const struct directpush_order *order,
				 const struct directpush_order_key *key);

/* Note what happened and tell what it means to a device that waits by this order.
   What a device did itself means nothing to it. */
enum directpush_order_effect
directpush_order_apply(struct directpush_order *order, const char *device_id,
		       const struct directpush_ipc_notify *notify);

/* Append the "changed" answer with the folders noted. */
void directpush_order_append_changed(const struct directpush_order *order,
				     string_t *dest);
/* Is there a folder for the answer above? */
bool directpush_order_has_changed(const struct directpush_order *order);

#endif
