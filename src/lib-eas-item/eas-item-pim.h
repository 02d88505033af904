/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_ITEM_PIM_H
#define EAS_ITEM_PIM_H

/* Calendar, Contacts, Tasks, Notes: object <-> ApplicationData. Project, compare, patch: a device's change touches
   only the properties whose projection differs from what the device was shown; everything else of the object,
   down to order and unknown parameters, stays.

   Each class is a table of rows (eas-pim-class.h, eas-pim-contact*.c, ...); this is what the worker calls.

   MS-ASCAL, MS-ASCNTC, MS-ASTASK, MS-ASNOTE */

#include "eas-class.h"
#include "eas-quirk.h"
#include "wbxml.h"

struct eas_body_options;
struct eas_pim_filter;
struct pim_component;
struct pim_object;
struct pim_zone;
struct wbxml_node;
struct wbxml_writer;

ARRAY_DEFINE_TYPE(wbxml_tag, wbxml_tag_t);

struct eas_pim_context {
	/* what is made for the object lives here: the object's own pool, or one that lives as long */
	pool_t pool;
	enum eas_class class;
	enum eas_version version;
	enum eas_quirk quirks;
	const struct eas_body_options *body;
	/* the user's addresses, NULL-terminated, the first is the main one; may be NULL */
	const char *const *addresses;
	/* the zone the user lives in, to guess with; NULL = unknown */
	const struct pim_zone *user_zone;
	/* "folder:hash" for FileReferences */
	const char *item_id;
	time_t now;
	/* Supported of the folder's first Sync: NULL = none was sent; else the tags in it, maybe none at all. */
	const ARRAY_TYPE(wbxml_tag) *supported;
	/* the object: its tree, and its parts as attachments */
	struct pim_object *object;

	/* of rows, while they work: what is wrong with the value (data stack or pool) */
	const char *error;
	/* all that the device sent, and was shown before, beside the element in hand */
	const struct wbxml_node *data, *shown;
	/* of a merge: which rows of the object are taken; NULL = all */
	const struct eas_pim_filter *filter;
	/* an Add is being filled in: nothing was there before */
	bool filling;
	/* what the device calls the user, of a new meeting; NULL = nothing */
	const char *own_name;
};

/* Write the properties into the open ApplicationData or Properties element. */
void eas_item_pim_write(struct eas_pim_context *ctx, struct wbxml_writer *writer);
/* The same to a buffer as a fragment (wbxml-writer.h), and read again: the element root with the properties in it. Its
   memory is of pool. */
struct wbxml_node *eas_item_pim_project(struct eas_pim_context *ctx, pool_t pool);

/* Patch ctx->object by what the device sent as a Change (data = ApplicationData). changed_r = FALSE: nothing
   differs, nothing is to be written. Returns 0; -1 = not legal (Status 6), error_r has a sentence, the
   object is as before. */
int eas_item_pim_patch(struct eas_pim_context *ctx, const struct wbxml_node *data,
		       bool *changed_r, const char **error_r);
/* Fill a new object (pim_object_new()) from an Add. Returns as eas_item_pim_patch(). */
int eas_item_pim_fill(struct eas_pim_context *ctx, const struct wbxml_node *data,
		      const char **error_r);
/* 16.x: one instance of a series: Change, or Delete (data NULL), by InstanceId. Returns 1; 0 = no such
   occurrence; -1 = not legal, as above. */
int eas_item_pim_patch_instance(struct eas_pim_context *ctx, time_t instance_utc,
				const struct wbxml_node *data, bool *changed_r,
				const char **error_r);

#endif
