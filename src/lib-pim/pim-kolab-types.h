/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_KOLAB_TYPES_H
#define PIM_KOLAB_TYPES_H

/* The types that rows name. */

struct kolab_type;
struct kolab_row;
struct kolab_node;
struct pim_property;

/* both: pim-kolab-text.c */
extern const struct kolab_type kolab_type_text, kolab_type_word, kolab_type_texts, kolab_type_uri, kolab_type_integer;
/* xCal: pim-kolab-calendar.c, pim-kolab-recur.c */
extern const struct kolab_type kolab_type_class, kolab_type_address, kolab_type_utc, kolab_type_time, kolab_type_end,
	kolab_type_times, kolab_type_duration, kolab_type_trigger, kolab_type_attach, kolab_type_recur;
/* xCard: pim-kolab-card.c */
extern const struct kolab_type kolab_type_urn, kolab_type_stamp, kolab_type_name, kolab_type_address_card,
	kolab_type_org, kolab_type_related, kolab_type_relation, kolab_type_day, kolab_type_data, kolab_type_sex,
	kolab_type_language, kolab_type_place, kolab_type_crypto, kolab_type_phone;
/* the place of the Affiliations */
extern const struct kolab_type kolab_type_group;
/* notes: pim-kolab-note.c */
extern const struct kolab_type kolab_type_plain, kolab_type_plain_class, kolab_type_plain_utc,
	kolab_type_html, kolab_type_plain_attach;

/* Text of the only or first value element, "" if there is none. */
const char *kolab_value_text(const struct kolab_node *node);
/* Add <type>text</type>, text copied. */
void kolab_value_add(pool_t pool, struct kolab_node *node, const char *type, const char *text);
/* The value unescaped, and, when the row lists some, the listed one; NULL = none of them. */
const char *kolab_row_text(const struct kolab_row *row, const struct pim_property *property);
bool kolab_uri_is_valid(const char *text);
bool kolab_attach_decode(pool_t pool, const struct kolab_row *row,
			 const struct kolab_node *node, struct pim_property *property);
bool kolab_utc_decode(pool_t pool, const struct kolab_row *row,
		      const struct kolab_node *node, struct pim_property *property);

#endif
