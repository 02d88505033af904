/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_EAS_FILE_H
#define TEST_EAS_FILE_H

/* For tests: files they read. Failing to read is fatal. */

/* Both in the data stack. */
buffer_t *test_eas_file_read(const char *path);
const char *test_eas_file_read_text(const char *path);

/* Call func for each file of a folder whose name ends so; it gets the path without the
   ending. Returns how many there were; 0 if there is no such folder. */
unsigned int
test_eas_file_each(const char *dir_path, const char *suffix,
		   void (*func)(const char *path_without_suffix));

#endif
