/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "pim-card21.h"
#include "pim-object-private.h"
#include "pim-text.h"
#include "pim-tree.h"

/* Made anew at each rewrite; everything else a client wrote is kept. */
static const char *const headers_made[] = {
	"Content-*", "Date", "From", "Message-ID", "MIME-Version", "Subject", "To",
	"User-Agent", "X-Kolab-Mime-Version", "X-Kolab-Type",
	NULL
};

static const struct {
	const char *component;
	enum pim_kind kind;
} raw_kinds[] = {
	{ "VEVENT", PIM_KIND_EVENT },
	{ "VTODO", PIM_KIND_TASK },
	{ "VJOURNAL", PIM_KIND_NOTE },
};

void pim_object_keep_parts(struct pim_object *object,
			   const struct pim_mime *mime,
			   const struct pim_mime_part *body)
{
	const struct pim_mime_part *mime_part;

	array_foreach(&mime->parts, mime_part) {
		struct pim_part *part;

		if (mime_part == body || !pim_mime_part_is_leaf(mime_part) ||
		    (mime_part->content_id == NULL &&
		     mime_part->filename == NULL) ||
		    array_count(&object->parts) == PIM_OBJECT_MAX_PARTS)
			continue;
		part = array_append_space(&object->parts);
		part->content_id = mime_part->content_id;
		part->filename = mime_part->filename;
		part->content_type = mime_part->content_type;
		part->raw = pim_mime_part_raw(mime, mime_part, &part->raw_size,
					      &part->raw_body_offset);
	}
}

static bool is_raw_type(const char *content_type)
{
	return strcmp(content_type, "text/calendar") == 0 ||
		strcmp(content_type, "text/vcard") == 0 ||
		strcmp(content_type, "text/x-vcard") == 0 ||
		strcmp(content_type, "text/x-vcalendar") == 0 ||
		strcmp(content_type, "text/directory") == 0;
}

static enum pim_kind
raw_kind(const struct pim_component *root, enum pim_kind expected)
{
	if (pim_component_is(root, "VCARD")) {
		const char *kind = pim_component_get(root, "KIND");

		if (kind == NULL)
			kind = pim_component_get(root,
						 "X-ADDRESSBOOKSERVER-KIND");
		return kind != NULL && strcasecmp(kind, "group") == 0 ?
			PIM_KIND_OTHER : PIM_KIND_CONTACT;
	}
	for (unsigned int i = 0; i < N_ELEMENTS(raw_kinds); i++) {
		if (pim_component_find(root, raw_kinds[i].component) != NULL) {
			return raw_kinds[i].kind == PIM_KIND_NOTE &&
				expected != PIM_KIND_NOTE ? PIM_KIND_OTHER :
				raw_kinds[i].kind;
		}
	}
	return PIM_KIND_OTHER;
}

static int
raw_read(struct pim_object *object, const struct pim_mime *mime,
	 enum pim_kind expected, const char **error_r)
{
	const struct pim_mime_part *part, *body = NULL;
	buffer_t *text;
	int ret;

	array_foreach(&mime->parts, part) {
		if (pim_mime_part_is_leaf(part) && is_raw_type(part->content_type)) {
			body = part;
			break;
		}
	}
	if (body == NULL) {
		*error_r = "A mail";
		return 0;
	}
	text = buffer_create_dynamic(default_pool, 4096);
	pim_mime_part_decode(mime, body, TRUE, text);
	ret = pim_tree_parse(object->pool, text->data, text->used,
			     &object->root, error_r);
	buffer_free(&text);
	if (ret < 0)
		return -1;
	if (pim_property_find(object->root, "METHOD") != NULL) {
		*error_r = "A mail about a meeting";
		return 0;
	}
	if (object->root->next != NULL) {
		*error_r = "There are several objects in one message";
		return -1;
	}
	object->format = PIM_FORMAT_RAW;
	object->kind = raw_kind(object->root, expected);
	if (object->kind == PIM_KIND_CONTACT)
		pim_card21_decode(object->pool, object->root);
	pim_object_keep_parts(object, mime, body);
	return 1;
}

static int
object_read(struct pim_object *object, const struct pim_mime *mime,
	    enum pim_kind expected, const char **error_r)
{
	const char *type = pim_mime_header(mime, "X-Uniform-Type-Identifier");

	if (type != NULL && strcasecmp(type, APPLE_NOTE_TYPE) == 0)
		return pim_apple_note_read(object, mime, error_r);
	object->kept_headers = pim_mime_other_headers(mime, headers_made);
	type = pim_object_kolab_type(mime);
	if (type != NULL)
		return pim_object_kolab_read(object, mime, type, error_r);
	return raw_read(object, mime, expected, error_r);
}

int pim_object_read(pool_t pool, struct istream *message, enum pim_kind expected,
		    struct pim_object **object_r, const char **error_r)
{
	struct pim_object *object = p_new(pool, struct pim_object, 1);
	struct pim_component *main;
	struct pim_mime *mime;
	int ret;

	object->pool = pool;
	object->kept_headers = "";
	p_array_init(&object->parts, pool, 1);
	if (pim_mime_read(pool, message, PIM_OBJECT_MAX_BYTES, &mime,
			  error_r) < 0)
		return -1;
	ret = object_read(object, mime, expected, error_r);
	if (ret <= 0)
		return ret;
	if (object->kind != PIM_KIND_OTHER) {
		main = pim_object_main(object);
		if (main == NULL) {
			*error_r = "The object is empty";
			return -1;
		}
		object->uid = p_strdup_empty(pool,
			pim_component_get_text(main, "UID"));
	}
	*object_r = object;
	return 1;
}
