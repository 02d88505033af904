/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* People of a contact: RELATED in version 4, names of each program's own before. */

#include "lib.h"
#include "array.h"
#include "directpush-compat.h"
#include "wbxml-writer.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-pim-contact-private.h"

/* MS-ASCNTC "Child" (2.2.2.22) */
#define RELATED_MAX_CHILDREN 300

static const struct relation {
	const char *name;
	/* TYPEs of RELATED, the first for new ones; RFC 6350 "RELATED" (6.6.6) has no word for some */
	const char *types[3];
	/* instead of RELATED, the first for new ones */
	const char *properties[4];
	/* part of the label of Apple's X-ABRELATEDNAMES */
	const char *label;
	bool of_employer;
} relations[] = {
	{ "spouse", { "spouse" },
	  { "X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-KADDRESSBOOK-X-SpouseName" }, "Spouse", FALSE },
	{ "assistant", { "x-assistant", "assistant" },
	  { "X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "X-KADDRESSBOOK-X-AssistantsName" },
	  "Assistant", TRUE },
	{ "manager", { "x-manager", "manager" },
	  { "X-MANAGER", "X-EVOLUTION-MANAGER", "X-KADDRESSBOOK-X-ManagersName" }, "Manager", TRUE },
	{ "child", { "child" }, { "X-CHILDREN", "X-CHILD" }, "Child", FALSE },
};

static const struct relation *relation_get(const char *name)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(relations); i++) {
		if (strcmp(relations[i].name, name) == 0)
			return &relations[i];
	}
	i_unreached();
}

/* A name, not a pointer to another card: those are kept and not shown. */
static bool related_is_text(const struct pim_property *property)
{
	const char *value = pim_param_get(property, "VALUE");

	if (value != NULL)
		return strcasecmp(value, "text") == 0;
	return strchr(property->value, ':') == NULL;
}

static bool relation_match(const struct relation *relation, const struct pim_component *card,
			   const struct pim_property *property)
{
	const char *label;
	unsigned int i;

	if (*property->value == '\0')
		return FALSE;
	if (pim_property_is(property, "RELATED")) {
		for (i = 0; i < N_ELEMENTS(relation->types) && relation->types[i] != NULL; i++) {
			if (pim_param_has(property, "TYPE", relation->types[i]))
				return related_is_text(property);
		}
		return FALSE;
	}
	if (pim_property_is(property, "X-ABRELATEDNAMES")) {
		label = eas_pim_contact_label(card, property);
		return label != NULL && strstr(label, relation->label) != NULL;
	}
	for (i = 0; i < N_ELEMENTS(relation->properties) && relation->properties[i] != NULL; i++) {
		if (pim_property_is(property, relation->properties[i]))
			return TRUE;
	}
	return FALSE;
}

static struct pim_property *
relation_next(const struct relation *relation, const struct pim_component *card,
	      struct pim_property *property)
{
	while (property != NULL && !relation_match(relation, card, property))
		property = property->next;
	return property;
}

static void relation_add(struct eas_pim_context *ctx, const struct relation *relation,
			 struct pim_component *card, const char *text)
{
	struct pim_property *property;

	/* Kolab has assistant and manager with the employer, where others look for them: it reads these names so */
	if (!eas_pim_contact_is_v4(card) || (ctx->object->format == PIM_FORMAT_KOLAB3 &&
					     relation->of_employer)) {
		pim_property_add(ctx->pool, card, relation->properties[0],
				 pim_text_escape(text));
		return;
	}
	property = pim_property_add(ctx->pool, card, "RELATED", pim_text_escape(text));
	pim_param_add(ctx->pool, property, "TYPE", relation->types[0]);
	pim_param_add(ctx->pool, property, "VALUE", "text");
}

/*
 * One of them
 */

static void related_write(struct eas_pim_context *ctx ATTR_UNUSED,
			  const struct eas_pim_property *row,
			  const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *property =
		relation_next(relation_get(row->name), card, card->properties_head);

	if (property != NULL)
		eas_pim_write_text(writer, row->tag, pim_text_unescape(property->value));
}

static int related_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       struct pim_component *card, const struct wbxml_node *node)
{
	const struct relation *relation = relation_get(row->name);
	struct pim_property *property =
		relation_next(relation, card, card->properties_head);

	if (node == NULL) {
		if (property != NULL)
			eas_pim_contact_remove(card, property);
	} else if (property == NULL) {
		relation_add(ctx, relation, card, eas_pim_node_text(ctx, node));
	} else {
		property->value = p_strdup(ctx->pool,
			pim_text_escape(eas_pim_node_text(ctx, node)));
	}
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_related = {
	related_write, related_set, NULL
};

/*
 * Children
 */

static void children_write(struct eas_pim_context *ctx ATTR_UNUSED,
			   const struct eas_pim_property *row,
			   const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct relation *relation = relation_get(row->name);
	struct pim_property *property;
	unsigned int count = 0;

	wbxml_writer_start_optional(writer, row->tag);
	for (property = relation_next(relation, card, card->properties_head);
	     property != NULL && count < RELATED_MAX_CHILDREN;
	     property = relation_next(relation, card, property->next), count++) {
		wbxml_writer_element(writer, EAS_TAG_CONTACTS_CHILD,
				     pim_text_unescape(property->value));
	}
	wbxml_writer_end(writer, row->tag);
}

static int children_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			struct pim_component *card, const struct wbxml_node *node)
{
	static const char *const none[] = { NULL };
	const struct relation *relation = relation_get(row->name);
	struct pim_property *property, *next;
	const char *const *texts = none, *text;
	ARRAY_TYPE(const_string) kept;

	if (node != NULL && eas_pim_node_get_texts(ctx, node, EAS_TAG_CONTACTS_CHILD,
						   RELATED_MAX_CHILDREN, &texts) < 0)
		return -1;
	t_array_init(&kept, 8);
	property = relation_next(relation, card, card->properties_head);
	for (; property != NULL; property = next) {
		next = relation_next(relation, card, property->next);
		text = pim_text_unescape(property->value);
		if (str_array_find(texts, text))
			array_push_back(&kept, &text);
		else
			eas_pim_contact_remove(card, property);
	}
	array_append_zero(&kept);
	for (; *texts != NULL; texts++) {
		if (!str_array_find(array_front(&kept), *texts))
			relation_add(ctx, relation, card, *texts);
	}
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_children = {
	children_write, children_set, NULL
};
