/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_TNEF_PRIVATE_H
#define EAS_TNEF_PRIVATE_H

/* Pieces of the TNEF reader. */

#include "byteorder.h"
#include "eas-tnef.h"

/* Append the RTF of a PR_RTF_COMPRESSED. Returns FALSE if it is none, or larger than
   EAS_TNEF_MAX_RTF_BYTES. What is cut off just ends earlier. MS-OXRTFCP */
bool eas_tnef_rtf_decompress(const unsigned char *data, size_t size, buffer_t *dest);

#endif
