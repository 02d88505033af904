/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "guid.h"
#include "message-decoder.h"
#include "message-header-parser.h"
#include "istream.h"
#include "str.h"
#include "pim-object-private.h"
#include "pim-text.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-zone.h"

#include <ctype.h>

#define PIM_PRODID "-//Direct Push for Dovecot//EN"

static const char *const main_components[] = {
	[PIM_KIND_EVENT] = "VEVENT",
	[PIM_KIND_TASK] = "VTODO",
	[PIM_KIND_NOTE] = "VJOURNAL",
};

static const char *new_uid(void)
{
	guid_128_t guid;

	guid_128_generate(guid);
	return guid_128_to_uuid_string(guid, FORMAT_RECORD);
}

struct pim_object *pim_object_new(pool_t pool, enum pim_kind kind,
				  enum pim_format format, const char *uid)
{
	struct pim_object *object = p_new(pool, struct pim_object, 1);
	struct pim_component *component;

	i_assert(kind != PIM_KIND_OTHER && format != PIM_FORMAT_KOLAB2);
	object->pool = pool;
	object->kind = kind;
	object->format = format;
	object->uid = p_strdup(pool, uid != NULL ? uid : new_uid());
	object->kept_headers = "";
	p_array_init(&object->parts, pool, 1);
	if (kind == PIM_KIND_CONTACT) {
		object->root = component = pim_component_new(pool, "VCARD");
		pim_property_add(pool, component, "VERSION",
				 format == PIM_FORMAT_KOLAB3 ? "4.0" : "3.0");
		pim_property_add(pool, component, "PRODID", PIM_PRODID);
	} else {
		object->root = pim_component_new(pool, "VCALENDAR");
		pim_property_add(pool, object->root, "VERSION", "2.0");
		pim_property_add(pool, object->root, "PRODID", PIM_PRODID);
		component = pim_component_new(pool, main_components[kind]);
		pim_component_append(object->root, component);
	}
	pim_component_set_text(pool, component, "UID", object->uid);
	return object;
}

struct pim_component *pim_object_main(const struct pim_object *object)
{
	struct pim_component *component, *first;

	if (object->kind == PIM_KIND_OTHER || object->root == NULL)
		return NULL;
	if (object->kind == PIM_KIND_CONTACT)
		return object->root;
	first = component = pim_component_find(object->root,
					       main_components[object->kind]);
	for (; component != NULL;
	     component = pim_component_find_next(component)) {
		if (pim_property_find(component, "RECURRENCE-ID") == NULL)
			return component;
	}
	return first;
}

const char *pim_object_stamp(time_t now)
{
	const struct pim_time time = { .wall = now, .zone = pim_zone_utc() };

	return pim_time_format(&time);
}

void pim_object_touch(struct pim_object *object, time_t now)
{
	struct pim_component *component;
	const char *stamp = pim_object_stamp(now);

	if (object->kind == PIM_KIND_CONTACT) {
		pim_property_set(object->pool, object->root, "REV", stamp);
		return;
	}
	component = pim_component_find(object->root,
				       main_components[object->kind]);
	for (; component != NULL;
	     component = pim_component_find_next(component)) {
		if (pim_property_find(component, "CREATED") == NULL)
			pim_property_set(object->pool, component, "CREATED", stamp);
		pim_property_set(object->pool, component, "DTSTAMP", stamp);
		pim_property_set(object->pool, component, "LAST-MODIFIED", stamp);
	}
}

struct pim_part *pim_object_find_part(const struct pim_object *object,
				      const char *uri)
{
	struct pim_part *part;

	if (strncasecmp(uri, "cid:", 4) != 0)
		return NULL;
	array_foreach_modifiable(&object->parts, part) {
		if (null_strcmp(part->content_id, uri + 4) == 0)
			return part;
	}
	return NULL;
}

static enum message_cte part_cte(const struct pim_part *part)
{
	struct istream *input =
		i_stream_create_from_data(part->raw, part->raw_body_offset);
	struct message_header_parser_ctx *parser =
		message_parse_header_init(input, NULL,
			MESSAGE_HEADER_PARSER_FLAG_SKIP_INITIAL_LWSP);
	struct message_header_line *hdr;
	enum message_cte cte = MESSAGE_CTE_78BIT;

	while (message_parse_header_next(parser, &hdr) > 0) {
		if (strcasecmp(hdr->name, "Content-Transfer-Encoding") != 0)
			continue;
		if (hdr->continues)
			hdr->use_full_value = TRUE;
		else
			cte = message_decoder_parse_cte(hdr);
	}
	message_parse_header_deinit(&parser);
	i_stream_unref(&input);
	return cte;
}

void pim_part_get_data(const struct pim_part *part, buffer_t *dest)
{
	if (part->raw == NULL) {
		buffer_append(dest, part->data, part->size);
		return;
	}
	pim_mime_decode(part_cte(part), part->raw + part->raw_body_offset,
			part->raw_size - part->raw_body_offset, dest);
}

static const char *safe_content_type(const char *type)
{
	for (const char *p = type; *p != '\0'; p++) {
		if (!i_isalnum(*p) && strchr("/.+-_", *p) == NULL)
			return "application/octet-stream";
	}
	return strchr(type, '/') == NULL ? "application/octet-stream" :
		t_str_lcase(type);
}

struct pim_part *pim_object_add_part(struct pim_object *object,
				     const char *filename,
				     const char *content_type,
				     const void *data, size_t size)
{
	struct pim_part *part = array_append_space(&object->parts);

	part->content_id = p_strdup_printf(object->pool, "%s@directpush",
					   new_uid());
	part->filename = p_strdup(object->pool, filename);
	part->content_type = p_strdup(object->pool,
				      safe_content_type(content_type));
	part->data = p_memdup(object->pool, data, size);
	part->size = size;
	return part;
}

void pim_object_remove_part(struct pim_object *object, struct pim_part *part)
{
	array_delete(&object->parts,
		     array_foreach_idx(&object->parts, part), 1);
}
