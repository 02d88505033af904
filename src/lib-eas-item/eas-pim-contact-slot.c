/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A vCard has lists where a device has places: the first, the second e-mail address. The place of an entry is its
   rank among those like it, the preferred ones first, else in stored order. A change touches the entry behind
   its place and no other; nothing is ever renumbered. */

#include "lib.h"
#include "array.h"
#include "directpush-compat.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-pim-contact-private.h"

/* Marks an entry that goes when all rows are done: until then it keeps its place. */
#define SLOT_REMOVED "X-EAS-REMOVED"
/* as PREF of those that say nothing */
#define SLOT_PREF_NONE 101

struct slot {
	struct pim_property *property;
	unsigned int pref;
};
ARRAY_DEFINE_TYPE(slot, struct slot);

struct slot_kind {
	bool (*match)(const struct pim_component *card, const struct pim_property *property,
		      const char *use);
	/* what is shown of it; data stack */
	const char *(*get)(const struct pim_property *property);
	void (*put)(struct eas_pim_context *ctx, struct pim_property *property,
		    const char *text);
	/* types for a new one */
	void (*init)(struct eas_pim_context *ctx, struct pim_property *property,
		     const char *use);
};

static unsigned int slot_pref(const struct pim_property *property)
{
	const char *pref = pim_param_get(property, "PREF");
	unsigned int value;

	if (pim_param_has(property, "TYPE", "pref"))
		return 1;
	return pref != NULL && str_to_uint(pref, &value) == 0 ? value : SLOT_PREF_NONE;
}

static int slot_cmp(const struct slot *a, const struct slot *b)
{
	return a->pref < b->pref ? -1 : (a->pref > b->pref ? 1 : 0);
}

/* Sort, keeping the order of equals: lists of a handful. */
static void slots_sort(ARRAY_TYPE(slot) *slots)
{
	struct slot *list, moved;
	unsigned int i, j, count;

	list = array_get_modifiable(slots, &count);
	for (i = 1; i < count; i++) {
		moved = list[i];
		for (j = i; j > 0 && slot_cmp(&list[j - 1], &moved) > 0; j--)
			list[j] = list[j - 1];
		list[j] = moved;
	}
}

/* How many entries of one kind are looked at */
#define SLOTS_MAX 100

static struct pim_property *
slot_find(const struct slot_kind *kind, const struct pim_component *card,
	  const struct eas_pim_property *row)
{
	struct pim_property *property;
	ARRAY_TYPE(slot) slots;
	struct slot *slot;

	t_array_init(&slots, 8);
	for (property = card->properties_head; property != NULL; property = property->next) {
		if (array_count(&slots) == SLOTS_MAX)
			break;
		if (*property->value == '\0' || !kind->match(card, property, row->name))
			continue;
		slot = array_append_space(&slots);
		slot->property = property;
		slot->pref = slot_pref(property);
	}
	slots_sort(&slots);
	if (row->idx >= array_count(&slots))
		return NULL;
	slot = array_idx_modifiable(&slots, row->idx);
	return slot->property;
}

static void slot_write(const struct slot_kind *kind, const struct eas_pim_property *row,
		       const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *property = slot_find(kind, card, row);

	if (property != NULL)
		eas_pim_write_text(writer, row->tag, kind->get(property));
}

static int slot_set(const struct slot_kind *kind, struct eas_pim_context *ctx,
		    const struct eas_pim_property *row, const char *name,
		    struct pim_component *card, const struct wbxml_node *node)
{
	struct pim_property *property = slot_find(kind, card, row);

	if (node == NULL) {
		if (property != NULL)
			pim_param_set(ctx->pool, property, SLOT_REMOVED, "1");
		return 0;
	}
	if (property == NULL) {
		property = pim_property_add(ctx->pool, card, name, "");
		kind->init(ctx, property, row->name);
	}
	kind->put(ctx, property, eas_pim_node_text(ctx, node));
	return 0;
}

void eas_pim_contact_slots_finish(struct pim_component *card)
{
	struct pim_property *property, *next;

	for (property = card->properties_head; property != NULL; property = next) {
		next = property->next;
		if (pim_param_get(property, SLOT_REMOVED) == NULL)
			continue;
		eas_pim_contact_remove(card, property);
		/* its label may have been the next */
		next = card->properties_head;
	}
}

static const char *text_get(const struct pim_property *property)
{
	return pim_text_unescape(property->value);
}

static void text_put(struct eas_pim_context *ctx, struct pim_property *property,
		     const char *text)
{
	property->value = p_strdup(ctx->pool, pim_text_escape(text));
}

/* A URI has no escapes, though some write them; what would end the line is cut. */
static void uri_put(struct eas_pim_context *ctx, struct pim_property *property,
		    const char *text)
{
	property->value = p_strdup(ctx->pool, t_strcut(t_strcut(text, '\n'), '\r'));
}

