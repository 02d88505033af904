/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of a contact with a form of their own: structured ones, dates, the picture. */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "directpush-compat.h"
#include "wbxml-writer.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-contact-private.h"

/*
 * Fields: ORG and the like
 */

static void field_write(struct eas_pim_context *ctx ATTR_UNUSED,
			const struct eas_pim_property *row,
			const struct pim_component *card, struct wbxml_writer *writer)
{
	const char *value = pim_component_get(card, row->name);

	if (value != NULL)
		eas_pim_write_text(writer, row->tag, eas_pim_field_get(value, row->idx, ", "));
}

static int field_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *card, const struct wbxml_node *node)
{
	const char *value = pim_component_get(card, row->name);
	const char *text = node == NULL ? "" : eas_pim_node_text(ctx, node);

	value = eas_pim_field_put(value == NULL ? "" : value, row->idx, text, 1);
	pim_property_set(ctx->pool, card, row->name,
			 eas_pim_fields_are_empty(value) ? NULL : value);
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_field = { field_write, field_set, NULL };

/*
 * The first of a list: NICKNAME
 */

static void first_write(struct eas_pim_context *ctx ATTR_UNUSED,
			const struct eas_pim_property *row,
			const struct pim_component *card, struct wbxml_writer *writer)
{
	const char *value = pim_component_get(card, row->name);

	if (value != NULL)
		eas_pim_write_text(writer, row->tag, *pim_value_texts(value));
}

static int first_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *card, const struct wbxml_node *node)
{
	const char *value = pim_component_get(card, row->name);
	const char *const *entries = pim_value_split(value == NULL ? "" : value, ',');
	const char *rest, *text;

	while (*entries != NULL && **entries == '\0')
		entries++;
	rest = *entries == NULL || entries[1] == NULL ? NULL :
		t_strarray_join(entries + 1, ",");
	text = node == NULL ? NULL : pim_text_escape(eas_pim_node_text(ctx, node));
	if (text != NULL && rest != NULL)
		text = t_strconcat(text, ",", rest, NULL);
	pim_property_set(ctx->pool, card, row->name, text != NULL ? text : rest);
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_first = { first_write, first_set, NULL };

/*
 * Dates. A device sends midnight where it is, as UTC, or some hour of its own: the day is the one
 * nearest to that (quirk 102).
 */

/* the year of a birthday without one, as Apple writes it */
#define DATE_NO_YEAR 1604

static const char *const anniversary_names[] = {
	"ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY",
	"X-KADDRESSBOOK-X-Anniversary"
};

static struct pim_property *
date_find(const struct pim_component *card, const struct eas_pim_property *row)
{
	struct pim_property *property = pim_property_find(card, row->name);
	unsigned int i;

	if (property != NULL || strcmp(row->name, anniversary_names[0]) != 0)
		return property;
	for (i = 1; i < N_ELEMENTS(anniversary_names) && property == NULL; i++)
		property = pim_property_find(card, anniversary_names[i]);
	return property;
}

static bool digits_read(const char **text, unsigned int count, unsigned int *number_r)
{
	*number_r = 0;
	for (; count > 0; count--, (*text)++) {
		if (**text < '0' || **text > '9')
			return FALSE;
		*number_r = *number_r * 10 + (**text - '0');
	}
	return TRUE;
}

/* 19851231, 1985-12-31, --1231, --12-31; a time behind it means nothing. Returns the days since 1970. */
static bool date_read(const char *value, int64_t *days_r)
{
	unsigned int year = DATE_NO_YEAR, month, day;

	if (str_begins_with(value, "--"))
		value += 2;
	else if (!digits_read(&value, 4, &year))
		return FALSE;
	if (*value == '-')
		value++;
	if (!digits_read(&value, 2, &month))
		return FALSE;
	if (*value == '-')
		value++;
	if (!digits_read(&value, 2, &day) || month < 1 || month > 12 || day < 1 ||
	    day > pim_days_in_month(year, month) || year < PIM_MIN_YEAR)
		return FALSE;
	*days_r = pim_days_from_civil(year, month, day);
	return TRUE;
}

static void date_write(struct eas_pim_context *ctx ATTR_UNUSED,
		       const struct eas_pim_property *row,
		       const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *property = date_find(card, row);
	int64_t days;

	if (property != NULL && date_read(property->value, &days)) {
		wbxml_writer_element(writer, row->tag,
				     eas_date_format((time_t)days * PIM_DAY_SECS));
	}
}

static bool date_node_read(const struct wbxml_node *node, int64_t *days_r)
{
	time_t utc;

	if (eas_date_parse(node->value, &utc) < 0)
		return FALSE;
	*days_r = pim_days_of_wall((int64_t)utc + PIM_DAY_SECS / 2);
	return TRUE;
}

/* As the old one is written, else as the version of the vCard wants it. */
static const char *date_format(const struct pim_component *card, const char *old, int64_t days)
{
	unsigned int month, day;
	bool dashes = old != NULL ? strchr(old + strspn(old, "-"), '-') != NULL :
		!eas_pim_contact_is_v4(card);
	int year;

	pim_civil_from_days(days, &year, &month, &day);
	if (year == DATE_NO_YEAR && old != NULL && str_begins_with(old, "--"))
		return t_strdup_printf(dashes ? "--%02u-%02u" : "--%02u%02u", month, day);
	return t_strdup_printf(dashes ? "%04d-%02u-%02u" : "%04d%02u%02u", year, month, day);
}

static int date_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		    struct pim_component *card, const struct wbxml_node *node)
{
	struct pim_property *property = date_find(card, row);
	const char *name = row->name;
	int64_t days;

	if (node == NULL) {
		/* what cannot be shown was not removed by somebody who saw it */
		if (property != NULL && date_read(property->value, &days))
			eas_pim_contact_remove(card, property);
		return 0;
	}
	if (!date_node_read(node, &days))
		return eas_pim_refuse(ctx, node, "no date");
	if (property == NULL) {
		if (strcmp(name, anniversary_names[0]) == 0 && !eas_pim_contact_is_v4(card))
			name = anniversary_names[1];
		pim_property_set(ctx->pool, card, name, date_format(card, NULL, days));
	} else {
		property->value = p_strdup(ctx->pool,
					   date_format(card, property->value, days));
		/* of a text, or of a time */
		pim_param_set(ctx->pool, property, "VALUE", NULL);
	}
	return 0;
}

