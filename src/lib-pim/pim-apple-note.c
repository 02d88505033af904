/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A note as Apple's programs keep it by IMAP: a message of text/html with its title as Subject. Not documented by Apple; seen in
   public examples. */

#include "lib.h"
#include "array.h"
#include "message-date.h"
#include "str.h"
#include "pim-object-private.h"
#include "pim-text.h"
#include "pim-time.h"
#include "pim-tree.h"

#define APPLE_UID_HEADER "X-Universally-Unique-Identifier"
#define APPLE_CREATED_HEADER "X-Mail-Created-Date"
/* ours: Apple has none */
#define APPLE_CATEGORIES_HEADER "X-EAS-Categories"

static const char *const headers_made[] = {
	"Content-*", "Date", "From", "Message-ID", "MIME-Version", "Subject", "To",
	"X-Uniform-Type-Identifier", APPLE_UID_HEADER, APPLE_CATEGORIES_HEADER,
	NULL
};

static const struct pim_mime_part *note_body(const struct pim_mime *mime)
{
	const struct pim_mime_part *part, *plain = NULL;

	array_foreach(&mime->parts, part) {
		if (!pim_mime_part_is_leaf(part))
			continue;
		if (strcmp(part->content_type, "text/html") == 0)
			return part;
		if (plain == NULL &&
		    strcmp(part->content_type, "text/plain") == 0)
			plain = part;
	}
	return plain;
}

static void set_date(struct pim_object *object, struct pim_component *note,
		     const char *property, const char *date)
{
	time_t time;
	int offset;

	if (date != NULL &&
	    message_date_parse((const void *)date, strlen(date), &time, &offset)) {
		pim_property_set(object->pool, note, property,
				 pim_object_stamp(time));
	}
}

static void set_body(struct pim_object *object, struct pim_component *note,
		     const struct pim_mime *mime,
		     const struct pim_mime_part *body)
{
	bool html = strcmp(body->content_type, "text/html") == 0;
	const char *name = html ? "X-ALT-DESC" : "DESCRIPTION";
	string_t *text = str_new(default_pool, 4096);
	struct pim_property *property;

	pim_mime_part_decode(mime, body, TRUE, text);
	while (str_len(text) > 0 &&
	       (str_c(text)[str_len(text) - 1] == '\n' ||
		str_c(text)[str_len(text) - 1] == '\r'))
		str_truncate(text, str_len(text) - 1);
	pim_component_set_text(object->pool, note, name, str_c(text));
	property = pim_property_find(note, name);
	if (html)
		pim_param_set(object->pool, property, "FMTTYPE", "text/html");
	str_free(&text);
}

static void set_categories(struct pim_object *object, struct pim_component *note,
			   const char *value)
{
	const char *const *names;

	if (value == NULL || *value == '\0')
		return;
	names = pim_value_texts(value);
	pim_property_add(object->pool, note, "CATEGORIES",
			 pim_value_join(names, ','));
}

int pim_apple_note_read(struct pim_object *object, const struct pim_mime *mime,
			const char **error_r)
{
	const struct pim_mime_part *body = note_body(mime);
	const char *uid = pim_mime_header(mime, APPLE_UID_HEADER);
	const char *title = pim_mime_header_text(mime, "Subject");
	struct pim_component *note;

	if (body == NULL) {
		*error_r = "A note has no text";
		return -1;
	}
	object->kind = PIM_KIND_NOTE;
	object->format = PIM_FORMAT_APPLE_NOTE;
	object->kept_headers = pim_mime_other_headers(mime, headers_made);
	object->root = pim_component_new(object->pool, "VCALENDAR");
	note = pim_component_new(object->pool, "VJOURNAL");
	pim_component_append(object->root, note);
	pim_component_set_text(object->pool, note, "UID", uid);
	set_date(object, note, "CREATED",
		 pim_mime_header(mime, APPLE_CREATED_HEADER));
	set_date(object, note, "LAST-MODIFIED", pim_mime_header(mime, "Date"));
	pim_component_set_text(object->pool, note, "SUMMARY", title);
	set_body(object, note, mime, body);
	set_categories(object, note,
		       pim_mime_header_text(mime, APPLE_CATEGORIES_HEADER));
	pim_object_keep_parts(object, mime, body);
	return 1;
}

static void append_html_of_text(string_t *dest, const char *text)
{
	const char *const *line = t_strsplit(text, "\n");

	str_append(dest, "<html><head></head><body>");
	for (; *line != NULL; line++) {
		str_append(dest, "<div>");
		for (const char *p = *line; *p != '\0'; p++) {
			switch (*p) {
			case '&':
				str_append(dest, "&amp;");
				break;
			case '<':
				str_append(dest, "&lt;");
				break;
			case '>':
				str_append(dest, "&gt;");
				break;
			default:
				str_append_c(dest, *p);
			}
		}
		str_append(dest, **line == '\0' ? "<br></div>" : "</div>");
	}
	str_append(dest, "</body></html>");
}

static void write_html(const struct pim_component *note, string_t *dest)
{
	const char *html = pim_component_get_text(note, "X-ALT-DESC");
	const char *text = pim_component_get_text(note, "DESCRIPTION");
	string_t *made = t_str_new(1024);

	if (html == NULL) {
		append_html_of_text(made, text == NULL ? "" : text);
		html = str_c(made);
	}
	str_append(dest, "Content-Type: text/html; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	pim_object_write_qp(dest, html, strlen(html));
}

static time_t note_date(const struct pim_component *note, time_t now)
{
	const char *stamp = pim_component_get(note, "LAST-MODIFIED");
	struct pim_time time;

	if (stamp == NULL || !pim_time_parse(stamp, NULL, &time))
		return now;
	return pim_time_to_utc(&time, NULL);
}

void pim_apple_note_write(const struct pim_object *object, const char *owner,
			  time_t now, string_t *dest)
{
	const struct pim_component *note = pim_object_main(object);
	const char *title = pim_component_get_text(note, "SUMMARY");
	const char *categories = pim_component_get(note, "CATEGORIES");
	const char *boundary;

	pim_object_write_head(object, owner, note_date(note, now), dest);
	str_append(dest, "X-Uniform-Type-Identifier: "APPLE_NOTE_TYPE"\r\n");
	if (object->uid != NULL)
		pim_object_write_text_field(dest, APPLE_UID_HEADER, object->uid);
	pim_object_write_text_field(dest, "Subject", title == NULL ? "" : title);
	if (categories != NULL) {
		pim_object_write_text_field(dest, APPLE_CATEGORIES_HEADER,
					    categories);
	}
	if (array_count(&object->parts) == 0) {
		write_html(note, dest);
		return;
	}
	boundary = pim_object_new_boundary();
	str_printfa(dest, "Content-Type: multipart/related;\r\n"
		    " type=\"text/html\"; boundary=\"%s\"\r\n\r\n--%s\r\n",
		    boundary, boundary);
	write_html(note, dest);
	str_append(dest, "\r\n");
	pim_object_write_parts(object, boundary, dest);
}
