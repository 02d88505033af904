/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Types of events and tasks: times, addresses, alarms' triggers, attachments. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

/* What a reader does not know it must take as PRIVATE (RFC 5545 3.8.1.3); libkolabxml takes it as PUBLIC. */
static bool
kolab_class_encode(pool_t pool, const struct kolab_row *row,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *text = kolab_row_text(row, property);

	kolab_value_add(pool, node, "text", text == NULL ? "PRIVATE" : text);
	return TRUE;
}

static bool
kolab_class_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
	return TRUE;
}

const struct kolab_type kolab_type_class = { kolab_class_encode, kolab_class_decode };

static bool
kolab_address_type_encode(pool_t pool, const struct kolab_row *row,
			  const struct pim_property *property, struct kolab_node *node)
{
	const char *name = (row->flags & KOLAB_CN_INSIDE) == 0 ? NULL : pim_param_get(property, "CN");
	const char *address = kolab_address_encode(property->value, name);

	if (address == NULL)
		return FALSE;
	kolab_value_add(pool, node, "cal-address", address);
	return TRUE;
}

static bool
kolab_address_type_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
			  const struct kolab_node *node, struct pim_property *property)
{
	const char *name;

	property->value = p_strdup(pool, t_strcut(kolab_address_decode(kolab_value_text(node), &name), '\n'));
	if (name != NULL && pim_param_get(property, "CN") == NULL)
		pim_param_add(pool, property, "CN", name);
	return TRUE;
}

const struct kolab_type kolab_type_address = { kolab_address_type_encode, kolab_address_type_decode };

/* Append one value. FALSE: no time, or one that does not go with its TZID. */
static bool kolab_time_add(pool_t pool, struct kolab_node *node, const char *text, int days)
{
	struct kolab_time time;

	if (!kolab_time_parse(text, &time))
		return FALSE;
	if (time.date_only)
		kolab_time_add_days(&time, days);
	kolab_value_add(pool, node, time.date_only ? "date" : "date-time", kolab_time_xml(&time));
	return TRUE;
}

static bool
kolab_time_read(pool_t pool, const struct kolab_node *node, int days, struct pim_property *property)
{
	struct kolab_time time;

	if (!kolab_time_parse(kolab_value_text(node), &time))
		return FALSE;
	if (time.date_only) {
		kolab_time_add_days(&time, days);
		pim_param_add(pool, property, "VALUE", "DATE");
	}
	property->value = p_strdup(pool, kolab_time_ical(&time));
	return TRUE;
}

static bool
kolab_time_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct pim_property *property, struct kolab_node *node)
{
	return kolab_time_add(pool, node, property->value, 0);
}

static bool
kolab_time_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct kolab_node *node, struct pim_property *property)
{
	return kolab_time_read(pool, node, 0, property);
}

const struct kolab_type kolab_type_time = { kolab_time_encode, kolab_time_decode };

/* Kolab counts the last day in, RFC 5545 does not. */
static bool
kolab_end_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	return kolab_time_add(pool, node, property->value, -1);
}

static bool
kolab_end_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct kolab_node *node, struct pim_property *property)
{
	return kolab_time_read(pool, node, 1, property);
}

const struct kolab_type kolab_type_end = { kolab_end_encode, kolab_end_decode };

static bool
kolab_utc_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	struct kolab_time time;

	if (!kolab_time_parse(property->value, &time) || !time.utc)
		return FALSE;
	kolab_value_add(pool, node, "date-time", kolab_time_xml(&time));
	return TRUE;
}

bool
kolab_utc_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct kolab_node *node, struct pim_property *property)
{
	struct kolab_time time;

	if (!kolab_time_parse(kolab_value_text(node), &time))
		return FALSE;
	/* some leave the Z out, none means anything else */
	if (!time.date_only)
		time.utc = TRUE;
	property->value = p_strdup(pool, kolab_time_ical(&time));
	return TRUE;
}