static bool date_same(struct eas_pim_context *ctx ATTR_UNUSED,
		      const struct eas_pim_property *row ATTR_UNUSED,
		      const struct pim_component *card ATTR_UNUSED,
		      const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	int64_t a, b;

	if (eas_pim_node_is_empty(shown) || eas_pim_node_is_empty(sent))
		return eas_pim_node_equal(shown, sent);
	return date_node_read(shown, &a) && date_node_read(sent, &b) && a == b;
}

const struct eas_pim_type eas_pim_type_contact_date = { date_write, date_set, date_same };

/*
 * Picture. MS-ASCNTC "Picture" (2.2.2.58): at most 48 kB of base64. A larger one is kept, and not
 * shown.
 */

#define PICTURE_MAX_BYTES (48*1024)

static const struct {
	/* first bytes, in base64 */
	const char *head, *subtype;
} picture_types[] = {
	{ "/9j/", "jpeg" },
	{ "iVBORw0KGgo", "png" },
	{ "R0lGOD", "gif" },
	{ "UklGR", "webp" },
};

static const char *picture_subtype(const char *base64)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(picture_types); i++) {
		if (str_begins_with(base64, picture_types[i].head))
			return picture_types[i].subtype;
	}
	return "jpeg";
}

static bool head_is_base64(const char *begin, const char *end)
{
	return end - begin > 7 && strncasecmp(end - 7, ";base64", 7) == 0;
}

/* The base64 of a PHOTO that holds its bytes, else NULL. */
static const char *picture_get(const struct pim_property *photo)
{
	const char *data, *encoding = pim_param_get(photo, "ENCODING");

	if (strncasecmp(photo->value, "data:", 5) == 0) {
		data = strchr(photo->value, ',');
		return data == NULL || !head_is_base64(photo->value, data) ?
			NULL : data + 1;
	}
	if (encoding == NULL ||
	    (strcasecmp(encoding, "b") != 0 && strcasecmp(encoding, "base64") != 0))
		return NULL;
	return photo->value;
}

static struct pim_property *picture_find(const struct pim_component *card)
{
	struct pim_property *photo = pim_property_find(card, "PHOTO");
	const char *data;

	for (; photo != NULL; photo = pim_property_find_next(photo)) {
		data = picture_get(photo);
		if (data != NULL && *data != '\0' && strlen(data) <= PICTURE_MAX_BYTES)
			return photo;
	}
	return NULL;
}

static void picture_write(struct eas_pim_context *ctx ATTR_UNUSED,
			  const struct eas_pim_property *row,
			  const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *photo = picture_find(card);

	if (photo != NULL)
		eas_pim_write_text(writer, row->tag, picture_get(photo));
}

static const char *base64_squeeze(const char *text)
{
	return t_strarray_join(t_strsplit_spaces(text, " \t\r\n"), "");
}

static int picture_set(struct eas_pim_context *ctx,
		       const struct eas_pim_property *row ATTR_UNUSED,
		       struct pim_component *card, const struct wbxml_node *node)
{
	struct pim_property *photo = picture_find(card);
	const char *data, *subtype;

	if (node == NULL) {
		if (photo != NULL && (ctx->quirks & EAS_QUIRK_EMPTY_PICTURE) == 0)
			eas_pim_contact_remove(card, photo);
		return 0;
	}
	data = base64_squeeze(eas_pim_node_text(ctx, node));
	if (strlen(data) > PICTURE_MAX_BYTES)
		return eas_pim_refuse(ctx, node, "longer than 48 kB");
	if (t_base64_decode_str(data)->used == 0)
		return eas_pim_refuse(ctx, node, "no base64");
	if (photo != NULL)
		eas_pim_contact_remove(card, photo);
	subtype = picture_subtype(data);
	if (eas_pim_contact_is_v4(card)) {
		pim_property_add(ctx->pool, card, "PHOTO",
				 t_strdup_printf("data:image/%s;base64,%s", subtype, data));
		return 0;
	}
	photo = pim_property_add(ctx->pool, card, "PHOTO", data);
	pim_param_add(ctx->pool, photo, "ENCODING", "b");
	pim_param_add(ctx->pool, photo, "TYPE", t_str_ucase(subtype));
	return 0;
}

static bool picture_same(struct eas_pim_context *ctx,
			 const struct eas_pim_property *row ATTR_UNUSED,
			 const struct pim_component *card ATTR_UNUSED,
			 const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	if (eas_pim_node_is_empty(shown) || eas_pim_node_is_empty(sent))
		return eas_pim_node_equal(shown, sent);
	return strcmp(base64_squeeze(shown->value),
		      base64_squeeze(eas_pim_node_text(ctx, sent))) == 0;
}

const struct eas_pim_type eas_pim_type_contact_picture = {
	picture_write, picture_set, picture_same
};
