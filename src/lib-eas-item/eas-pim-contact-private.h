/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_CONTACT_PRIVATE_H
#define EAS_PIM_CONTACT_PRIVATE_H

/* Types of rows of contacts: eas-pim-contact.def. */

#include "eas-pim-row.h"

struct pim_property;

/* -name.c: N by field, FN and what it is filed under */
extern const struct eas_pim_type eas_pim_type_contact_name;
extern const struct eas_pim_type eas_pim_type_contact_file_as;
/* FN, which must be there: made of what else there is */
void eas_pim_contact_fill_fn(struct eas_pim_context *ctx, struct pim_component *card);

/* -slot.c: the idx-th of a list, the preferred one first: TEL (name: its use), EMAIL, IMPP, URL */
extern const struct eas_pim_type eas_pim_type_contact_phone;
extern const struct eas_pim_type eas_pim_type_contact_email;
extern const struct eas_pim_type eas_pim_type_contact_im;
extern const struct eas_pim_type eas_pim_type_contact_url;
/* An entry whose slot is emptied stays until all rows are done, so that the others keep their places. */
void eas_pim_contact_slots_finish(struct pim_component *card);

/* -value.c */
/* field idx of the first property name; a list in it is joined by spaces */
extern const struct eas_pim_type eas_pim_type_contact_field;
/* first of the list in the property */
extern const struct eas_pim_type eas_pim_type_contact_first;
/* BDAY, ANNIVERSARY: dates without a time */
extern const struct eas_pim_type eas_pim_type_contact_date;
extern const struct eas_pim_type eas_pim_type_contact_picture;

/* -address.c: field idx of the first ADR of the use name */
extern const struct eas_pim_type eas_pim_type_contact_address;
extern const struct eas_pim_type eas_pim_type_contact_office;

/* -related.c: the one person of that relation, by name */
extern const struct eas_pim_type eas_pim_type_contact_related;
extern const struct eas_pim_type eas_pim_type_contact_children;

/* RFC 6350; else RFC 2426, whose dialect differs in places */
bool eas_pim_contact_is_v4(const struct pim_component *card);
/* Field idx of a structured value as one text: a list in it is joined by separator. "" = none. Data stack. */
const char *eas_pim_field_get(const char *value, unsigned int idx, const char *separator);
/* The value with that field said anew, at least min_count fields; other fields as they were. Data stack. */
const char *eas_pim_field_put(const char *value, unsigned int idx, const char *text,
			      unsigned int min_count);
/* Are all fields of it empty? */
bool eas_pim_fields_are_empty(const char *value);
/* The label of the property's group (item1.X-ABLabel), NULL = none. */
const char *eas_pim_contact_label(const struct pim_component *card,
				  const struct pim_property *property);
/* With the label, if nothing else is in its group. */
void eas_pim_contact_remove(struct pim_component *card, struct pim_property *property);

#endif
