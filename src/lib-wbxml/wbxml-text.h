/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_TEXT_H
#define WBXML_TEXT_H

/* Makes text legal for an inline string: UTF-8 of characters XML 1.0 allows.
   All else becomes U+FFFD, one for each byte of a broken sequence.
   Works on pieces of any size: a character may be cut between two.

   XML 1.0 "Characters" (2.2) */

/* Returns how many bytes the legal character at data has, 0 if its end is missing, -1 if
   there is no legal character. size > 0. */
int wbxml_text_char(const unsigned char *data, size_t size);

struct wbxml_text_cleaner {
	/* the beginning of a character whose end has not come yet */
	unsigned char part[4];
	unsigned int part_size;
};

void wbxml_text_cleaner_init(struct wbxml_text_cleaner *cleaner);

/* How many of the bytes can be taken as they are: whole legal characters from the
   start of data. 0 while a cut character waits. */
size_t wbxml_text_clean_prefix(const struct wbxml_text_cleaner *cleaner,
			       const unsigned char *data, size_t size);
/* Go past the place where _clean_prefix() stopped and append what stands there in its
   legal form: nothing when a character is cut at the end of data. Returns the number of
   bytes taken; it is 0 only when the byte ends a character that was cut and is broken. */
size_t wbxml_text_cleaner_step(struct wbxml_text_cleaner *cleaner,
			       const unsigned char *data, size_t size,
			       buffer_t *dest);
/* The text ends here. A character that is still cut is appended as U+FFFD. */
void wbxml_text_cleaner_finish(struct wbxml_text_cleaner *cleaner,
			       buffer_t *dest);

#endif
