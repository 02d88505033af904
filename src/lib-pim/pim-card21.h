/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_CARD21_H
#define PIM_CARD21_H

/* Quoted-printable values of vCard 2.1. */

struct pim_component;
struct pim_param;

/* Is it what says that the value is quoted-printable? */
bool pim_card21_is_encoding(const struct pim_param *param);
/* Let all such values of a card stand as those of later versions: UTF-8, with backslashes. */
void pim_card21_decode(pool_t pool, struct pim_component *card);
/* Append a value of later versions as quoted-printable of UTF-8. */
void pim_card21_encode(string_t *dest, const char *value);

#endif
