/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Notes <-> VJOURNAL. MS-ASNOTE "Elements" (2.2.2) */

#include "lib.h"
#include "str.h"
#include "directpush-compat.h"
#include "wbxml-writer.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-row.h"

#define NOTE_CLASS "IPM.StickyNote"
/* what stands behind it, if it is more than that */
#define NOTE_CLASS_PROPERTY "X-EAS-MESSAGECLASS"
/* of a subject made of the first line */
#define NOTE_MAX_SUBJECT_BYTES 255

/*
 * MessageClass. MS-ASNOTE "MessageClass" (2.2.2.5)
 */

static void class_write(struct eas_pim_context *ctx ATTR_UNUSED,
			const struct eas_pim_property *row,
			const struct pim_component *component, struct wbxml_writer *writer)
{
	const char *class = pim_component_get_text(component, NOTE_CLASS_PROPERTY);

	wbxml_writer_element(writer, row->tag, class == NULL ? NOTE_CLASS : class);
}

static int class_set(struct eas_pim_context *ctx,
		     const struct eas_pim_property *row ATTR_UNUSED,
		     struct pim_component *component, const struct wbxml_node *node)
{
	const char *class = NULL;

	if (node != NULL) {
		class = node->value;
		if (!str_begins_with(class, NOTE_CLASS) ||
		    (class[strlen(NOTE_CLASS)] != '\0' && class[strlen(NOTE_CLASS)] != '.'))
			return eas_pim_refuse(ctx, node, "not one of a note");
		if (strcmp(class, NOTE_CLASS) == 0)
			class = NULL;
	}
	pim_component_set_text(ctx->pool, component, NOTE_CLASS_PROPERTY, class);
	return 0;
}

static const struct eas_pim_type type_class = { class_write, class_set, NULL };

/*
 * LastModifiedDate. What a device says is passed over: MS-ASNOTE "LastModifiedDate Element"
 * (3.2.5.3.1)
 */

static void modified_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	static const char *const names[] = { "LAST-MODIFIED", "DTSTAMP", "CREATED" };
	const char *value;
	struct pim_time time;
	time_t utc = ctx->now;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		value = pim_component_get(component, names[i]);
		if (value != NULL && pim_time_parse(value, NULL, &time)) {
			utc = pim_time_to_utc(&time, NULL);
			break;
		}
	}
	wbxml_writer_element(writer, row->tag, eas_date_format(utc));
}

static const struct eas_pim_type type_modified = { modified_write, NULL, NULL };

static const struct eas_pim_property note_rows[] = {
#define NOTE_ROW(tag, type, flags, name, idx) \
	{ EAS_TAG_##tag, EAS_VERSION_14_0, EAS_VERSION_ANY, flags, &type, name, idx },
	NOTE_ROW(NOTES_SUBJECT, eas_pim_type_text, EAS_PIM_KEEP, "SUMMARY", 0)
	NOTE_ROW(AIRSYNCBASE_BODY, eas_pim_type_body, EAS_PIM_KEEP, "DESCRIPTION", 0)
	NOTE_ROW(AIRSYNCBASE_NATIVE_BODY_TYPE, eas_pim_type_native_body, 0, "DESCRIPTION", 0)
	NOTE_ROW(NOTES_MESSAGE_CLASS, type_class, EAS_PIM_KEEP, NULL, 0)
	NOTE_ROW(NOTES_LAST_MODIFIED_DATE, type_modified, 0, NULL, 0)
	NOTE_ROW(NOTES_CATEGORIES, eas_pim_type_categories, 0, NULL, EAS_TAG_NOTES_CATEGORY)
#undef NOTE_ROW
};

/* Some devices know no subject: a new note gets its first line. */
static int note_finish(struct eas_pim_context *ctx, struct pim_component *component)
{
	const char *subject = pim_component_get_text(component, "SUMMARY");
	const char *text, *end;
	size_t size;

	if (!ctx->filling || (subject != NULL && *subject != '\0'))
		return 0;
	text = eas_pim_body_get_text(ctx, component, "DESCRIPTION");
	if (text == NULL)
		return 0;
	text += strspn(text, " \t\r\n");
	end = text + strcspn(text, "\r\n");
	size = I_MIN((size_t)(end - text), NOTE_MAX_SUBJECT_BYTES);
	/* not in the middle of a character */
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	if (size > 0) {
		pim_component_set_text(ctx->pool, component, "SUMMARY",
				       t_strndup(text, size));
	}
	return 0;
}

const struct eas_pim_class eas_pim_class_note = {
	.class = EAS_CLASS_NOTES,
	.rows = note_rows,
	.rows_count = N_ELEMENTS(note_rows),
	.finish = note_finish
};
