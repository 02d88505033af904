/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "unichar.h"
#include "wbxml-text.h"

void wbxml_text_cleaner_init(struct wbxml_text_cleaner *cleaner)
{
	cleaner->part_size = 0;
}

/* The bytes that may follow a lead byte first, so that no character is written longer than
   needed, is a surrogate, or is above U+10FFFF. RFC 3629 4 */
static bool wbxml_text_second_is_legal(unsigned char lead, unsigned char c)
{
	switch (lead) {
	case 0xe0:
		return c >= 0xa0 && c <= 0xbf;
	case 0xed:
		return c >= 0x80 && c <= 0x9f;
	case 0xf0:
		return c >= 0x90 && c <= 0xbf;
	case 0xf4:
		return c >= 0x80 && c <= 0x8f;
	default:
		return c >= 0x80 && c <= 0xbf;
	}
}

static unsigned int wbxml_text_lead_length(unsigned char c)
{
	if (c < 0x80)
		return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? 1 : 0;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

int wbxml_text_char(const unsigned char *data, size_t size)
{
	unsigned int i, len = wbxml_text_lead_length(data[0]);

	if (len == 0)
		return -1;
	for (i = 1; i < len; i++) {
		if (i == size)
			return 0;
		if (i == 1 ? !wbxml_text_second_is_legal(data[0], data[1]) :
		    (data[i] & 0xc0) != 0x80)
			return -1;
	}
	/* U+FFFE and U+FFFF are no characters */
	if (data[0] == 0xef && data[1] == 0xbf && data[2] >= 0xbe)
		return -1;
	return len;
}

size_t wbxml_text_clean_prefix(const struct wbxml_text_cleaner *cleaner,
			       const unsigned char *data, size_t size)
{
	size_t pos = 0;
	int len;

	if (cleaner->part_size > 0)
		return 0;
	while (pos < size) {
		if (data[pos] >= 0x20 && data[pos] < 0x80) {
			pos++;
			continue;
		}
		len = wbxml_text_char(data + pos, size - pos);
		if (len <= 0)
			break;
		pos += len;
	}
	return pos;
}

static void wbxml_text_add_replacement(buffer_t *dest, unsigned int count)
{
	for (; count > 0; count--)
		buffer_append(dest, UNICODE_REPLACEMENT_CHAR_UTF8, 3);
}

size_t wbxml_text_cleaner_step(struct wbxml_text_cleaner *cleaner,
			       const unsigned char *data, size_t size,
			       buffer_t *dest)
{
	size_t taken = 0;
	int len;

	do {
		if (taken == size)
			return taken;
		i_assert(cleaner->part_size < sizeof(cleaner->part));
		cleaner->part[cleaner->part_size++] = data[taken++];
		len = wbxml_text_char(cleaner->part, cleaner->part_size);
	} while (len == 0);

	if (len > 0) {
		buffer_append(dest, cleaner->part, len);
		cleaner->part_size = 0;
		return taken;
	}
	/* The byte that broke the sequence may begin another character. */
	if (cleaner->part_size > 1) {
		cleaner->part_size--;
		taken--;
	}
	wbxml_text_add_replacement(dest, cleaner->part_size);
	cleaner->part_size = 0;
	return taken;
}

void wbxml_text_cleaner_finish(struct wbxml_text_cleaner *cleaner,
			       buffer_t *dest)
{
	wbxml_text_add_replacement(dest, cleaner->part_size);
	cleaner->part_size = 0;
}
