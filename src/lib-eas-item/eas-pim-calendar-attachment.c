/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-object.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-draft-field.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar.h"
#include "eas-pim-calendar-private.h"

/* Attachments of events, since 16.0: ATTACH with the bytes in a part of the message, or in its value. Those that are only a link
   stay where they are: EAS has no word for them.

   MS-ASAIRS "Attachments" (2.2.2.8), "Add" (2.2.2.2), "Delete" (2.2.2.18) */

#define ATTACHMENT_METHOD_NORMAL 1
#define CALENDAR_MAX_ATTACHMENT_BYTES (20*1024*1024)

struct attachment {
	struct pim_property *property;
	/* NULL: the bytes are in the value */
	struct pim_part *part;
	const char *base64;
	char id[EAS_ID_LENGTH + 1];
};

static bool attachment_init(const struct pim_object *object,
			    struct pim_property *property,
			    struct attachment *attachment_r)
{
	const char *value = property->value, *data;

	i_zero(attachment_r);
	attachment_r->property = property;
	if (pim_param_has(property, "ENCODING", "BASE64")) {
		attachment_r->base64 = value;
	} else if (strncasecmp(value, "cid:", 4) == 0) {
		attachment_r->part = pim_object_find_part(object, value);
		if (attachment_r->part == NULL)
			return FALSE;
	} else if (strncasecmp(value, "data:", 5) == 0 &&
		   (data = strstr(value, ";base64,")) != NULL) {
		attachment_r->base64 = data + 8;
	} else {
		return FALSE;
	}
	eas_id_make(value, strlen(value), attachment_r->id);
	return TRUE;
}

static bool attachment_next(const struct pim_object *object,
			    struct pim_property *property,
			    struct attachment *attachment_r)
{
	while (property != NULL && !attachment_init(object, property, attachment_r))
		property = pim_property_find_next(property);
	return property != NULL;
}

static bool attachment_first(const struct pim_object *object,
			     const struct pim_component *component,
			     struct attachment *attachment_r)
{
	return attachment_next(object, pim_property_find(component, "ATTACH"), attachment_r);
}

static const char *attachment_get_name(const struct attachment *attachment)
{
	static const char *const params[] = { "X-LABEL", "FILENAME", "X-FILENAME" };
	const char *name = NULL;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(params) && name == NULL; i++)
		name = pim_param_get(attachment->property, params[i]);
	if (name == NULL && attachment->part != NULL)
		name = attachment->part->filename;
	return name == NULL || *name == '\0' ? "attachment.bin" : name;
}

static const char *attachment_get_type(const struct attachment *attachment)
{
	const char *type = pim_param_get(attachment->property, "FMTTYPE");

	if (type == NULL && attachment->part != NULL)
		type = attachment->part->content_type;
	return type == NULL || *type == '\0' ? "application/octet-stream" : type;
}

/* Without decoding it: that is what "estimated" is for. */
static size_t attachment_get_size(const struct attachment *attachment)
{
	const struct pim_part *part = attachment->part;

	if (part == NULL)
		return strlen(attachment->base64) / 4 * 3;
	if (part->raw == NULL)
		return part->size;
	return (part->raw_size - part->raw_body_offset) / 4 * 3;
}

static void attachment_write(struct eas_pim_context *ctx, struct wbxml_writer *writer,
			     const struct attachment *attachment, const char *client_id)
{
	wbxml_writer_start(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME,
			     attachment_get_name(attachment));
	wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE,
			     t_strdup_printf("%s:%s", ctx->item_id, attachment->id));
	if (client_id != NULL)
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_CLIENT_ID, client_id);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_METHOD, ATTACHMENT_METHOD_NORMAL);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_ESTIMATED_DATA_SIZE,
				  attachment_get_size(attachment));
	wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
}

static void attachments_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			      const struct pim_component *component,
			      struct wbxml_writer *writer)
{
	struct attachment attachment;
	bool found;

	if (ctx->item_id == NULL)
		return;
	wbxml_writer_start_optional(writer, row->tag);
	for (found = attachment_first(ctx->object, component, &attachment); found;
	     found = attachment_next(ctx->object,
				     pim_property_find_next(attachment.property),
				     &attachment))
		attachment_write(ctx, writer, &attachment, NULL);
	wbxml_writer_end(writer, row->tag);
}

