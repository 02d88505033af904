/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "test-eas-file.h"

#include <dirent.h>

#define TEST_MAX_FILE_BYTES (1024*1024)

buffer_t *test_eas_file_read(const char *path)
{
	struct istream *input = i_stream_create_file(path, IO_BLOCK_SIZE);
	buffer_t *data = t_buffer_create(4096);
	const unsigned char *piece;
	size_t size;

	while (i_stream_read_more(input, &piece, &size) > 0 &&
	       data->used <= TEST_MAX_FILE_BYTES) {
		buffer_append(data, piece, size);
		i_stream_skip(input, size);
	}
	if (input->stream_errno != 0)
		i_fatal("%s", i_stream_get_error(input));
	i_stream_unref(&input);
	return data;
}

const char *test_eas_file_read_text(const char *path)
{
	buffer_t *data = test_eas_file_read(path);

	return t_strndup(data->data, data->used);
}

unsigned int
test_eas_file_each(const char *dir_path, const char *suffix,
		   void (*func)(const char *path_without_suffix))
{
	DIR *dir = opendir(dir_path);
	struct dirent *entry;
	unsigned int count = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name), suffix_len = strlen(suffix);

		if (len <= suffix_len ||
		    strcmp(entry->d_name + len - suffix_len, suffix) != 0)
			continue;
		T_BEGIN {
			func(t_strdup_printf("%s/%.*s", dir_path,
					     (int)(len - suffix_len),
					     entry->d_name));
		} T_END;
		count++;
	}
	if (closedir(dir) < 0)
		i_fatal("closedir(%s) failed: %m", dir_path);
	return count;
}
