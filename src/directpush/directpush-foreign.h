/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_FOREIGN_H
#define DIRECTPUSH_FOREIGN_H

/* Shared and public mailboxes: a line of the mail plugin names one user, the owner or whoever changed it, and devices
   of others wait for them too. Those are found by the mailbox's GUID, which an order names. */

#include "guid.h"
#include "directpush-ipc-worker.h"

struct directpush_device;
struct directpush_ipc_notify;
struct directpush_order;

/* mailboxes of one device; with more of them the oldest are forgotten */
#define DIRECTPUSH_FOREIGN_MAX_PER_DEVICE 256
/* changes remembered for orders that are on their way */
#define DIRECTPUSH_FOREIGN_MAX_EVENTS 4096

void directpush_foreign_init(void);
void directpush_foreign_deinit(void);

/* From now on the device hears of the shared mailboxes that the order names. */
void directpush_foreign_add(struct directpush_device *device,
			    const struct directpush_order *order);
void directpush_foreign_forget(struct directpush_device *device);

/* Something happened: tell the devices of users other than the one it names. */
void directpush_foreign_notify(const struct directpush_ipc_notify *notify);

/* A number that grows with each change. */
uint64_t directpush_foreign_now(void);
/* Add what happened in the mailbox since then to *changes. Returns FALSE if that is forgotten. */
bool directpush_foreign_since(const guid_128_t mailbox_guid, uint64_t since,
			      enum directpush_change *changes);

#endif