/*
 * Reading
 */

static void attachment_get_data(const struct attachment *attachment, buffer_t *dest)
{
	if (attachment->part != NULL)
		pim_part_get_data(attachment->part, dest);
	else
		(void)base64_scheme_decode(&base64_scheme, 0, attachment->base64,
					   strlen(attachment->base64), dest);
}

static bool attachment_find(const struct pim_object *object, const char *id,
			    struct pim_component **component_r,
			    struct attachment *attachment_r)
{
	struct pim_component *component;
	bool found;

	for (component = pim_component_find(object->root, "VEVENT"); component != NULL;
	     component = pim_component_find_next(component)) {
		for (found = attachment_first(object, component, attachment_r); found;
		     found = attachment_next(object,
					     pim_property_find_next(attachment_r->property),
					     attachment_r)) {
			if (strcmp(attachment_r->id, id) == 0) {
				*component_r = component;
				return TRUE;
			}
		}
	}
	return FALSE;
}

bool eas_pim_calendar_get_attachment(const struct pim_object *object, const char *id,
				     buffer_t *dest, const char **content_type_r,
				     const char **name_r)
{
	struct pim_component *component;
	struct attachment attachment;

	if (!attachment_find(object, id, &component, &attachment))
		return FALSE;
	attachment_get_data(&attachment, dest);
	*content_type_r = attachment_get_type(&attachment);
	*name_r = attachment_get_name(&attachment);
	return TRUE;
}

/*
 * Changing
 */

/* Without Content there is nothing to add (quirk 84). */
static bool add_is_filled(const struct wbxml_node *add)
{
	return !eas_pim_node_is_empty(wbxml_node_child(add, EAS_TAG_AIRSYNCBASE_CONTENT));
}

