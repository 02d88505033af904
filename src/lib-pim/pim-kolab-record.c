/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An X-EAS-LINE entry: the digest of the property that the elements decode to, and then on a line each what was there
   before: ":" and a content line, or "=" and the part before the value when the value is the same. "+" instead of the
   digest: nothing was there, add it. X-EAS-COMPONENT is the same for a component, whose text follows. */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

static bool record_is_needed(const struct pim_component *original, const struct pim_component *back)
{
	const struct pim_property *a = original->properties_head, *b = back->properties_head;

	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if (!kolab_property_equal(a, b))
			return TRUE;
	}
	return a != NULL || b != NULL;
}

void kolab_record_properties(pool_t pool, struct kolab_node *customs,
			     const struct pim_component *original, const struct pim_component *back)
{
	const struct pim_property *now = back->properties_head, *property;
	string_t *value;

	if (!record_is_needed(original, back))
		return;
	value = t_str_new(256);
	str_append(value, now == NULL ? "+" : kolab_property_digest(now));
	for (property = original->properties_head; property != NULL; property = property->next) {
		bool same = now != NULL && strcmp(property->value, now->value) == 0;

		str_append(value, same ? "\n=" : "\n:");
		kolab_line_append(value, property, !same);
	}
	kolab_custom_add(pool, customs, KOLAB_CUSTOM_LINE, str_c(value));
}

/* Put what property is now in the place of old, or last when that is NULL. */
static void record_put(struct pim_component *component, struct pim_property *after,
		       struct pim_property *property)
{
	DLLIST2_REMOVE(&component->properties_head, &component->properties_tail, property);
	if (after == NULL)
		DLLIST2_APPEND(&component->properties_head, &component->properties_tail, property);
	else
		DLLIST2_INSERT_AFTER(&component->properties_head, &component->properties_tail,
				     after, property);
}

void kolab_record_apply_properties(pool_t pool, struct pim_component *component, const char *value)
{
	const char *const *line = t_strsplit(value, "\n"), *key = *line;
	struct pim_property *old = NULL, *after, *property;

	if (key == NULL)
		return;
	line++;
	if (strcmp(key, "+") != 0) {
		for (old = component->properties_head; old != NULL; old = old->next) {
			if (strcmp(kolab_property_digest(old), key) == 0)
				break;
		}
		if (old == NULL)
			return;
	}
	after = old;
	for (; *line != NULL; line++) {
		const char *text = *line + 1;

		if (**line == '=' && old != NULL)
			text = t_strconcat(text, ":", old->value, NULL);
		else if (**line != ':')
			continue;
		property = kolab_line_parse(pool, component, text);
		if (property == NULL)
			continue;
		record_put(component, after, property);
		if (after != NULL)
			after = property;
	}
	if (old != NULL)
		pim_property_remove(component, old);
}

static const char *record_component_text(const struct pim_component *component)
{
	string_t *text = t_str_new(512);

	pim_tree_write(text, component);
	/* in XML line ends are LF */
	return t_strarray_join(t_strsplit(str_c(text), "\r"), "");
}

void kolab_record_component(pool_t pool, struct kolab_node *customs, const char *identifier,
			    const struct pim_component *original, const struct pim_component *back)
{
	const char *text = record_component_text(original);
	const char *key = "+";

	if (back != NULL) {
		const char *now = record_component_text(back);

		if (strcmp(now, text) == 0)
			return;
		key = kolab_digest(now);
	}
	kolab_custom_add(pool, customs, identifier, t_strconcat(key, "\n", text, NULL));
}

static void record_replace(struct pim_component *parent, struct pim_component *old, struct pim_component *component)
{
	component->parent = parent;
	DLLIST2_INSERT_AFTER(&parent->components_head, &parent->components_tail, old, component);
	pim_component_remove(old);
}

void kolab_record_apply_component(pool_t pool, struct pim_component *component, const char *value)
{
	const char *key = t_strcut(value, '\n'), *error;
	const char *text = value + strlen(key);
	struct pim_component *parsed, *child;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &parsed, &error) < 0 ||
	    parsed->next != NULL)
		return;
	if (strcmp(key, "+") == 0) {
		pim_component_append(component, parsed);
		return;
	}
	for (child = component->components_head; child != NULL; child = child->next) {
		if (strcmp(kolab_digest(record_component_text(child)), key) == 0) {
			record_replace(component, child, parsed);
			return;
		}
	}
}
