/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_MERGE_H
#define EAS_PIM_MERGE_H

/* Two changed one object, and a device has not seen the other's change: base (what the device saw), the object as it is
   now, and what the device sends. Of the base digests are enough: they tell what the others changed, and whether the device
   sends what it saw. Elements that belong together are one: rows of eas-pim-merge.def. docs/decisions/190 */

#include "eas-element-digest.h"
#include "eas-item-pim.h"

enum eas_pim_merge_result {
	EAS_PIM_MERGE_OK,
	/* both changed the same element: Options/Conflict decides. The object is to be thrown away. */
	EAS_PIM_MERGE_CONFLICT,
	/* Status 6, with error_r; the object is as before */
	EAS_PIM_MERGE_NOT_LEGAL,
	/* there is no such occurrence */
	EAS_PIM_MERGE_NO_INSTANCE
};

struct eas_pim_merge {
	/* As the device saw the object; NULL = it is the one that the device saw. */
	const ARRAY_TYPE(eas_element_digest) *base;
	/* Conflict 0: what the device changed counts, whoever else changed it too */
	bool client_wins;

	/* result: something is to be written */
	bool changed;
	/* result: the object says what the device has not seen */
	bool news;
};

/* What the object says, the same for all devices: the base of later changes. Appends to elements. Allocates from the
   object's pool. */
void eas_item_pim_elements(enum eas_class class, struct pim_object *object,
			   ARRAY_TYPE(eas_element_digest) *elements);

/* As eas_item_pim_patch(): only elements that the device changed. */
enum eas_pim_merge_result
eas_item_pim_merge(struct eas_pim_context *ctx, const struct wbxml_node *data,
		   struct eas_pim_merge *merge, const char **error_r);
/* As eas_item_pim_patch_instance(). What others did to any occurrence, or to when the series is, is a conflict. */
enum eas_pim_merge_result
eas_item_pim_merge_instance(struct eas_pim_context *ctx, time_t instance_utc,
			    const struct wbxml_node *data, struct eas_pim_merge *merge,
			    const char **error_r);

#endif
