/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_CLASS_H
#define EAS_PIM_CLASS_H

/* What a class of groupware items is to the engine in eas-item-pim.c: rows, one for each element, that know how to
   write it and how to make the object say something else. */

#include "eas-item-pim.h"
#include "pim-object.h"
#include "wbxml-tree.h"

enum eas_pim_flags {
	/* absent in a Change: unchanged, unless it is in Supported, or the device sent none */
	EAS_PIM_GHOSTABLE	= BIT(0),
	/* absent never means deleted (Body, Picture, Attachments); empty does */
	EAS_PIM_KEEP		= BIT(1),
	/* Not compared on its own: it has no projection, or its value is told by other rows, whose set() looks at it
	   too. Its set() is called whenever the device sends it. */
	EAS_PIM_ALWAYS		= BIT(2)
};

struct eas_pim_property;

/* How elements of one kind are written and taken. Shared by rows: what is the row's own stands there. */
struct eas_pim_type {
	/* Write the element, or nothing. NULL: it is never told. */
	void (*write)(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		      const struct pim_component *component, struct wbxml_writer *writer);
	/* Make the component say what node says, by changing no more than that. NULL: it is to be removed; node is
	   never an empty element: that is NULL too. Elements beside it: ctx->data. Returns 0, or -1 with
	   ctx->error: the value is not legal (Status 6). NULL: the device never sets it; what it sends is passed over. */
	int (*set)(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		   struct pim_component *component, const struct wbxml_node *node);
	/* Does the device say what it was shown? Either may be NULL, or an empty element, but not both. NULL:
	   eas_pim_node_equal(). */
	bool (*same)(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     const struct pim_component *component,
		     const struct wbxml_node *shown, const struct wbxml_node *sent);
};

struct eas_pim_property {
	wbxml_tag_t tag;
	/* EAS_VERSION_ANY = no bound */
	enum eas_version since, until;
	enum eas_pim_flags flags;
	const struct eas_pim_type *type;
	/* The property, or what else the type goes by, and where in it. */
	const char *name;
	unsigned int idx;
};

/* What the rows are about is pim_object_main(). */
struct eas_pim_class {
	enum eas_class class;
	const struct eas_pim_property *rows;
	unsigned int rows_count;
	/* After rows have changed something, and always for an Add: what follows from it (FN, SEQUENCE, ...). May fail as
	   set() does. NULL = nothing. The times of the change are the engine's: pim_object_touch(). */
	int (*finish)(struct eas_pim_context *ctx, struct pim_component *component);
	/* eas_item_pim_patch_instance(); NULL = there are no instances */
	int (*patch_instance)(struct eas_pim_context *ctx, struct pim_component *component,
			      time_t instance_utc, const struct wbxml_node *data);
};

extern const struct eas_pim_class eas_pim_class_calendar;
extern const struct eas_pim_class eas_pim_class_contact;
extern const struct eas_pim_class eas_pim_class_note;
extern const struct eas_pim_class eas_pim_class_task;

/* Rows that this version has, of one component: what eas_item_pim_write() and _patch() do, for components
   below the main one (exceptions). project: the element root with what rows write of component. Memory is of pool. */
void eas_pim_rows_write(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
			unsigned int count, const struct pim_component *component,
			struct wbxml_writer *writer);
struct wbxml_node *
eas_pim_rows_project(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
		     unsigned int count, const struct pim_component *component, pool_t pool);
/* Call set() of the rows that differ between shown (a projection) and data. Returns the number of rows set, or -1 with
   ctx->error: component may be changed in part then. */
int eas_pim_rows_patch(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
		       unsigned int count, struct pim_component *component,
		       const struct wbxml_node *shown, const struct wbxml_node *data);

const struct eas_pim_class *eas_pim_class_find(enum eas_class class);
bool eas_pim_row_is_in_version(const struct eas_pim_property *row, enum eas_version version);
/* Does the absence of the element from a Change leave what there is? */
bool eas_pim_row_keeps_when_absent(const struct eas_pim_context *ctx,
				   const struct eas_pim_property *row);

/* Which rows of the object itself a merge takes, by the tags that eas-pim-merge.def puts them under. */
struct eas_pim_filter {
	/* all but these; NULL = only that one */
	const ARRAY_TYPE(wbxml_tag) *without;
	wbxml_tag_t only;
};
bool eas_pim_filter_wants(const struct eas_pim_filter *filter, wbxml_tag_t tag);

/* The object as it was. What rows allocate is not given back; what they changed is. */
struct eas_pim_saved {
	struct pim_component *root;
	ARRAY_TYPE(pim_part) parts;
};
/* Work on a copy of the object from now on; and no more. */
void eas_pim_object_save(struct eas_pim_context *ctx, struct eas_pim_saved *saved_r);
void eas_pim_object_restore(struct eas_pim_context *ctx, const struct eas_pim_saved *saved);
/* Call set() of rows that differ from what the device is shown, and finish(). Returns 0, -1 with ctx->error. */
int eas_pim_class_patch(struct eas_pim_context *ctx, const struct eas_pim_class *class,
			const struct wbxml_node *data);

/* Equal as values: numbers as numbers, dates as instants, text but for its line ends and outer white space; an element without
   content as none (NULL). The order of children means nothing. */
bool eas_pim_node_equal(const struct wbxml_node *a, const struct wbxml_node *b);
bool eas_pim_text_equal(const char *a, const char *b);
/* NULL, or an element with neither text nor children. */
bool eas_pim_node_is_empty(const struct wbxml_node *node);

/* The value, also if it is held as a stream: up to EAS_PIM_MAX_TEXT_BYTES of it, of ctx->pool. */
#define EAS_PIM_MAX_TEXT_BYTES (4*1024*1024)
const char *eas_pim_node_text(struct eas_pim_context *ctx, const struct wbxml_node *node);

/* ctx->error = "Name: <what>: <value>"; returns -1. */
int eas_pim_refuse(struct eas_pim_context *ctx, const struct wbxml_node *node, const char *what);

#endif
