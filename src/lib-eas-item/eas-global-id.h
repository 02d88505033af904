/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_GLOBAL_ID_H
#define EAS_GLOBAL_ID_H

/* The UID of a meeting as GlobalObjId. MS-ASEMAIL "GlobalObjId" (2.2.2.37), MS-OXOCAL "PidLidGlobalObjectId" (2.2.1.27) */

/* longer UIDs are cut */
#define EAS_GLOBAL_ID_MAX_UID_BYTES 1000

/* Append the bytes. What Exchange made a UID of is taken apart again, other UIDs are packed. instance: the day of one instance;
   year 0 = the whole series. */
void eas_global_id_append(const char *uid, unsigned int year, unsigned int month,
			  unsigned int day, buffer_t *dest);
/* As text: base64, or hexadecimal digits. Data stack. */
const char *eas_global_id_format(const char *uid, unsigned int year,
				 unsigned int month, unsigned int day, bool hex);

#endif
