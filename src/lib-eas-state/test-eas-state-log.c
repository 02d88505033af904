/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-state-log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_FORMAT 2

static char test_root[] = "/tmp/test-eas-log-XXXXXX";
static struct event *test_event;
static struct eas_state_store *test_store;

static void test_log_begin(const char *name)
{
	test_begin(name);
	i_snprintf(test_root, sizeof(test_root), "/tmp/test-eas-log-XXXXXX");
	if (mkdtemp(test_root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_root);
	test_event = event_create(NULL);
	test_store = eas_state_store_init_user(test_root, test_event);
	test_assert(eas_state_store_lock(test_store) == 0);
}

static void test_log_end(void)
{
	const char *error;

	eas_state_store_deinit(&test_store);
	event_unref(&test_event);
	if (unlink_directory(test_root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

static const char *test_path(void)
{
	return t_strconcat(test_root, "/" EAS_STATE_USER_NAME "/log", NULL);
}

static off_t test_size(void)
{
	struct stat st;

	return stat(test_path(), &st) < 0 ? -1 : st.st_size;
}

/* "whole|record|record", or "" if it cannot be read. */
static const char *test_read(struct eas_state_end *end_r)
{
	string_t *text = t_str_new(64);
	const struct eas_state_record *record;
	struct eas_state_log log;
	unsigned int format;

	if (eas_state_log_read(test_store, "log", 1, TEST_FORMAT, pool_datastack_create(),
			       &format, &log) != EAS_STATE_OK)
		return "";
	str_append_data(text, log.whole.data, log.whole.size);
	array_foreach(&log.records, record) {
		str_append_c(text, '|');
		str_append_data(text, record->data, record->size);
	}
	*end_r = log.end;
	return str_c(text);
}

static void test_write(const char *text, struct eas_state_end *end_r)
{
	test_assert(eas_state_log_write(test_store, "log", TEST_FORMAT, text, strlen(text),
					end_r) == 0);
}

static int test_append(struct eas_state_end *end, const char *text)
{
	return eas_state_log_append(test_store, "log", end, text, strlen(text), TRUE);
}

static void test_state_log_append(void)
{
	struct eas_state_end end, read_end;

	test_log_begin("state log: what is appended comes back in order");
	test_assert_strcmp(test_read(&read_end), "");
	test_write("whole", &end);
	test_assert_strcmp(test_read(&read_end), "whole");
	test_assert(memcmp(&end, &read_end, sizeof(end)) == 0);
	test_assert(test_append(&end, "one") == 1);
	test_assert(test_append(&end, "two") == 1);
	test_assert_strcmp(test_read(&read_end), "whole|one|two");
	test_assert(memcmp(&end, &read_end, sizeof(end)) == 0);
	test_assert(test_append(&read_end, "three") == 1);
	test_assert_strcmp(test_read(&read_end), "whole|one|two|three");
	test_write("new", &end);
	test_assert_strcmp(test_read(&read_end), "new");
	test_log_end();
}

static void test_state_log_other(void)
{
	struct eas_state_end end, old;

	test_log_begin("state log: nothing is appended to another file than the one that was read");
	test_write("whole", &end);
	old = end;
	test_assert(test_append(&end, "one") == 1);
	test_assert(test_append(&old, "two") == 0);
	old = end;
	test_write("other", &end);
	test_assert(test_append(&old, "two") == 0);
	test_assert_strcmp(test_read(&end), "other");
	i_unlink(test_path());
	test_assert(test_append(&end, "two") == 0);
	test_log_end();
}

static void test_state_log_cut(void)
{
	struct eas_state_end end, first;
	off_t size;

	test_log_begin("state log: a record that is cut off is none, and the next one takes its place");
	test_write("whole", &first);
	end = first;
	test_assert(test_append(&end, "one") == 1);
	end = first;
	for (size = test_size() - 1; size > (off_t)first.offset; size--) T_BEGIN {
		test_assert(truncate(test_path(), size) == 0);
		test_assert_strcmp(test_read(&end), "whole");
		test_assert(end.offset == first.offset && end.file_size == (uoff_t)size);
	} T_END;
	test_assert(truncate(test_path(), first.offset + 20) == 0);
	test_assert_strcmp(test_read(&end), "whole");
	test_assert(test_append(&end, "two") == 1);
	test_assert_strcmp(test_read(&end), "whole|two");
	test_log_end();
}

static void test_state_log_damaged(void)
{
	struct eas_state_end end, first;
	off_t size, offset;
	unsigned char byte;
	int fd;

	test_log_begin("state log: a damaged record is a damaged file");
	test_write("whole", &first);
	size = test_size() + 8 + 6;
	/* not its size: that may be one that was cut off */
	for (offset = first.offset + 4; offset < size; offset++) T_BEGIN {
		test_write("whole", &end);
		test_assert(test_append(&end, "record") == 1);
		fd = open(test_path(), O_RDWR);
		test_assert(pread(fd, &byte, 1, offset) == 1);
		byte ^= 1;
		test_assert(pwrite(fd, &byte, 1, offset) == 1);
		i_close_fd(&fd);
		test_expect_error_string("a record is damaged");
		test_assert_strcmp(test_read(&end), "");
		test_expect_no_more_errors();
		test_assert(test_size() == -1);
	} T_END;
	test_log_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_state_log_append,
		test_state_log_other,
		test_state_log_cut,
		test_state_log_damaged,
		NULL
	};

	return test_run(test_functions);
}
