/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "guid.h"
#include "message-date.h"
#include "message-header-encode.h"
#include "qp-encoder.h"
#include "str.h"
#include "pim-object-private.h"
#include "pim-text.h"
#include "pim-tree.h"

#include <ctype.h>

#define MIME_LINE_BYTES 76
static const struct {
	/* of the text, and where its title stands */
	const char *type, *title;
} raw_words[] = {
	[PIM_KIND_EVENT] = { "text/calendar; charset=utf-8; component=VEVENT", "SUMMARY" },
	[PIM_KIND_CONTACT] = { "text/vcard; charset=utf-8", "FN" },
	[PIM_KIND_TASK] = { "text/calendar; charset=utf-8; component=VTODO", "SUMMARY" },
	[PIM_KIND_NOTE] = { "text/calendar; charset=utf-8; component=VJOURNAL", "SUMMARY" },
};

void pim_object_write_text_field(string_t *dest, const char *name,
				 const char *text)
{
	string_t *line = t_str_new(128), *encoded = t_str_new(256);

	/* a title may have line ends; a field may not */
	for (; *text != '\0'; text++)
		str_append_c(line, (unsigned char)*text < 0x20 ? ' ' : *text);
	message_header_encode(str_c(line), encoded);
	str_printfa(dest, "%s: ", name);
	for (const char *p = str_c(encoded); *p != '\0'; p++) {
		if (*p == '\n')
			str_append_c(dest, '\r');
		if (*p != '\r')
			str_append_c(dest, *p);
	}
	str_append(dest, "\r\n");
}

void pim_object_write_head(const struct pim_object *object, const char *owner,
			   time_t date, string_t *dest)
{
	str_append(dest, "MIME-Version: 1.0\r\n");
	if (owner != NULL)
		str_printfa(dest, "From: %s\r\nTo: %s\r\n", owner, owner);
	str_printfa(dest, "Date: %s\r\n", message_date_create(date));
	str_append(dest, object->kept_headers);
}

const char *pim_object_new_boundary(void)
{
	guid_128_t guid;

	guid_128_generate(guid);
	/* "=_" is in no quoted-printable text */
	return t_strdup_printf("=_%s", guid_128_to_string(guid));
}

void pim_object_write_qp(string_t *dest, const void *data, size_t size)
{
	struct qp_encoder *qp = qp_encoder_init(dest, MIME_LINE_BYTES, 0);

	qp_encoder_more(qp, data, size);
	qp_encoder_finish(qp);
	qp_encoder_deinit(&qp);
	str_append(dest, "\r\n");
}

static void append_crlf(string_t *dest, const unsigned char *data, size_t size)
{
	const unsigned char *end = data + size;

	while (data != end) {
		const unsigned char *lf = memchr(data, '\n', end - data);

		if (lf == NULL) {
			str_append_data(dest, data, end - data);
			break;
		}
		str_append_data(dest, data, lf - data);
		if (str_len(dest) == 0 || str_data(dest)[str_len(dest) - 1] != '\r')
			str_append_c(dest, '\r');
		str_append_c(dest, '\n');
		data = lf + 1;
	}
}

static void write_new_part(const struct pim_part *part, string_t *dest)
{
	str_printfa(dest, "Content-Type: %s\r\n"
		    "Content-Transfer-Encoding: base64\r\n",
		    part->content_type);
	if (part->content_id != NULL)
		str_printfa(dest, "Content-ID: <%s>\r\n", part->content_id);
	str_append(dest, "Content-Disposition: attachment");
	if (part->filename != NULL) {
		str_append(dest, ";\r\n filename*=utf-8''");
		for (const char *p = part->filename; *p != '\0'; p++) {
			if (i_isalnum(*p) || *p == '.' || *p == '-' || *p == '_')
				str_append_c(dest, *p);
			else
				str_printfa(dest, "%%%02X", (unsigned char)*p);
		}
	}
	str_append(dest, "\r\n\r\n");
	base64_scheme_encode(&base64_scheme, BASE64_ENCODE_FLAG_CRLF,
			     MIME_LINE_BYTES, part->data, part->size, dest);
}

void pim_object_write_parts(const struct pim_object *object,
			    const char *boundary, string_t *dest)
{
	const struct pim_part *part;

	array_foreach(&object->parts, part) {
		str_printfa(dest, "--%s\r\n", boundary);
		if (part->raw != NULL)
			append_crlf(dest, part->raw, part->raw_size);
		else
			write_new_part(part, dest);
		str_append(dest, "\r\n");
	}
	str_printfa(dest, "--%s--\r\n", boundary);
}

static void
raw_write(const struct pim_object *object, const char *owner, time_t now,
	  string_t *dest)
{
	const char *boundary = array_count(&object->parts) == 0 ? NULL :
		pim_object_new_boundary();
	const char *title = pim_component_get_text(pim_object_main(object),
		raw_words[object->kind].title);

	pim_object_write_head(object, owner, now, dest);
	pim_object_write_text_field(dest, "Subject", title == NULL ? "" : title);
	if (boundary != NULL) {
		str_printfa(dest, "Content-Type: multipart/mixed;\r\n"
			    " boundary=\"%s\"\r\n\r\n--%s\r\n",
			    boundary, boundary);
	}
	/* lines are folded: 8bit is enough */
	str_printfa(dest, "Content-Type: %s\r\n"
		    "Content-Transfer-Encoding: 8bit\r\n\r\n",
		    raw_words[object->kind].type);
	pim_tree_write(dest, object->root);
	if (boundary != NULL) {
		str_append(dest, "\r\n");
		pim_object_write_parts(object, boundary, dest);
	}
}

int pim_object_write(const struct pim_object *object, const char *owner,
		     time_t now, buffer_t *dest, const char **error_r)
{
	size_t start = dest->used;
	int ret = 0;

	i_assert(object->kind != PIM_KIND_OTHER);
	switch (object->format) {
	case PIM_FORMAT_RAW:
		T_BEGIN {
			raw_write(object, owner, now, dest);
		} T_END;
		break;
	case PIM_FORMAT_APPLE_NOTE:
		T_BEGIN {
			pim_apple_note_write(object, owner, now, dest);
		} T_END;
		break;
	case PIM_FORMAT_KOLAB3:
		ret = pim_object_kolab_write(object, owner, now, dest, error_r);
		break;
	case PIM_FORMAT_KOLAB2:
		*error_r = "Objects of this form are not written";
		return -1;
	}
	if (ret < 0)
		buffer_set_used_size(dest, start);
	return ret;
}
