/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Types of contacts. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "directpush-compat.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

#define URN_UUID "urn:uuid:"

static bool
kolab_urn_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	const char *uid = pim_text_unescape(property->value);

	if (!str_begins_with(uid, URN_UUID))
		uid = t_strconcat(URN_UUID, uid, NULL);
	/* there must be one: what it was is remembered */
	if (!kolab_uri_is_valid(uid))
		uid = t_strarray_join(t_strsplit(uid, "%[]#"), "_");
	kolab_value_add(pool, node, "uri", uid);
	return TRUE;
}

static bool
kolab_urn_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct kolab_node *node, struct pim_property *property)
{
	const char *uri = kolab_value_text(node);

	if (str_begins_with(uri, URN_UUID))
		uri += strlen(URN_UUID);
	property->value = p_strdup(pool, pim_text_escape(uri));
	return TRUE;
}

const struct kolab_type kolab_type_urn = { kolab_urn_encode, kolab_urn_decode };

/* Written without separators, with a time or without. */
static bool
kolab_card_time_encode(pool_t pool, const struct pim_property *property,
		       struct kolab_node *node, const char *date, const char *date_time)
{
	struct kolab_time time;

	if (!kolab_time_parse(property->value, &time) || (time.date_only && date == NULL))
		return FALSE;
	kolab_value_add(pool, node, time.date_only ? date : date_time, kolab_time_ical(&time));
	return TRUE;
}

static bool
kolab_stamp_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	return kolab_card_time_encode(pool, property, node, NULL, "timestamp");
}

static bool
kolab_day_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	/* without a year libkolabxml can't read it, with a zone it is another day somewhere */
	return kolab_card_time_encode(pool, property, node, "date", "date-time");
}

static bool
kolab_card_time_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		       const struct kolab_node *node, struct pim_property *property)
{
	const char *text = kolab_value_text(node);
	struct kolab_time time;

	property->value = p_strdup(pool, kolab_time_parse(text, &time) ?
				   kolab_time_ical(&time) : pim_text_escape(text));
	return TRUE;
}

const struct kolab_type kolab_type_stamp = { kolab_stamp_encode, kolab_card_time_decode };
const struct kolab_type kolab_type_day = { kolab_day_encode, kolab_card_time_decode };

/* The fields of N and ADR, in the order of both. */
static const char *const name_fields[] = { "surname", "given", "additional", "prefix", "suffix", NULL };
static const char *const address_fields[] = {
	"pobox", "ext", "street", "locality", "region", "code", "country", NULL
};

static const char *const *
kolab_fields_split(const struct pim_property *property, const char *const *fields)
{
	const char *const *values = pim_value_split(property->value, ';');

	return str_array_length(values) > str_array_length(fields) ? NULL : values;
}

static bool
kolab_name_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct pim_property *property, struct kolab_node *node)
{
	const char *const *values = kolab_fields_split(property, name_fields), *const *item;

	if (values == NULL)
		return FALSE;
	for (unsigned int i = 0; values[i] != NULL; i++) {
		if (values[i][0] == '\0')
			continue;
		for (item = pim_value_split(values[i], ','); *item != NULL; item++)
			kolab_value_add(pool, node, name_fields[i], pim_text_unescape(*item));
	}
	return TRUE;
}

static bool
kolab_fields_decode(pool_t pool, const struct kolab_node *node,
		    const char *const *fields, struct pim_property *property)
{
	string_t *dest = t_str_new(128);

	for (unsigned int i = 0; fields[i] != NULL; i++) {
		unsigned int count = 0;

		if (i > 0)
			str_append_c(dest, ';');
		for (const struct kolab_node *value = node->head; value != NULL; value = value->next) {
			if (strcmp(value->name, fields[i]) != 0)
				continue;
			if (count++ > 0)
				str_append_c(dest, ',');
			str_append(dest, pim_text_escape(value->text == NULL ? "" : value->text));
		}
	}
	property->value = p_strdup(pool, str_c(dest));
	return TRUE;
}

static bool
kolab_name_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct kolab_node *node, struct pim_property *property)
{
	return kolab_fields_decode(pool, node, name_fields, property);
}

const struct kolab_type kolab_type_name = { kolab_name_encode, kolab_name_decode };

