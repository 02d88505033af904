/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-object.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar.h"
#include "eas-pim-calendar-private.h"

#include <ctype.h>

/*
 * BusyStatus
 */

enum busy_status {
	BUSY_STATUS_FREE = 0,
	BUSY_STATUS_TENTATIVE = 1,
	BUSY_STATUS_BUSY = 2,
	BUSY_STATUS_OUT_OF_OFFICE = 3,
	/* since 16.0 */
	BUSY_STATUS_ELSEWHERE = 4
};

#define BUSY_PROPERTY "X-MICROSOFT-CDO-BUSYSTATUS"

static const char *const busy_names[] = {
	"FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE"
};

static bool property_has(const struct pim_component *component, const char *name,
			 const char *value)
{
	const char *stored = pim_component_get(component, name);

	return stored != NULL && strcasecmp(stored, value) == 0;
}

/* STATUS is the organizer's word: it says that the user is tentative only where there are no others. */
static bool busy_by_status(const struct pim_component *component)
{
	return pim_property_find(component, "ATTENDEE") == NULL;
}

/* The X- value counts while those who don't know it have not said something else by the standard's properties. */
static bool busy_is_consistent(const struct pim_component *component, unsigned int value)
{
	bool tentative = property_has(component, "STATUS", "TENTATIVE");

	if ((value == BUSY_STATUS_FREE) != property_has(component, "TRANSP", "TRANSPARENT"))
		return FALSE;
	return !busy_by_status(component) || value == BUSY_STATUS_FREE ||
		value == BUSY_STATUS_OUT_OF_OFFICE || value == BUSY_STATUS_ELSEWHERE ||
		(value == BUSY_STATUS_TENTATIVE) == tentative;
}

static unsigned int busy_get(const struct pim_component *component)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(busy_names); i++) {
		if (property_has(component, BUSY_PROPERTY, busy_names[i]) &&
		    busy_is_consistent(component, i))
			return i;
	}
	if (property_has(component, "TRANSP", "TRANSPARENT"))
		return BUSY_STATUS_FREE;
	if (busy_by_status(component) && property_has(component, "STATUS", "TENTATIVE"))
		return BUSY_STATUS_TENTATIVE;
	return BUSY_STATUS_BUSY;
}

static void busy_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       const struct pim_component *component, struct wbxml_writer *writer)
{
	unsigned int value = busy_get(component);

	if (value == BUSY_STATUS_ELSEWHERE && ctx->version < EAS_VERSION_16_0)
		value = BUSY_STATUS_BUSY;
	wbxml_writer_element_uint(writer, row->tag, value);
}

static int busy_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
		    struct pim_component *component, const struct wbxml_node *node)
{
	unsigned int value = BUSY_STATUS_BUSY;
	unsigned int max = ctx->version < EAS_VERSION_16_0 ? BUSY_STATUS_OUT_OF_OFFICE :
		BUSY_STATUS_ELSEWHERE;
	bool tentative = property_has(component, "STATUS", "TENTATIVE");
	bool transparent = property_has(component, "TRANSP", "TRANSPARENT");

	if (node != NULL && eas_uint_parse_range(node->value, 0, max, &value) < 0)
		return eas_pim_refuse(ctx, node, "not one of its values");
	if (value == BUSY_STATUS_FREE && !transparent)
		pim_property_set(ctx->pool, component, "TRANSP", "TRANSPARENT");
	else if (value != BUSY_STATUS_FREE && transparent)
		pim_property_set(ctx->pool, component, "TRANSP", "OPAQUE");
	if (busy_by_status(component) && value == BUSY_STATUS_TENTATIVE && !tentative)
		pim_property_set(ctx->pool, component, "STATUS", "TENTATIVE");
	else if (busy_by_status(component) && value != BUSY_STATUS_TENTATIVE && tentative)
		pim_property_set(ctx->pool, component, "STATUS", "CONFIRMED");
	if ((value != BUSY_STATUS_FREE && value != BUSY_STATUS_BUSY) ||
	    pim_property_find(component, BUSY_PROPERTY) != NULL)
		pim_property_set(ctx->pool, component, BUSY_PROPERTY, busy_names[value]);
	return 0;
}

const struct eas_pim_type calendar_type_busy_status = { busy_write, busy_set, NULL };

/*
 * UID, ClientUid
 */

static void uid_write(struct eas_pim_context *ctx ATTR_UNUSED,
		      const struct eas_pim_property *row,
		      const struct pim_component *component, struct wbxml_writer *writer)
{
	const char *uid = pim_component_get_text(component, "UID");

	/* a longer one is not legal: the device makes do without */
	if (uid != NULL && uni_utf8_strlen(uid) <= CALENDAR_MAX_UID_LENGTH)
		eas_pim_write_text(writer, row->tag, uid);
}

static bool uid_same(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
		     const struct pim_component *component ATTR_UNUSED,
		     const struct wbxml_node *shown ATTR_UNUSED,
		     const struct wbxml_node *sent ATTR_UNUSED)
{
	/* what an item is called never changes; 16.x: the server names it. MS-ASCAL "UID" (2.2.2.46) */
	return !ctx->filling || ctx->version >= EAS_VERSION_16_0;
}

static int uid_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
		   struct pim_component *component, const struct wbxml_node *node)
{
	if (node == NULL)
		return 0;
	if (uni_utf8_strlen(node->value) > CALENDAR_MAX_UID_LENGTH)
		return eas_pim_refuse(ctx, node, "too long");
	pim_component_set_text(ctx->pool, component, "UID", node->value);
	ctx->object->uid = p_strdup(ctx->object->pool, node->value);
	return 0;
}

const struct eas_pim_type calendar_type_uid = { uid_write, uid_set, uid_same };

const char *eas_pim_calendar_client_uid(const char *value)
{
	string_t *id = t_str_new(64);

	for (; *value != '\0'; value++) {
		if (i_isalnum(*value))
			str_append_c(id, i_tolower(*value));
	}
	return str_c(id);
}

static int client_uid_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			  struct pim_component *component, const struct wbxml_node *node)
{
	if (node == NULL || !ctx->filling)
		return 0;
	if (uni_utf8_strlen(node->value) > CALENDAR_MAX_UID_LENGTH)
		return eas_pim_refuse(ctx, node, "too long");
	pim_property_set(ctx->pool, component, row->name,
			 eas_pim_calendar_client_uid(node->value));
	return 0;
}

const struct eas_pim_type calendar_type_client_uid = { NULL, client_uid_set, NULL };
