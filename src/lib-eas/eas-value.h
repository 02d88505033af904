/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_VALUE_H
#define EAS_VALUE_H

/* The text of an element <-> C. Parsers return 0, or -1 when the text is not one; what
   an empty element means is said at each.

   MS-ASDTYPE "Common Data Types" (2.) */

/* "2010-01-31T12:00:00.000Z" (mail), "20100131T120000Z" (calendar, contacts, tasks).
   MS-ASDTYPE "dateTime" (2.3), "Compact DateTime" (2.7.5) */
#define EAS_DATE_LENGTH 24
#define EAS_DATE_COMPACT_LENGTH 16

/* Either form, fractions of a second optional and dropped, the "Z" too. Years 1601..9999.
   Empty text is no date. */
int eas_date_parse(const char *text, time_t *utc_r);
/* In the data stack. A time outside years 1601..9999 becomes the nearest inside. */
const char *eas_date_format(time_t utc);
const char *eas_date_format_compact(time_t utc);

/* "1", "0", "true", "false". An empty element is TRUE: being there says it. */
int eas_bool_parse(const char *text, bool *value_r);

/* Decimal digits. A number that does not fit is UINT_MAX, so that a limit catches it.
   Empty text is no number. */
int eas_uint_parse(const char *text, unsigned int *value_r);
/* The same, and -1 outside min..max. */
int eas_uint_parse_range(const char *text, unsigned int min, unsigned int max,
			 unsigned int *value_r);

/* Short stable identifiers of folders and items: 80 bits of a SHA-256 in base32, lower
   case; letters and the digits 2..7. The same data gives the same id for ever. */
#define EAS_ID_DIGEST_BITS 80
#define EAS_ID_LENGTH 16
void eas_id_make(const void *data, size_t size, char id_r[EAS_ID_LENGTH + 1]);
bool eas_id_is_valid(const char *id);

#endif