const struct kolab_type kolab_type_utc = { kolab_utc_encode, kolab_utc_decode };

/* RDATE, EXDATE: values of one kind. */
static bool
kolab_times_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *const *value = t_strsplit(property->value, ",");
	const char *kind = NULL;

	for (; *value != NULL; value++) {
		if (!kolab_time_add(pool, node, *value, 0) ||
		    (kind != NULL && strcmp(kind, node->tail->name) != 0))
			return FALSE;
		kind = node->tail->name;
	}
	return kind != NULL;
}

static bool
kolab_times_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	string_t *dest = t_str_new(128);
	struct kolab_time time;
	bool dates = FALSE;

	for (const struct kolab_node *value = node->head; value != NULL; value = value->next) {
		if (strcmp(value->name, "date") != 0 && strcmp(value->name, "date-time") != 0)
			continue;
		if (value->text == NULL || !kolab_time_parse(value->text, &time))
			return FALSE;
		if (str_len(dest) > 0)
			str_append_c(dest, ',');
		str_append(dest, kolab_time_ical(&time));
		dates = time.date_only;
	}
	if (dates)
		pim_param_add(pool, property, "VALUE", "DATE");
	property->value = p_strdup(pool, str_c(dest));
	return str_len(dest) > 0;
}

const struct kolab_type kolab_type_times = { kolab_times_encode, kolab_times_decode };

static bool
kolab_duration_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		      const struct pim_property *property, struct kolab_node *node)
{
	if (!kolab_duration_is_valid(property->value))
		return FALSE;
	kolab_value_add(pool, node, "duration", property->value);
	return TRUE;
}

static bool
kolab_duration_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		      const struct kolab_node *node, struct pim_property *property)
{
	const char *text = kolab_value_text(node);

	/* how libkolabxml writes none at all */
	if (strcmp(text, "P") == 0 || strcmp(text, "-P") == 0)
		text = "PT0S";
	property->value = p_strdup(pool, pim_text_escape(text));
	return TRUE;
}

const struct kolab_type kolab_type_duration = { kolab_duration_encode, kolab_duration_decode };

static bool
kolab_trigger_encode(pool_t pool, const struct kolab_row *row,
		     const struct pim_property *property, struct kolab_node *node)
{
	return kolab_duration_encode(pool, row, property, node) ||
		kolab_utc_encode(pool, row, property, node);
}

static bool
kolab_trigger_decode(pool_t pool, const struct kolab_row *row,
		     const struct kolab_node *node, struct pim_property *property)
{
	if (kolab_node_find(node, "date-time") == NULL)
		return kolab_duration_decode(pool, row, node, property);
	pim_param_add(pool, property, "VALUE", "DATE-TIME");
	return kolab_utc_decode(pool, row, node, property);
}

const struct kolab_type kolab_type_trigger = { kolab_trigger_encode, kolab_trigger_decode };

static bool
kolab_attach_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		    const struct pim_property *property, struct kolab_node *node)
{
	bool binary = pim_param_has(property, "VALUE", "BINARY");

	if (property->value[0] == '\0' || binary != pim_param_has(property, "ENCODING", "BASE64"))
		return FALSE;
	kolab_value_add(pool, node, binary ? "binary" : "uri", property->value);
	return TRUE;
}

bool kolab_attach_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
			 const struct kolab_node *node, struct pim_property *property)
{
	if (kolab_node_find(node, "binary") != NULL) {
		pim_param_add(pool, property, "VALUE", "BINARY");
		/* it may be in lines */
		property->value = p_strdup(pool, t_strarray_join(t_strsplit_spaces(kolab_value_text(node), " \r\n\t"), ""));
		return TRUE;
	}
	property->value = p_strdup(pool, t_strcut(kolab_value_text(node), '\n'));
	return TRUE;
}

const struct kolab_type kolab_type_attach = { kolab_attach_encode, kolab_attach_decode };