static bool
kolab_address_card_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
			  const struct pim_property *property, struct kolab_node *node)
{
	const char *const *values = kolab_fields_split(property, address_fields);

	if (values == NULL)
		return FALSE;
	/* all are demanded, each once: a list becomes lines */
	for (unsigned int i = 0; address_fields[i] != NULL; i++) {
		string_t *text = t_str_new(64);

		if (*values != NULL) {
			const char *const *item = pim_value_split(*values++, ',');

			for (; *item != NULL; item++) {
				str_append(text, pim_text_unescape(*item));
				if (item[1] != NULL)
					str_append_c(text, '\n');
			}
		}
		kolab_value_add(pool, node, address_fields[i], str_c(text));
	}
	return TRUE;
}

static bool
kolab_address_card_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
			  const struct kolab_node *node, struct pim_property *property)
{
	return kolab_fields_decode(pool, node, address_fields, property);
}

const struct kolab_type kolab_type_address_card = { kolab_address_card_encode, kolab_address_card_decode };

/* ORG: the company and its units */
static bool
kolab_org_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	const char *const *field = pim_value_split(property->value, ';');

	/* an empty one stands in for none */
	if (property->value[0] == '\0')
		return FALSE;
	for (; *field != NULL; field++)
		kolab_value_add(pool, node, "text", pim_text_unescape(*field));
	return TRUE;
}

static bool
kolab_org_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct kolab_node *node, struct pim_property *property)
{
	string_t *dest = t_str_new(64);
	unsigned int count = 0;

	for (const struct kolab_node *value = node->head; value != NULL; value = value->next) {
		if (strcmp(value->name, "text") != 0)
			continue;
		if (count++ > 0)
			str_append_c(dest, ';');
		str_append(dest, pim_text_escape(value->text == NULL ? "" : value->text));
	}
	property->value = p_strdup(pool, str_c(dest));
	return TRUE;
}

const struct kolab_type kolab_type_org = { kolab_org_encode, kolab_org_decode };

/* RELATED: a URI, or with VALUE=text a name */
static bool
kolab_related_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		     const struct pim_property *property, struct kolab_node *node)
{
	const char *text = pim_text_unescape(property->value);
	bool is_text = pim_param_has(property, "VALUE", "text");

	kolab_value_add(pool, node, is_text ? "text" : "uri", text);
	return is_text || kolab_uri_is_valid(text);
}

static bool
kolab_related_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		     const struct kolab_node *node, struct pim_property *property)
{
	const char *text = kolab_value_text(node);

	if (kolab_node_find(node, "text") != NULL) {
		pim_param_add(pool, property, "VALUE", "text");
		property->value = p_strdup(pool, pim_text_escape(text));
	} else {
		property->value = p_strdup(pool, t_strcut(text, '\n'));
	}
	return TRUE;
}

const struct kolab_type kolab_type_related = { kolab_related_encode, kolab_related_decode };

/* X-SPOUSE and the like: the row's one TYPE is what the name says. */
static bool
kolab_relation_encode(pool_t pool, const struct kolab_row *row,
		      const struct pim_property *property, struct kolab_node *node)
{
	struct kolab_node *type;

	if (property->params_head != NULL || property->value[0] == '\0')
		return FALSE;
	type = kolab_node_add(pool, kolab_node_add(pool, node, "parameters", NULL), "type", NULL);
	kolab_value_add(pool, type, "text", row->values);
	kolab_value_add(pool, node, "text", pim_text_unescape(property->value));
	return TRUE;
}

const struct kolab_type kolab_type_relation = { kolab_relation_encode, kolab_related_decode };

/* libkolabxml reads inline data only, of one form; keys only of two kinds. */
static bool
kolab_data_encode(pool_t pool, const struct kolab_row *row,
		  const struct pim_property *property, struct kolab_node *node)
{
	const char *value = property->value, *type;

	if (!str_begins_with(value, "data:"))
		return FALSE;
	type = t_strcut(value + 5, ';');
	if (!str_begins_with(value + 5 + strlen(type), ";base64,"))
		return FALSE;
	if (row->values != NULL && kolab_list_find(row->values, type) == NULL)
		return FALSE;
	kolab_value_add(pool, node, "uri", value);
	return kolab_uri_is_valid(value);
}

static bool
kolab_data_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct kolab_node *node, struct pim_property *property)
{
	const char *text = kolab_value_text(node);

	/* it may be in lines */
	if (strpbrk(text, " \r\n\t") != NULL)
		text = t_strarray_join(t_strsplit_spaces(text, " \r\n\t"), "");
	property->value = p_strdup(pool, text);
	return TRUE;
}

