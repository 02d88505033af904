/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_RTF_TEXT_H
#define EAS_RTF_TEXT_H

/* The words of a Body of Type 3: base64 of RTF, compressed or not. What it looks like is not kept.

   MS-ASAIRS "Type" (2.2.2.41), MS-OXRTFCP; Rich Text Format 1.9.1 */

/* Append the text, UTF-8 with LF. Returns FALSE if data is none, or there is too much of it. */
bool eas_rtf_text(const char *data, string_t *dest);

#endif
