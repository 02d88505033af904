/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "hex-binary.h"
#include "str.h"
#include "eas-global-id.h"

/*  0 16 class, always the same
   16  4 day of the instance: year (high byte first), month, day; or 0
   20  8 when it was made, may be 0
   28  8 0
   36  4 bytes of data (low byte first)
   40    data: of foreign UIDs "vCal-Uid", 1 0 0 0, the UID, 0 */
#define GLOBAL_ID_DATE 16
#define GLOBAL_ID_HEAD 40
#define FOREIGN_MARK "vCal-Uid\x01\0\0"
#define FOREIGN_MARK_SIZE 12

static const unsigned char global_id_class[16] = {
	0x04, 0x00, 0x00, 0x00, 0x82, 0x00, 0xe0, 0x00,
	0x74, 0xc5, 0xb7, 0x10, 0x1a, 0x82, 0xe0, 0x08
};

static bool append_exchange_id(const char *uid, buffer_t *dest)
{
	size_t start = dest->used;

	if (hex_to_binary(uid, dest) == 0 &&
	    dest->used - start >= GLOBAL_ID_HEAD &&
	    memcmp(CONST_PTR_OFFSET(dest->data, start), global_id_class,
		   sizeof(global_id_class)) == 0)
		return TRUE;
	buffer_set_used_size(dest, start);
	return FALSE;
}

static void append_foreign_id(const char *uid, buffer_t *dest)
{
	size_t len = I_MIN(strlen(uid), EAS_GLOBAL_ID_MAX_UID_BYTES);
	size_t size = FOREIGN_MARK_SIZE + len + 1;

	buffer_append(dest, global_id_class, sizeof(global_id_class));
	buffer_append_zero(dest, GLOBAL_ID_HEAD - 4 - sizeof(global_id_class));
	for (unsigned int i = 0; i < 4; i++)
		buffer_append_c(dest, (size >> (i * 8)) & 0xff);
	buffer_append(dest, FOREIGN_MARK, FOREIGN_MARK_SIZE);
	buffer_append(dest, uid, len);
	buffer_append_c(dest, '\0');
}

void eas_global_id_append(const char *uid, unsigned int year, unsigned int month,
			  unsigned int day, buffer_t *dest)
{
	const unsigned char date[] = { year >> 8, year & 0xff, month, day };
	size_t start = dest->used;

	if (!append_exchange_id(uid, dest))
		append_foreign_id(uid, dest);
	if (year != 0)
		buffer_write(dest, start + GLOBAL_ID_DATE, date, sizeof(date));
}

const char *eas_global_id_format(const char *uid, unsigned int year,
				 unsigned int month, unsigned int day, bool hex)
{
	buffer_t *id = t_buffer_create(128);
	string_t *text = t_str_new(256);

	eas_global_id_append(uid, year, month, day, id);
	if (hex)
		return t_str_ucase(binary_to_hex(id->data, id->used));
	base64_encode(id->data, id->used, text);
	return str_c(text);
}
