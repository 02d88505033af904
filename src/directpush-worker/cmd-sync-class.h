/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SYNC_CLASS_H
#define CMD_SYNC_CLASS_H

/* What Sync does differently for mail (cmd-sync-mail.c) and for other classes
   (cmd-sync-pim.c). Items are known by
   the UIDs of the collection's source (eas-changes.h). */

#include "eas-followups.h"
#include "cmd-sync.h"

struct istream;
struct mail;
struct mailbox_transaction_context;
struct pim_object;
struct sync_apply;
struct sync_response;

/* Reads items, one at a time, for one collection's answer. */
struct sync_reader {
	struct sync_context *ctx;
	struct sync_collection *coll;
	/* mail's: begun with the first item */
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	/* mail's: what flags said that are gone; not created if there is none */
	ARRAY_TYPE(eas_followup) followups;
	/* other classes': the open object; cleared with each */
	pool_t pool;
	struct pim_object *object;
};

struct sync_class {
	/* Before the first command. */
	void (*begin)(struct sync_apply *apply);
	/* Run one command of the client's. Its ClientId is legal; responses are made by
	   sync_apply_respond(). */
	void (*add)(struct sync_apply *apply, const struct wbxml_node *node,
		    const char *client_id);
	void (*change)(struct sync_apply *apply, const struct wbxml_node *node);
	void (*delete)(struct sync_apply *apply, const struct wbxml_node *node);
	/* All have run: finish what they began. The collection's source must be that
	   of now afterwards. */
	void (*commit)(struct sync_apply *apply);

	/* Point the reader to this item; *size_r = about how many bytes it has. Returns 1, 0 = it
	   is not there any more, -1 with a reason. */
	int (*open)(struct sync_reader *reader, uint32_t uid, uoff_t *size_r,
		    const char **error_r);
	/* Write its properties into the open ApplicationData. tag = ADD, CHANGE or FETCH.
	   Returns as open(). */
	int (*write)(struct sync_reader *reader, wbxml_tag_t tag,
		     struct wbxml_writer *writer, const char *id, const char **error_r);
	/* Does a Change say all of the item? Otherwise write_changes() says what can
	   change of the open item. */
	bool (*changes_whole)(struct sync_context *ctx, struct sync_collection *coll);
	void (*write_changes)(struct sync_reader *reader, struct wbxml_writer *writer,
			      const char *id);
	/* What a successful Add tells the device besides the ServerId, whole elements. NULL =
	   nothing. */
	void (*write_added)(struct sync_reader *reader, struct wbxml_writer *writer,
			    const struct sync_response *response);
	/* Done with reading all. */
	void (*close)(struct sync_reader *reader);
};

extern const struct sync_class sync_class_mail;
extern const struct sync_class sync_class_pim;

/* The class of the items in a folder. */
const struct sync_class *sync_class_of(const struct eas_collection *collection);

/* One item as <Add>, <Change> or <Fetch>, as a fragment: appended to dest, or, if it is large, as a
   stream of its own (*input_r, else NULL), which the caller unreferences. Returns 1, 0 = it is not
   there any more, or -1 with a reason if it cannot be read; then nothing was appended. */
int sync_item_make(struct sync_reader *reader, uint32_t uid, wbxml_tag_t tag,
		   buffer_t *dest, struct istream **input_r, const char **error_r);

#endif