const struct kolab_type kolab_type_data = { kolab_data_encode, kolab_data_decode };

static bool
kolab_sex_encode(pool_t pool, const struct kolab_row *row,
		 const struct pim_property *property, struct kolab_node *node)
{
	const char *sex = property->value[0] == '\0' ? "" :
		kolab_list_find(row->values, t_strcut(property->value, ';'));

	if (sex == NULL || node->head != NULL)
		return FALSE;
	kolab_value_add(pool, node, "sex", sex);
	return TRUE;
}

const struct kolab_type kolab_type_sex = { kolab_sex_encode, kolab_card_time_decode };

static bool
kolab_language_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		      const struct pim_property *property, struct kolab_node *node)
{
	kolab_value_add(pool, node, "language-tag", pim_text_unescape(property->value));
	return TRUE;
}

const struct kolab_type kolab_type_language = { kolab_language_encode, kolab_card_time_decode };

static bool kolab_place_number(const char *text, const char *end)
{
	const char *p = text;
	unsigned int digits;

	if (*p == '-')
		p++;
	digits = strspn(p, "0123456789");
	p += digits;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	return digits > 0 && p == end;
}

/* geo:52.5,13.4, or 52.5;13.4 of vCard 3 */
static bool
kolab_place_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *value = property->value, *middle;

	if (str_begins_with(value, "geo:"))
		value += 4;
	middle = strpbrk(value, ",;");
	if (middle == NULL || !kolab_place_number(value, middle) ||
	    !kolab_place_number(middle + 1, middle + 1 + strlen(middle + 1)))
		return FALSE;
	kolab_value_add(pool, node, "uri", t_strdup_printf("geo:%s,%s", t_strdup_until(value, middle), middle + 1));
	return TRUE;
}

const struct kolab_type kolab_type_place = { kolab_place_encode, kolab_related_decode };

static bool
kolab_phone_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *text = pim_text_unescape(property->value);

	if (pim_param_has(property, "VALUE", "uri") && str_begins_with(text, "tel:"))
		text += 4;
	kolab_value_add(pool, node, "text", text);
	return TRUE;
}

static bool
kolab_phone_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
	return TRUE;
}

const struct kolab_type kolab_type_phone = { kolab_phone_encode, kolab_phone_decode };

/* X-KOLAB-CRYPTO;SIGNPREF=Ask;ENCRYPTPREF=Never:PGP/INLINE,S/MIME */
#define CRYPTO_METHODS "PGP/INLINE PGP/MIME S/MIME S/MIMEOpaque"
#define CRYPTO_PREFERENCES "Never Always IfPossible Ask"

static bool
kolab_crypto_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		    const struct pim_property *property, struct kolab_node *node)
{
	static const char *const names[] = { "signpref", "encryptpref" };
	const char *const *method;

	if (property->value[0] != '\0') {
		struct kolab_node *allowed = kolab_node_add(pool, node, "allowed", NULL);

		for (method = t_strsplit(property->value, ","); *method != NULL; method++) {
			if (kolab_list_find(CRYPTO_METHODS, *method) == NULL)
				return FALSE;
			kolab_value_add(pool, allowed, "text", *method);
		}
	}
	for (unsigned int i = 0; i < N_ELEMENTS(names); i++) {
		const char *preference = pim_param_get(property, names[i]);

		if (preference == NULL)
			continue;
		if (kolab_list_find(CRYPTO_PREFERENCES, preference) == NULL)
			return FALSE;
		kolab_value_add(pool, kolab_node_add(pool, node, names[i], NULL), "text", preference);
	}
	return node->head != NULL;
}

static bool
kolab_crypto_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		    const struct kolab_node *node, struct pim_property *property)
{
	string_t *methods = t_str_new(64);

	for (const struct kolab_node *child = node->head; child != NULL; child = child->next) {
		if (strcmp(child->name, "allowed") != 0) {
			pim_param_add(pool, property, t_str_ucase(child->name), kolab_value_text(child));
			continue;
		}
		for (const struct kolab_node *text = child->head; text != NULL; text = text->next) {
			str_printfa(methods, "%s%s", str_len(methods) == 0 ? "" : ",",
				    pim_text_escape(text->text == NULL ? "" : text->text));
		}
	}
	property->value = p_strdup(pool, str_c(methods));
	return TRUE;
}

const struct kolab_type kolab_type_crypto = { kolab_crypto_encode, kolab_crypto_decode };