static void no_init(struct eas_pim_context *ctx ATTR_UNUSED,
		    struct pim_property *property ATTR_UNUSED, const char *use ATTR_UNUSED)
{
}

/*
 * Telephones
 */

struct phone_use {
	const char *use;
	/* TYPEs of a new one */
	const char *types[2];
};
/* work and home have no more, so that a program that knows few words reads them. RFC 6350 6.4.1; what it has no word for as
   others write it */
static const struct phone_use phone_uses[] = {
	{ "work",      { "work", NULL } },
	{ "home",      { "home", NULL } },
	{ "cell",      { "cell", NULL } },
	{ "work-fax",  { "work", "fax" } },
	{ "home-fax",  { "home", "fax" } },
	{ "pager",     { "pager", NULL } },
	{ "car",       { "car", NULL } },
	{ "radio",     { "x-radio", NULL } },
	{ "assistant", { "x-assistant", NULL } },
	{ "main",      { "work", "x-main" } },
};

static bool phone_has(const struct pim_property *property, const char *type)
{
	return pim_param_has(property, "TYPE", type);
}

/* The words of TYPE that tell what a number is for, the strongest first. */
static const struct {
	const char *type, *use;
} phone_words[] = {
	{ "x-assistant", "assistant" },
	{ "assistant",   "assistant" },
	{ "x-radio",     "radio" },
	{ "x-car",       "car" },
	{ "car",         "car" },
	{ "pager",       "pager" },
	{ "fax",         "work-fax" },
	{ "cell",        "cell" },
	{ "mobile",      "cell" },
	{ "x-main",      "main" },
	{ "main",        "main" },
	{ "home",        "home" },
	{ "work",        "work" },
	/* nothing but the kind of machine: no number of these */
	{ "text",        "" },
	{ "textphone",   "" },
	{ "video",       "" },
	{ "bbs",         "" },
	{ "modem",       "" },
};

static const char *phone_get_use(const struct pim_component *card,
				 const struct pim_property *property)
{
	const char *label = eas_pim_contact_label(card, property);
	unsigned int i;

	if (label != NULL && strstr(t_str_lcase(label), "assistant") != NULL)
		return "assistant";
	for (i = 0; i < N_ELEMENTS(phone_words); i++) {
		if (!phone_has(property, phone_words[i].type))
			continue;
		if (strcmp(phone_words[i].use, "work-fax") == 0 && phone_has(property, "home"))
			return "home-fax";
		return phone_words[i].use;
	}
	/* a number of the whole: as Kolab's clients mean "main" */
	return "main";
}

static bool phone_match(const struct pim_component *card, const struct pim_property *property,
			const char *use)
{
	return pim_property_is(property, "TEL") &&
		strcmp(phone_get_use(card, property), use) == 0;
}

static bool phone_is_uri(const struct pim_property *property)
{
	const char *value = pim_param_get(property, "VALUE");

	return value != NULL && strcasecmp(value, "uri") == 0;
}

static const char *phone_get(const struct pim_property *property)
{
	if (!phone_is_uri(property))
		return pim_text_unescape(property->value);
	return strncasecmp(property->value, "tel:", 4) == 0 ?
		property->value + 4 : property->value;
}

/* RFC 3966 "URI Syntax" (3): what may stand in a tel: */
static bool phone_fits_uri(const char *text)
{
	return text[strspn(text, "+0123456789-.()*#")] == '\0';
}

static void phone_put(struct eas_pim_context *ctx, struct pim_property *property,
		      const char *text)
{
	if (!phone_is_uri(property)) {
		text_put(ctx, property, text);
	} else if (phone_fits_uri(text)) {
		property->value = p_strconcat(ctx->pool, "tel:", text, NULL);
	} else {
		pim_param_set(ctx->pool, property, "VALUE", NULL);
		text_put(ctx, property, text);
	}
}

static void phone_init(struct eas_pim_context *ctx, struct pim_property *property,
		       const char *use)
{
	const char *const *types = NULL;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(phone_uses); i++) {
		if (strcmp(phone_uses[i].use, use) == 0)
			types = phone_uses[i].types;
	}
	i_assert(types != NULL);
	if (ctx->object->format == PIM_FORMAT_KOLAB3) {
		/* the words Kolab has for these */
		if (strcmp(use, "main") == 0) {
			pim_param_add(ctx->pool, property, "TYPE", "voice");
			return;
		}
		if (strcmp(use, "car") == 0) {
			pim_param_add(ctx->pool, property, "TYPE", "x-car");
			return;
		}
	}
	for (i = 0; i < 2 && types[i] != NULL; i++)
		pim_param_add(ctx->pool, property, "TYPE", types[i]);
}

