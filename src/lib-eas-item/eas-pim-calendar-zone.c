/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "hex-binary.h"
#include "sha2.h"
#include "str.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "pim-vtimezone.h"
#include "pim-zone.h"
#include "pim-zone-blob.h"
#include "eas-tag.h"
#include "eas-pim-calendar-private.h"

/* Timezone: a zone as 172 bytes in base64. MS-ASDTYPE "TimeZone" (2.7.4) */

/* Of a zone that only a device knows: its name, and in its VTIMEZONE what the device called it. docs/decisions/193 */
#define ZONE_NAME_PREFIX "X-EAS-"
#define ZONE_NAME_BYTES 8
#define ZONE_PROPERTY "X-EAS-TIMEZONE"

static const char *blob_format(const struct pim_zone_blob *blob)
{
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	string_t *text = t_str_new(MAX_BASE64_ENCODED_SIZE(PIM_ZONE_BLOB_SIZE) + 1);

	pim_zone_blob_write(bytes, blob);
	base64_encode(bytes->data, bytes->used, text);
	return str_c(text);
}

const char *calendar_zone_format(const struct pim_zone *zone, int year)
{
	struct pim_zone_blob blob;

	pim_zone_blob_from_zone(zone, year, &blob);
	return blob_format(&blob);
}

static bool zone_parse(struct eas_pim_context *ctx, const char *text,
		       struct pim_zone_blob *blob_r)
{
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE * 2);
	const char *error;

	return base64_scheme_decode(&base64_scheme, 0, text, strlen(text), bytes) >= 0 &&
		pim_zone_blob_parse(ctx->pool, bytes->data, bytes->used, blob_r, &error);
}

bool calendar_zone_is(struct eas_pim_context *ctx, const char *text,
		      const struct pim_zone *zone, int year)
{
	struct pim_zone_blob blob;

	return zone_parse(ctx, text, &blob) && pim_zone_blob_is_zone(&blob, zone, year);
}

/* Rules that no zone has: at a fixed distance from UTC there are names for them, else it is a zone of its own, named by
   what it is. */
static const struct pim_zone *zone_make(struct eas_pim_context *ctx, const struct pim_zone_blob *blob)
{
	int minutes = blob->bias + blob->standard_bias;
	unsigned char digest[SHA256_RESULTLEN];
	const struct pim_zone *zone = NULL;
	const char *text;

	if (blob->standard.month == 0 && minutes % 60 == 0) {
		/* signs as in POSIX: west of Greenwich is plus */
		zone = pim_zone_find(t_strdup_printf("Etc/GMT%+d", minutes / 60));
	}
	if (zone != NULL)
		return zone;
	text = blob_format(blob);
	sha256_get_digest(text, strlen(text), digest);
	return pim_zone_blob_to_zone(ctx->pool, t_strconcat(ZONE_NAME_PREFIX,
		binary_to_hex(digest, ZONE_NAME_BYTES), NULL), blob);
}

const char *calendar_zone_kept(struct eas_pim_context *ctx, const struct pim_component *component,
			       const struct pim_zone *zone)
{
	const struct pim_component *vtimezone = zone == NULL ? NULL :
		pim_vtimezone_get(component, pim_zone_get_name(zone));
	const char *text = vtimezone == NULL ? NULL :
		pim_component_get(vtimezone, ZONE_PROPERTY);
	struct pim_zone_blob blob;

	return text != NULL && zone_parse(ctx, text, &blob) ? text : NULL;
}

void calendar_zone_add(struct eas_pim_context *ctx, const struct pim_component *component,
		       const struct pim_time *time, const char *text)
{
	struct pim_component *vtimezone;
	struct pim_zone_blob blob;
	bool known;

	if (time->is_date || time->zone == NULL)
		return;
	known = pim_zone_find(pim_zone_get_name(time->zone)) == time->zone;
	/* those that read Kolab's form know zones by their names */
	if (known && ctx->object->format != PIM_FORMAT_RAW)
		return;
	vtimezone = pim_vtimezone_add(ctx->pool, component, time->zone, pim_year_of_wall(time->wall));
	if (vtimezone != NULL && !known && text != NULL && zone_parse(ctx, text, &blob))
		pim_property_add(ctx->pool, vtimezone, ZONE_PROPERTY, blob_format(&blob));
}

const struct pim_zone *
calendar_zone_parse(struct eas_pim_context *ctx, const char *text, int64_t utc,
		    const struct pim_zone *current)
{
	struct pim_zone_hints hints = {
		.current = current,
		.likely = &ctx->user_zone,
		.likely_count = ctx->user_zone == NULL ? 0 : 1,
		.year = pim_year_of_wall(utc),
		.this_year = pim_year_of_wall(ctx->now)
	};
	const struct pim_zone *zone;
	struct pim_zone_blob blob;

	if (!zone_parse(ctx, text, &blob))
		return NULL;
	if (current == NULL && pim_zone_blob_is_zone(&blob, pim_zone_utc(), hints.year) &&
	    blob.standard_name[0] == '\0') {
		/* all zeros: not somebody in London or Accra, but somebody who means UTC */
		return pim_zone_utc();
	}
	zone = pim_zone_blob_find(&blob, &hints);
	return zone != NULL ? zone : zone_make(ctx, &blob);
}

const struct pim_zone *calendar_data_zone(struct eas_pim_context *ctx,
					  const struct wbxml_node *data)
{
	const char *text = data == NULL ? NULL :
		wbxml_node_child_value(data, EAS_TAG_CALENDAR_TIMEZONE);

	return text == NULL || *text == '\0' ? NULL :
		calendar_zone_parse(ctx, text, ctx->now, NULL);
}
