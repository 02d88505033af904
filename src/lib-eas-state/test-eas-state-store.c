/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "read-full.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "eas-state-store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEST_FORMAT 3
static const unsigned char test_data[] = "what a device has\0and more";

static char test_root[] = "/tmp/test-eas-state-XXXXXX";
static struct event *test_event;
static struct eas_state_store *test_store;
static pool_t test_pool;

static void test_store_begin(const char *name)
{
	test_begin(name);
	i_snprintf(test_root, sizeof(test_root), "/tmp/test-eas-state-XXXXXX");
	if (mkdtemp(test_root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_root);
	test_pool = pool_alloconly_create("test store", 1024);
	test_event = event_create(NULL);
	test_store = eas_state_store_init(t_strconcat(test_root, "/dp", NULL),
					  "Phone1", test_event);
	test_assert(eas_state_store_lock(test_store) == 0);
}

static void test_store_end(void)
{
	const char *error;

	if (test_store != NULL)
		eas_state_store_deinit(&test_store);
	event_unref(&test_event);
	pool_unref(&test_pool);
	if (unlink_directory(test_root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

static const char *test_path(const char *name)
{
	return t_strdup_printf("%s/dp/Phone1/%s", test_root, name);
}

static void test_file_read(const char *name, buffer_t *dest)
{
	struct stat st;
	int fd = open(test_path(name), O_RDONLY);

	if (fd == -1 || fstat(fd, &st) < 0 ||
	    read_full(fd, buffer_append_space_unsafe(dest, st.st_size), st.st_size) <= 0)
		i_fatal("cannot read %s: %m", test_path(name));
	i_close_fd(&fd);
}

static void test_file_write(const char *name, const void *data, size_t size)
{
	int fd = open(test_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write_full(fd, data, size) < 0)
		i_fatal("cannot write %s: %m", test_path(name));
	i_close_fd(&fd);
}

static void test_store_write(const char *name)
{
	test_assert(eas_state_store_write(test_store, name, TEST_FORMAT, test_data,
					  sizeof(test_data)) == 0);
}

static enum eas_state_result test_store_read(const char *name, size_t *size_r)
{
	const unsigned char *data;
	enum eas_state_result result;

	result = eas_state_store_read(test_store, name, TEST_FORMAT, test_pool,
				      &data, size_r);
	if (result == EAS_STATE_OK && *size_r == sizeof(test_data))
		test_assert(memcmp(data, test_data, *size_r) == 0);
	return result;
}

static void test_eas_state_store_write_read(void)
{
	struct stat st;
	size_t size;

	test_store_begin("eas state store: what is written is read");
	test_assert(test_store_read("device", &size) == EAS_STATE_NONE);
	test_assert(stat(test_path("."), &st) < 0);
	test_store_write("device");
	test_assert(test_store_read("device", &size) == EAS_STATE_OK);
	test_assert(size == sizeof(test_data));
	test_assert(stat(test_path("device"), &st) == 0 && (st.st_mode & 0777) == 0600);
	test_assert(stat(test_path("."), &st) == 0 && (st.st_mode & 0777) == 0700);

	test_assert(eas_state_store_write(test_store, "device", TEST_FORMAT, "", 0) == 0);
	test_assert(test_store_read("device", &size) == EAS_STATE_OK && size == 0);

	test_assert(eas_state_store_delete(test_store, "device") == 0);
	test_assert(test_store_read("device", &size) == EAS_STATE_NONE);
	test_assert(eas_state_store_delete(test_store, "device") == 0);
	test_store_end();
}

static void test_eas_state_store_truncated(void)
{
	buffer_t *file = t_buffer_create(128);
	size_t size;

	test_store_begin("eas state store: truncated at every byte");
	test_store_write("folder-a");
	test_file_read("folder-a", file);
	for (size_t i = 0; i < file->used; i++) {
		test_file_write("folder-a", file->data, i);
		test_expect_errors(1);
		test_assert_idx(test_store_read("folder-a", &size) ==
				EAS_STATE_CORRUPT, i);
		/* logged once: it was put aside */
		test_assert_idx(test_store_read("folder-a", &size) ==
				EAS_STATE_NONE, i);
		test_expect_no_more_errors();
	}
	buffer_append_c(file, 'x');
	test_file_write("folder-a", file->data, file->used);
	test_expect_errors(1);
	test_assert(test_store_read("folder-a", &size) == EAS_STATE_CORRUPT);
	test_expect_no_more_errors();
	test_store_end();
}

static void test_eas_state_store_flipped(void)
{
	buffer_t *file = t_buffer_create(128);
	unsigned char *bytes;
	size_t size;

	test_store_begin("eas state store: every bit flipped");
	test_store_write("folder-a");
	test_file_read("folder-a", file);
	bytes = buffer_get_modifiable_data(file, NULL);
	for (unsigned int bit = 0; bit < file->used * 8; bit++) {
		bytes[bit / 8] ^= 1 << (bit % 8);
		test_file_write("folder-a", bytes, file->used);
		bytes[bit / 8] ^= 1 << (bit % 8);
		test_expect_errors(1);
		test_assert_idx(test_store_read("folder-a", &size) ==
				EAS_STATE_CORRUPT, bit);
		test_expect_no_more_errors();
	}
	test_store_end();
}

static void test_eas_state_store_other_format(void)
{
	const unsigned char *data;
	size_t size;

	test_store_begin("eas state store: another version's file is left alone");
	test_store_write("folder-a");
	test_expect_error_string("an older version wrote it");
	test_assert(eas_state_store_read(test_store, "folder-a", TEST_FORMAT + 1,
					 test_pool, &data, &size) == EAS_STATE_CORRUPT);
	test_expect_no_more_errors();
	for (unsigned int i = 0; i < 2; i++) {
		test_expect_error_string("a newer version wrote it");
		test_assert_idx(eas_state_store_read(test_store, "folder-a", TEST_FORMAT - 1,
						     test_pool, &data, &size) == EAS_STATE_CORRUPT, i);
		test_expect_no_more_errors();
	}
	test_assert(access(test_path("folder-a.newer"), F_OK) == 0);
	test_assert(test_store_read("folder-a", &size) == EAS_STATE_OK);
	test_store_end();
}

/* A full disk and a file size limit fail at the same place. */
static void test_eas_state_store_full(void)
{
	struct rlimit limit, old;
	unsigned char big[8192] = { 0 };
	size_t size;

	test_store_begin("eas state store: a full disk leaves the old state");
	test_store_write("device");
	signal(SIGXFSZ, SIG_IGN);
	test_assert(getrlimit(RLIMIT_FSIZE, &old) == 0);
	limit = old;
	limit.rlim_cur = 4096;
	test_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	test_expect_error_string("device.tmp) failed");
	test_assert(eas_state_store_write(test_store, "device", TEST_FORMAT,
					  big, sizeof(big)) == -1);
	test_expect_no_more_errors();
	test_assert(setrlimit(RLIMIT_FSIZE, &old) == 0);
	test_assert(access(test_path("device.tmp"), F_OK) < 0);
	test_assert(test_store_read("device", &size) == EAS_STATE_OK &&
		    size == sizeof(test_data));
	test_store_end();
}

static void test_eas_state_store_lists(void)
{
	ARRAY_TYPE(const_string) names;
	const char *error, *root;

	test_store_begin("eas state store: lists of subjects and devices");
	root = t_strconcat(test_root, "/dp", NULL);
	test_assert(eas_state_store_list(test_store, test_pool, &names) == 0);
	test_assert(array_count(&names) == 0);
	test_store_write("folder-b");
	test_store_write("device");
	test_file_write("device.tmp", "x", 1);
	test_assert(eas_state_store_list(test_store, test_pool, &names) == 0);
	test_assert(array_count(&names) == 2);
	if (array_count(&names) == 2) {
		test_assert_strcmp(array_idx_elem(&names, 0), "device");
		test_assert_strcmp(array_idx_elem(&names, 1), "folder-b");
	}
	/* the lock beside it is no device, and neither is what no device can be called */
	test_assert(mkdir(t_strconcat(root, "/ANameThatIsLongerThanThe32BytesAllowed",
				      NULL), 0700) == 0);
	test_assert(eas_state_store_devices(root, test_pool, &names, &error) == 0);
	test_assert(array_count(&names) == 1);
	test_assert(eas_state_store_remove(&test_store) == 0);
	test_assert(eas_state_store_devices(root, test_pool, &names, &error) == 0);
	test_assert(array_count(&names) == 0);
	test_assert(rmdir(t_strconcat(root, "/ANameThatIsLongerThanThe32BytesAllowed",
				      NULL)) == 0);
	test_assert(rmdir(root) == 0);
	test_store_end();
}

static void test_eas_state_store_lock(void)
{
	struct stat st;

	test_store_begin("eas state store: a lock without a device leaves nothing behind");
	test_assert(stat(t_strconcat(test_root, "/dp/Phone1.lock", NULL), &st) == 0);
	eas_state_store_unlock(test_store);
	test_assert(stat(t_strconcat(test_root, "/dp/Phone1.lock", NULL), &st) < 0);
	test_assert(eas_state_store_lock(test_store) == 0);
	test_assert(stat(test_path("."), &st) < 0);
	/* but it stays with the device */
	test_store_write("device");
	eas_state_store_unlock(test_store);
	test_assert(stat(t_strconcat(test_root, "/dp/Phone1.lock", NULL), &st) == 0);
	test_assert(eas_state_store_lock(test_store) == 0);
	test_store_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_state_store_write_read,
		test_eas_state_store_truncated,
		test_eas_state_store_flipped,
		test_eas_state_store_other_format,
		test_eas_state_store_full,
		test_eas_state_store_lists,
		test_eas_state_store_lock,
		NULL
	};
	return test_run(test_functions);
}