static int content_read(struct eas_pim_context *ctx, const struct wbxml_node *content,
			buffer_t *dest)
{
	struct istream *input;
	const unsigned char *data;
	size_t size;

	if (content->stream == NULL) {
		if (content->opaque)
			buffer_append(dest, content->value, content->value_size);
		else if (base64_scheme_decode(&base64_scheme, 0, content->value,
					      content->value_size, dest) < 0)
			return eas_pim_refuse(ctx, content, "text, and not base64");
		return 0;
	}
	input = wbxml_node_get_stream(content);
	while (dest->used <= CALENDAR_MAX_ATTACHMENT_BYTES &&
	       i_stream_read_more(input, &data, &size) > 0) {
		buffer_append(dest, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
	if (dest->used > CALENDAR_MAX_ATTACHMENT_BYTES)
		return eas_pim_refuse(ctx, content, "too large");
	return 0;
}

static int attachment_add(struct eas_pim_context *ctx, struct pim_component *component,
			  const struct wbxml_node *add)
{
	const struct wbxml_node *content = wbxml_node_child(add, EAS_TAG_AIRSYNCBASE_CONTENT);
	const char *name = wbxml_node_child_value(add, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME);
	const char *type = eas_draft_content_type(
		wbxml_node_child_value(add, EAS_TAG_AIRSYNCBASE_CONTENT_TYPE));
	buffer_t *data = buffer_create_dynamic(default_pool, 4096);
	struct pim_property *property;
	struct pim_part *part;
	int ret;

	ret = content_read(ctx, content, data);
	if (ret == 0) {
		part = pim_object_add_part(ctx->object, name, type, data->data, data->used);
		property = pim_property_add(ctx->pool, component, "ATTACH",
					    t_strconcat("cid:", part->content_id, NULL));
		pim_param_set(ctx->pool, property, "FMTTYPE", type);
		if (name != NULL && *name != '\0')
			pim_param_set(ctx->pool, property, "X-LABEL", name);
	}
	buffer_free(&data);
	return ret;
}

/* A part goes when nobody names it any more: occurrences may share it. */
static bool part_is_used(const struct pim_object *object, const struct pim_part *part)
{
	struct pim_component *component = pim_component_find(object->root, "VEVENT");
	struct pim_property *property;

	for (; component != NULL; component = pim_component_find_next(component)) {
		property = pim_property_find(component, "ATTACH");
		for (; property != NULL; property = pim_property_find_next(property)) {
			if (pim_object_find_part(object, property->value) == part)
				return TRUE;
		}
	}
	return FALSE;
}

/* One that is not there is gone already. */
static void attachment_delete(struct eas_pim_context *ctx, struct pim_component *component,
			      const struct wbxml_node *node)
{
	const char *reference =
		wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE);
	const char *id = reference == NULL ? NULL : strrchr(reference, ':');
	struct attachment attachment;
	bool found;

	if (id == NULL)
		return;
	found = attachment_first(ctx->object, component, &attachment);
	while (found && strcmp(attachment.id, id + 1) != 0)
		found = attachment_next(ctx->object,
					pim_property_find_next(attachment.property),
					&attachment);
	if (!found)
		return;
	pim_property_remove(component, attachment.property);
	if (attachment.part != NULL && !part_is_used(ctx->object, attachment.part))
		pim_object_remove_part(ctx->object, attachment.part);
}

static int attachments_set(struct eas_pim_context *ctx,
			   const struct eas_pim_property *row ATTR_UNUSED,
			   struct pim_component *component, const struct wbxml_node *node)
{
	const struct wbxml_node *child;
	int ret = 0;

	if (node == NULL)
		return 0;
	wbxml_node_foreach(node, child) {
		if (child->tag == EAS_TAG_AIRSYNCBASE_DELETE)
			attachment_delete(ctx, component, child);
	}
	wbxml_node_foreach(node, child) {
		if (ret == 0 && child->tag == EAS_TAG_AIRSYNCBASE_ADD && add_is_filled(child))
			ret = attachment_add(ctx, component, child);
	}
	return ret;
}

const struct eas_pim_type calendar_type_attachments = {
	attachments_write, attachments_set, NULL
};

const char *const *
eas_pim_calendar_added_ids(pool_t pool, const struct wbxml_node *data)
{
	const struct wbxml_node *list =
		wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS), *child;
	ARRAY_TYPE(const_string) ids;
	const char *id;

	if (list == NULL)
		return NULL;
	p_array_init(&ids, pool, 4);
	wbxml_node_foreach(list, child) {
		if (child->tag != EAS_TAG_AIRSYNCBASE_ADD || !add_is_filled(child))
			continue;
		id = wbxml_node_child_value(child, EAS_TAG_AIRSYNCBASE_CLIENT_ID);
		if (id == NULL)
			id = "";
		array_push_back(&ids, &id);
	}
	if (array_count(&ids) == 0)
		return NULL;
	array_append_zero(&ids);
	return array_front(&ids);
}

static unsigned int attachments_count(const struct pim_object *object,
				      const struct pim_component *component)
{
	struct attachment attachment;
	unsigned int count = 0;
	bool found;

	for (found = attachment_first(object, component, &attachment); found; count++) {
		found = attachment_next(object, pim_property_find_next(attachment.property),
					&attachment);
	}
	return count;
}

static void attachments_write_added(struct eas_pim_context *ctx,
				    const struct pim_component *component,
				    struct wbxml_writer *writer,
				    const char *const *client_ids)
{
	unsigned int added = str_array_length(client_ids);
	unsigned int count = attachments_count(ctx->object, component), i = 0;
	struct attachment attachment;
	bool found;

	if (added > count)
		return;
	wbxml_writer_start_optional(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	for (found = attachment_first(ctx->object, component, &attachment); found; i++) {
		/* what was added is last */
		if (i >= count - added) {
			attachment_write(ctx, writer, &attachment,
					 client_ids[i - (count - added)]);
		}
		found = attachment_next(ctx->object,
					pim_property_find_next(attachment.property),
					&attachment);
	}
	wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
}

void eas_pim_calendar_write_added(struct eas_pim_context *ctx, struct wbxml_writer *writer,
				  const char *const *client_ids)
{
	const struct pim_component *component = pim_object_main(ctx->object);

	eas_pim_write_text(writer, EAS_TAG_CALENDAR_UID,
			   pim_component_get_text(component, "UID"));
	if (client_ids != NULL && ctx->item_id != NULL)
		attachments_write_added(ctx, component, writer, client_ids);
}
