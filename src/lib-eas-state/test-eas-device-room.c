/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "unlink-directory.h"
#include "test-common.h"
#include "eas-device.h"
#include "eas-device-room.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define TEST_ROOT ".test-eas-device-room"
#define NOW 1767225600
#define DAY (24*60*60)

static struct event *test_event;

static void test_room_begin(const char *name)
{
	const char *error;

	test_begin(name);
	ioloop_time = NOW;
	test_event = event_create(NULL);
	(void)unlink_directory(TEST_ROOT, UNLINK_DIRECTORY_FLAG_RMDIR, &error);
}

static void test_room_end(void)
{
	const char *error;

	test_assert(unlink_directory(TEST_ROOT, UNLINK_DIRECTORY_FLAG_RMDIR, &error) >= 0);
	event_unref(&test_event);
	test_end();
}

static void test_device_write(const char *id, time_t last_seen)
{
	struct eas_state_store *store = eas_state_store_init(TEST_ROOT, id, test_event);
	struct eas_device *device;

	test_assert(eas_state_store_lock(store) == 0);
	test_assert(eas_device_read(store, test_event, &device) == 0);
	device->last_seen = last_seen;
	device->dirty = TRUE;
	test_assert(eas_device_write(device) == 0);
	eas_device_free(&device);
	eas_state_store_deinit(&store);
}

/* their ids, one after another */
static void test_devices_are(const char *expected)
{
	ARRAY_TYPE(const_string) ids;
	const char *error;

	test_assert(eas_state_store_devices(TEST_ROOT, pool_datastack_create(), &ids,
					    &error) == 0);
	array_append_zero(&ids);
	test_assert_strcmp(t_strarray_join(array_front(&ids), " "), expected);
}

static int test_make_room(const char *id, unsigned int max)
{
	return eas_device_make_room(TEST_ROOT, id, max, test_event);
}

static void test_eas_device_room(void)
{
	test_room_begin("eas device room: the one unused longest makes room, one in use never");
	test_assert(test_make_room("new", 3) == 1);
	test_device_write("a", NOW - 40 * DAY);
	test_device_write("b", NOW - 60 * DAY);
	test_device_write("c", NOW - 29 * DAY);
	test_assert(test_make_room("new", 4) == 1);
	test_assert(test_make_room("new", 0) == 1);
	test_assert(test_make_room("c", 3) == 1);
	test_devices_are("a b c");
	test_assert(test_make_room("new", 3) == 1);
	test_devices_are("a c");
	test_device_write("d", NOW);
	test_assert(test_make_room("new", 3) == 1);
	test_devices_are("c d");
	test_device_write("e", NOW);
	test_assert(test_make_room("new", 3) == 0);
	test_devices_are("c d e");
	test_room_end();
}

static void test_eas_device_room_lowered(void)
{
	test_room_begin("eas device room: a lower limit is reached at the next new device");
	for (char id[] = "a"; id[0] <= 'f'; id[0]++)
		test_device_write(id, NOW - (id[0] - 'a') * 20 * DAY);
	test_assert(test_make_room("new", 3) == 1);
	test_devices_are("a b");
	test_assert(test_make_room("new", 1) == 0);
	test_devices_are("a b");
	test_room_end();
}

static void test_eas_device_room_no_record(void)
{
	struct eas_state_store *store;

	test_room_begin("eas device room: a directory without a record was never seen");
	test_device_write("a", NOW - 40 * DAY);
	store = eas_state_store_init(TEST_ROOT, "b", test_event);
	test_assert(eas_state_store_lock(store) == 0);
	test_assert(eas_state_store_write(store, "folder-x", 1, "x", 1) == 0);
	eas_state_store_deinit(&store);
	test_assert(test_make_room("new", 2) == 1);
	test_devices_are("a");
	test_room_end();
}

static void test_eas_device_expire(void)
{
	struct eas_state_store *store;

	test_room_begin("eas device room: what was not seen for so long is forgotten");
	test_device_write("a", NOW - 40 * DAY);
	store = eas_state_store_init(TEST_ROOT, "a", test_event);
	test_assert(eas_state_store_lock(store) == 0);
	test_assert(eas_device_expire(&store, test_event, 41 * DAY) == 0);
	test_devices_are("a");
	test_assert(store != NULL && eas_device_expire(&store, test_event, 40 * DAY) == 1);
	test_assert(store == NULL);
	test_devices_are("");
	test_room_end();
}

/* An upgrade that was taken back, or a disk that failed: what the device had is not the first to go. */
static void test_eas_device_room_not_understood(void)
{
	struct eas_state_store *store;
	const struct utimbuf old = { NOW - 50 * DAY, NOW - 50 * DAY };
	const struct utimbuf recent = { NOW - DAY, NOW - DAY };

	test_room_begin("eas device room: a record that is not understood was in use when it was written");
	test_device_write("a", NOW - 40 * DAY);
	store = eas_state_store_init(TEST_ROOT, "b", test_event);
	test_assert(eas_state_store_lock(store) == 0);
	test_assert(eas_state_store_write(store, EAS_DEVICE_SUBJECT, EAS_DEVICE_FORMAT + 1,
					  "x", 1) == 0);
	test_assert(utime(TEST_ROOT"/b/"EAS_DEVICE_SUBJECT, &recent) == 0);
	test_expect_error_string("a newer version wrote it");
	test_assert(eas_device_expire(&store, test_event, 30 * DAY) == 0);
	test_expect_no_more_errors();
	eas_state_store_deinit(&store);
	test_expect_error_string("a newer version wrote it");
	test_assert(test_make_room("new", 2) == 1);
	test_expect_no_more_errors();
	test_devices_are("b");

	test_assert(truncate(TEST_ROOT"/b/"EAS_DEVICE_SUBJECT, 3) == 0);
	test_assert(utime(TEST_ROOT"/b/"EAS_DEVICE_SUBJECT, &recent) == 0);
	store = eas_state_store_init(TEST_ROOT, "b", test_event);
	test_assert(eas_state_store_lock(store) == 0);
	test_expect_error_string("is ignored");
	test_assert(eas_device_expire(&store, test_event, 30 * DAY) == 0);
	test_expect_no_more_errors();
	/* it is set aside now */
	test_assert(eas_device_expire(&store, test_event, 30 * DAY) == 0);
	test_assert(utime(TEST_ROOT"/b/"EAS_DEVICE_SUBJECT".bad", &old) == 0);
	test_assert(eas_device_expire(&store, test_event, 30 * DAY) == 1);
	test_devices_are("");
	test_room_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_device_room,
		test_eas_device_room_lowered,
		test_eas_device_room_no_record,
		test_eas_device_room_not_understood,
		test_eas_device_expire,
		NULL
	};
	return test_run(test_functions);
}
