/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The message around Kolab's XML. What is in it: pim-kolab.h */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "directpush-compat.h"
#include "pim-kolab.h"
#include "pim-object-private.h"

/* how far to look for a namespace in Kolab's XML: v2 has none */
#define KOLAB_NAMESPACE_BYTES 1024
#define KOLAB_VERSION "3.0"

static const char kolab_explanation[] =
	"This is a Kolab Groupware object. To view this object you will need a client\r\n"
	"that understands the Kolab Groupware format.\r\n";

static const struct {
	const char *name, *xml_type;
} kolab_kinds[] = {
	[PIM_KIND_EVENT] = { "event", "application/calendar+xml" },
	[PIM_KIND_CONTACT] = { "contact", "application/vcard+xml" },
	[PIM_KIND_TASK] = { "task", "application/calendar+xml" },
	[PIM_KIND_NOTE] = { "note", "application/vnd.kolab+xml" },
};

static bool is_xml(const char *content_type)
{
	size_t len = strlen(content_type);

	return str_begins_with(content_type, "application/") && len > 4 &&
		(strcmp(content_type + len - 4, "+xml") == 0 ||
		 strcmp(content_type + len - 4, "/xml") == 0);
}

const char *pim_object_kolab_type(const struct pim_mime *mime)
{
	const char *type = pim_mime_header(mime, "X-Kolab-Type");
	const struct pim_mime_part *part;

	if (type != NULL &&
	    strncasecmp(type, KOLAB_TYPE_PREFIX,
			strlen(KOLAB_TYPE_PREFIX)) == 0)
		return t_str_lcase(type);
	array_foreach(&mime->parts, part) {
		if (str_begins_with(part->content_type, KOLAB_TYPE_PREFIX))
			return part->content_type;
	}
	return NULL;
}

static enum pim_kind kolab_kind(const char *type)
{
	type += strlen(KOLAB_TYPE_PREFIX);
	for (unsigned int i = 0; i < N_ELEMENTS(kolab_kinds); i++) {
		if (strcmp(type, kolab_kinds[i].name) == 0)
			return i;
	}
	return PIM_KIND_OTHER;
}

static const struct pim_mime_part *
kolab_xml_part(const struct pim_mime *mime, const char *type)
{
	const struct pim_mime_part *part;

	array_foreach(&mime->parts, part) {
		if (pim_mime_part_is_leaf(part) &&
		    (strcmp(part->content_type, type) == 0 ||
		     is_xml(part->content_type)))
			return part;
	}
	return NULL;
}

static bool kolab_is_v3(const struct pim_mime *mime, const buffer_t *xml)
{
	const char *version = pim_mime_header(mime, "X-Kolab-Mime-Version");
	const char *start;

	if (version != NULL)
		return version[0] != '2' && version[0] != '1';
	start = t_strndup(xml->data, I_MIN(xml->used, KOLAB_NAMESPACE_BYTES));
	return strstr(start, "xmlns") != NULL;
}

int pim_object_kolab_read(struct pim_object *object, const struct pim_mime *mime,
			  const char *type, const char **error_r)
{
	const struct pim_mime_part *part;
	buffer_t *xml;
	int ret;

	object->kind = kolab_kind(type);
	if (object->kind == PIM_KIND_OTHER)
		return 1;
	part = kolab_xml_part(mime, type);
	if (part == NULL) {
		*error_r = "A Kolab object has no XML part";
		return -1;
	}
	xml = buffer_create_dynamic(default_pool, 8192);
	pim_mime_part_decode(mime, part, FALSE, xml);
	if (kolab_is_v3(mime, xml)) {
		ret = pim_kolab_decode(object->pool, object->kind, xml->data,
				       xml->used, &object->root, error_r);
	} else {
		object->format = PIM_FORMAT_KOLAB2;
		ret = pim_kolab2_decode(object->pool, object->kind, xml->data,
					xml->used, &object->root, error_r);
	}
	buffer_free(&xml);
	if (ret < 0)
		return -1;
	pim_object_keep_parts(object, mime, part);
	return 1;
}

int pim_object_kolab_write(const struct pim_object *object, const char *owner,
			   time_t now, string_t *dest, const char **error_r)
{
	const char *boundary = pim_object_new_boundary();
	string_t *xml = str_new(default_pool, 8192);

	if (pim_kolab_encode(xml, object->kind, object->root, error_r) < 0) {
		str_free(&xml);
		return -1;
	}
	pim_object_write_head(object, owner, now, dest);
	str_printfa(dest, "X-Kolab-Type: "KOLAB_TYPE_PREFIX"%s\r\n"
		    "X-Kolab-Mime-Version: "KOLAB_VERSION"\r\n",
		    kolab_kinds[object->kind].name);
	/* how other programs find the object */
	pim_object_write_text_field(dest, "Subject",
				    object->uid != NULL ? object->uid : "");
	str_printfa(dest, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n"
		    "--%s\r\nContent-Type: text/plain; charset=us-ascii\r\n"
		    "Content-Transfer-Encoding: 7bit\r\n\r\n%s\r\n"
		    "--%s\r\nContent-Type: %s; charset=UTF-8; name=kolab.xml\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n"
		    "Content-Disposition: attachment; filename=kolab.xml\r\n\r\n",
		    boundary, boundary, kolab_explanation, boundary,
		    kolab_kinds[object->kind].xml_type);
	pim_object_write_qp(dest, str_data(xml), str_len(xml));
	str_append(dest, "\r\n");
	pim_object_write_parts(object, boundary, dest);
	str_free(&xml);
	return 0;
}
