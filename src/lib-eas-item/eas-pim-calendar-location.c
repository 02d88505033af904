/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* The place is LOCATION, which everybody knows. What 16.x says besides are parameters of X-EAS-LOCATION, whose value
   is the LOCATION they were said of: they count while it is that. Coordinates are in GEO too.

   MS-ASAIRS "Location" (2.2.2.27) */

#define LOCATION_PROPERTY "X-EAS-LOCATION"
#define APPLE_LOCATION_PROPERTY "X-APPLE-STRUCTURED-LOCATION"

static const struct {
	wbxml_tag_t tag;
	const char *param;
} location_fields[] = {
	{ EAS_TAG_AIRSYNCBASE_ANNOTATION, "ANNOTATION" },
	{ EAS_TAG_AIRSYNCBASE_STREET, "STREET" },
	{ EAS_TAG_AIRSYNCBASE_CITY, "CITY" },
	{ EAS_TAG_AIRSYNCBASE_STATE, "STATE" },
	{ EAS_TAG_AIRSYNCBASE_COUNTRY, "COUNTRY" },
	{ EAS_TAG_AIRSYNCBASE_POSTAL_CODE, "POSTALCODE" },
	{ EAS_TAG_AIRSYNCBASE_LATITUDE, "LATITUDE" },
	{ EAS_TAG_AIRSYNCBASE_LONGITUDE, "LONGITUDE" },
	{ EAS_TAG_AIRSYNCBASE_ACCURACY, "ACCURACY" },
	{ EAS_TAG_AIRSYNCBASE_ALTITUDE, "ALTITUDE" },
	{ EAS_TAG_AIRSYNCBASE_ALTITUDE_ACCURACY, "ALTITUDEACCURACY" },
	{ EAS_TAG_AIRSYNCBASE_LOCATION_URI, "LOCATIONURI" }
};

/* The coordinates that others have written. */
static bool location_get_coordinates(const struct pim_component *component,
				     const char **latitude_r, const char **longitude_r)
{
	const char *value = pim_component_get(component, "GEO"), *separator = ";";
	const char *const *fields;

	if (value == NULL) {
		value = pim_component_get(component, APPLE_LOCATION_PROPERTY);
		if (value == NULL || strncasecmp(value, "geo:", 4) != 0)
			return FALSE;
		value = t_strcut(value + 4, ';');
		separator = ",";
	}
	fields = t_strsplit(value, separator);
	if (fields[0] == NULL || fields[1] == NULL)
		return FALSE;
	*latitude_r = fields[0];
	*longitude_r = fields[1];
	return TRUE;
}

/* The property with what only 16.x knows, if it is about the place as it is now. */
static const struct pim_property *
location_get_details(const struct pim_component *component)
{
	const struct pim_property *details = pim_property_find(component, LOCATION_PROPERTY);
	const char *location = pim_component_get(component, "LOCATION");

	if (details == NULL || strcmp(details->value, location == NULL ? "" : location) != 0)
		return NULL;
	return details;
}

static void location_write(struct eas_pim_context *ctx ATTR_UNUSED,
			   const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	const struct pim_property *details = location_get_details(component);
	const char *latitude, *longitude;
	bool coordinates = location_get_coordinates(component, &latitude, &longitude);
	const char *value;
	unsigned int i;

	wbxml_writer_start_optional(writer, row->tag);
	eas_pim_write_text(writer, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME,
			   pim_component_get_text(component, "LOCATION"));
	for (i = 0; i < N_ELEMENTS(location_fields); i++) {
		value = details == NULL ? NULL :
			pim_param_get(details, location_fields[i].param);
		if (location_fields[i].tag == EAS_TAG_AIRSYNCBASE_LATITUDE && coordinates)
			value = latitude;
		if (location_fields[i].tag == EAS_TAG_AIRSYNCBASE_LONGITUDE && coordinates)
			value = longitude;
		eas_pim_write_text(writer, location_fields[i].tag, value);
	}
	wbxml_writer_end(writer, row->tag);
}

/* Another place: what was said of the old one is not true any more. */
static void location_forget(struct pim_component *component)
{
	pim_property_remove_all(component, LOCATION_PROPERTY);
	pim_property_remove_all(component, APPLE_LOCATION_PROPERTY);
	pim_property_remove_all(component, "GEO");
}

static void location_set_name(struct eas_pim_context *ctx, struct pim_component *component,
			      const char *name)
{
	const char *old = pim_component_get_text(component, "LOCATION");

	if (null_strcmp(old, name) == 0)
		return;
	location_forget(component);
	pim_component_set_text(ctx->pool, component, "LOCATION", name);
}

static int location_text_set(struct eas_pim_context *ctx,
			     const struct eas_pim_property *row ATTR_UNUSED,
			     struct pim_component *component, const struct wbxml_node *node)
{
	location_set_name(ctx, component, node == NULL ? NULL : eas_pim_node_text(ctx, node));
	return 0;
}

static void location_text_write(struct eas_pim_context *ctx ATTR_UNUSED,
				const struct eas_pim_property *row,
				const struct pim_component *component,
				struct wbxml_writer *writer)
{
	eas_pim_write_text(writer, row->tag, pim_component_get_text(component, "LOCATION"));
}

/* Digits, with sign and point: nothing that could end the value of GEO. */
static bool coordinate_is_valid(const char *value)
{
	return value != NULL && *value != '\0' && strspn(value, "+-.0123456789") == strlen(value);
}

static void location_set_coordinates(struct eas_pim_context *ctx,
				     struct pim_component *component,
				     const struct wbxml_node *node)
{
	const char *latitude = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_LATITUDE);
	const char *longitude = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_LONGITUDE);
	const char *old_latitude, *old_longitude;

	if (!coordinate_is_valid(latitude) || !coordinate_is_valid(longitude)) {
		pim_property_remove_all(component, APPLE_LOCATION_PROPERTY);
		pim_property_remove_all(component, "GEO");
		return;
	}
	if (location_get_coordinates(component, &old_latitude, &old_longitude) &&
	    strcmp(latitude, old_latitude) == 0 && strcmp(longitude, old_longitude) == 0)
		return;
	pim_property_remove_all(component, APPLE_LOCATION_PROPERTY);
	pim_property_set(ctx->pool, component, "GEO",
			 t_strconcat(latitude, ";", longitude, NULL));
}

static int location_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
			struct pim_component *component, const struct wbxml_node *node)
{
	struct pim_property *details = NULL;
	const char *name, *value;
	unsigned int i;

	if (node == NULL) {
		location_forget(component);
		pim_property_remove_all(component, "LOCATION");
		return 0;
	}
	name = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME);
	location_set_name(ctx, component, name == NULL || *name == '\0' ? NULL : name);
	location_set_coordinates(ctx, component, node);
	pim_property_remove_all(component, LOCATION_PROPERTY);
	for (i = 0; i < N_ELEMENTS(location_fields); i++) {
		value = wbxml_node_child_value(node, location_fields[i].tag);
		if (value == NULL || *value == '\0')
			continue;
		if (details == NULL) {
			value = pim_component_get(component, "LOCATION");
			details = pim_property_add(ctx->pool, component, LOCATION_PROPERTY,
						   value == NULL ? "" : value);
			value = wbxml_node_child_value(node, location_fields[i].tag);
		}
		pim_param_set(ctx->pool, details, location_fields[i].param, value);
	}
	return 0;
}

const struct eas_pim_type calendar_type_location_text = {
	location_text_write, location_text_set, NULL
};
const struct eas_pim_type calendar_type_location = { location_write, location_set, NULL };