static const struct slot_kind phone_kind = { phone_match, phone_get, phone_put, phone_init };

static void phone_write(struct eas_pim_context *ctx ATTR_UNUSED,
			const struct eas_pim_property *row,
			const struct pim_component *card, struct wbxml_writer *writer)
{
	slot_write(&phone_kind, row, card, writer);
}

static int phone_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *card, const struct wbxml_node *node)
{
	return slot_set(&phone_kind, ctx, row, "TEL", card, node);
}

const struct eas_pim_type eas_pim_type_contact_phone = { phone_write, phone_set, NULL };

/*
 * E-mail: a device may send "Name" <address>
 */

static bool email_match(const struct pim_component *card ATTR_UNUSED,
			const struct pim_property *property, const char *use ATTR_UNUSED)
{
	return pim_property_is(property, "EMAIL") &&
		!pim_param_has(property, "TYPE", "x400");
}

static const char *email_address(const char *text)
{
	const char *begin = strrchr(text, '<'), *end;

	if (begin == NULL || (end = strchr(begin, '>')) == NULL || end == begin + 1)
		return text;
	return t_strdup_until(begin + 1, end);
}

static void email_put(struct eas_pim_context *ctx, struct pim_property *property,
		      const char *text)
{
	text_put(ctx, property, email_address(text));
}

static void email_init(struct eas_pim_context *ctx, struct pim_property *property,
		       const char *use ATTR_UNUSED)
{
	const struct pim_component *card = pim_object_main(ctx->object);

	/* RFC 2426 3.3.2: its default, which many programs want to see */
	if (!eas_pim_contact_is_v4(card))
		pim_param_add(ctx->pool, property, "TYPE", "INTERNET");
}

static const struct slot_kind email_kind = { email_match, text_get, email_put, email_init };

static void email_write(struct eas_pim_context *ctx ATTR_UNUSED,
			const struct eas_pim_property *row,
			const struct pim_component *card, struct wbxml_writer *writer)
{
	slot_write(&email_kind, row, card, writer);
}

static int email_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *card, const struct wbxml_node *node)
{
	return slot_set(&email_kind, ctx, row, "EMAIL", card, node);
}

static bool email_same(struct eas_pim_context *ctx,
		       const struct eas_pim_property *row ATTR_UNUSED,
		       const struct pim_component *card ATTR_UNUSED,
		       const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	if (eas_pim_node_is_empty(shown) || eas_pim_node_is_empty(sent))
		return eas_pim_node_equal(shown, sent);
	return eas_pim_text_equal(shown->value,
				  email_address(eas_pim_node_text(ctx, sent)));
}

const struct eas_pim_type eas_pim_type_contact_email = { email_write, email_set, email_same };

/*
 * Instant messaging: RFC 4770, and what was there before it
 */

static bool im_match(const struct pim_component *card ATTR_UNUSED,
		     const struct pim_property *property, const char *use ATTR_UNUSED)
{
	static const char *const names[] = {
		"IMPP", "X-JABBER", "X-AIM", "X-ICQ", "X-MSN", "X-YAHOO", "X-SKYPE",
		"X-GADUGADU", "X-GROUPWISE", "X-GOOGLE-TALK", NULL
	};

	return str_array_icase_find(names, property->name);
}

static const struct slot_kind im_kind = { im_match, text_get, uri_put, no_init };

static void im_write(struct eas_pim_context *ctx ATTR_UNUSED,
		     const struct eas_pim_property *row,
		     const struct pim_component *card, struct wbxml_writer *writer)
{
	slot_write(&im_kind, row, card, writer);
}

static int im_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		  struct pim_component *card, const struct wbxml_node *node)
{
	return slot_set(&im_kind, ctx, row, "IMPP", card, node);
}

const struct eas_pim_type eas_pim_type_contact_im = { im_write, im_set, NULL };

/*
 * Web page: no blog
 */

static bool url_match(const struct pim_component *card ATTR_UNUSED,
		      const struct pim_property *property, const char *use ATTR_UNUSED)
{
	return pim_property_is(property, "URL") &&
		!pim_param_has(property, "TYPE", "x-blog") &&
		!pim_param_has(property, "TYPE", "blog");
}

static const struct slot_kind url_kind = { url_match, text_get, uri_put, no_init };

static void url_write(struct eas_pim_context *ctx ATTR_UNUSED,
		      const struct eas_pim_property *row,
		      const struct pim_component *card, struct wbxml_writer *writer)
{
	slot_write(&url_kind, row, card, writer);
}

static int url_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		   struct pim_component *card, const struct wbxml_node *node)
{
	return slot_set(&url_kind, ctx, row, "URL", card, node);
}

const struct eas_pim_type eas_pim_type_contact_url = { url_write, url_set, NULL };
