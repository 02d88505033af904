/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_OUTBOX_H
#define EAS_OUTBOX_H

/* Mails that are due once a change of a calendar is written: subject "outbox" of the device's store. It is written
   before the calendar, and again when they are out. docs/state-format.md has the lines; docs/decisions/196. */

#include "eas-state-store.h"

#define EAS_OUTBOX_SUBJECT "outbox"
#define EAS_OUTBOX_FORMAT 1

struct eas_outbox_mail {
	/* no other mail has it */
	const char *key;
	/* the ServerId of the object that is changed, and which version of it the change was made from;
	   0 = there was none */
	const char *object_id;
	uint32_t version;
	/* it is known that the change was written */
	bool written;
	time_t created;
	/* An answer: under which name it is remembered, what it says, and what was said before. NULL = it is
	   none; told_before NULL = nothing was. */
	const char *told_name, *told, *told_before;
	/* the mail as it is to go out */
	const char *mime;
};
ARRAY_DEFINE_TYPE(eas_outbox_mail, struct eas_outbox_mail);

struct eas_outbox {
	pool_t pool;
	/* oldest first; strings live in the pool, or as long as who added them says */
	ARRAY_TYPE(eas_outbox_mail) mails;
	/* there is a file */
	bool stored;
};

/* What is due; the caller holds the store's lock. Returns 0, -1 if it cannot be said now (logged). */
int eas_outbox_read(struct eas_state_store *store, struct eas_outbox **outbox_r);
void eas_outbox_free(struct eas_outbox **outbox);
/* An empty one has no file. Returns 0, -1 (logged). */
int eas_outbox_write(struct eas_state_store *store, struct eas_outbox *outbox);
/* NULL if none has this key */
struct eas_outbox_mail *
eas_outbox_find(struct eas_outbox *outbox, const char *key);
void eas_outbox_remove(struct eas_outbox *outbox, const char *key);

#endif
