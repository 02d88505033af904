/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "ioloop.h"
#include "test-common.h"
#include "eas-device.h"

#define NOW 1767225600

static struct event *test_event;

static struct eas_device *test_device_begin(const char *name)
{
	test_begin(name);
	ioloop_time = NOW;
	test_event = event_create(NULL);
	return eas_device_new(NULL, test_event);
}

static void test_device_end(struct eas_device **device)
{
	eas_device_free(device);
	event_unref(&test_event);
	test_end();
}

static void
test_folder_add(ARRAY_TYPE(eas_device_folder) *folders, const char *id, const char *name)
{
	struct eas_device_folder *folder = array_append_space(folders);

	folder->id = id;
	folder->parent_id = "0";
	folder->display_name = name;
	folder->type = EAS_FOLDER_TYPE_USER_MAIL;
}

static void test_device_fill(struct eas_device *device)
{
	static const char *const ids[] = { "aaaa", "bbbb" };
	ARRAY_TYPE(eas_device_folder) folders;

	device->type = "iPhone";
	device->user_agent = "Apple-iPhone/1\twith\nodd bytes\001";
	device->version = EAS_VERSION_16_1;
	device->last_seen = NOW + 1;
	device->info.model = "iPhone15C2";
	device->info.mobile_operator = "Tel\xc3\xa9";
	device->policy_key = 0xfffffffe;
	device->policy_temp_key = 7;
	device->hierarchy.key = 41;
	t_array_init(&folders, 2);
	test_folder_add(&folders, "aaaa", "Inbox");
	test_folder_add(&folders, "bbbb", "Tab\tand line\n");
	test_assert(eas_device_hierarchy_tell(device, &folders) == 42);
	test_assert(eas_device_hierarchy_confirm(device, 42));
	test_folder_add(&folders, "cccc", "New");
	test_assert(eas_device_hierarchy_tell(device, &folders) == 43);
	device->ping_heartbeat_secs = 480;
	array_append(&device->ping_folder_ids, ids, N_ELEMENTS(ids));
	device->sync_request = (const unsigned char *)"\0\n\t\r\001z";
	device->sync_request_size = 6;
	eas_device_add_sent(device, "client-1", FALSE);
	eas_device_add_sent(device, "client-2", TRUE);
	eas_device_add_move(device, "aaaa:1", "bbbb:7");
}

static void test_eas_device_round_trip(void)
{
	struct eas_device *device, *copy;
	string_t *bytes = t_str_new(1024), *again = t_str_new(1024);
	const struct eas_device_folder *folder;
	const char *error;

	device = test_device_begin("eas device: record to bytes and back");
	test_device_fill(device);
	eas_device_encode(bytes, device);
	copy = eas_device_new(NULL, test_event);
	test_assert(eas_device_decode(copy, bytes->data, bytes->used, &error) == 0);
	test_assert_strcmp(copy->type, "iPhone");
	test_assert_strcmp(copy->user_agent, device->user_agent);
	test_assert(copy->version == EAS_VERSION_16_1);
	test_assert(copy->created == NOW && copy->last_seen == NOW + 1);
	test_assert_strcmp(copy->info.mobile_operator, device->info.mobile_operator);
	test_assert(copy->info.imei == NULL);
	test_assert(copy->policy_key == 0xfffffffe && copy->policy_temp_key == 7);
	test_assert(copy->hierarchy.key == 42 && copy->hierarchy.have_pending);
	test_assert(array_count(&copy->hierarchy.confirmed) == 2);
	test_assert(array_count(&copy->hierarchy.pending) == 3);
	folder = eas_device_folder_find(&copy->hierarchy.confirmed, "bbbb");
	test_assert(folder != NULL && strcmp(folder->display_name, "Tab\tand line\n") == 0);
	test_assert(array_count(&copy->ping_folder_ids) == 2);
	test_assert(copy->sync_request_size == 6 &&
		    memcmp(copy->sync_request, device->sync_request, 6) == 0);
	test_assert(eas_device_find_sent(copy, "client-1") != NULL);
	test_assert(eas_device_find_move(copy, "aaaa:1") != NULL);
	eas_device_encode(again, copy);
	test_assert_strcmp(str_c(again), str_c(bytes));
	eas_device_free(&copy);
	test_device_end(&device);
}

static void test_eas_device_truncated(void)
{
	struct eas_device *device, *copy;
	string_t *bytes = t_str_new(1024);
	const char *error;
	int ret;

	device = test_device_begin("eas device: bytes truncated at every place");
	test_device_fill(device);
	eas_device_encode(bytes, device);
	for (size_t i = 1; i < bytes->used; i++) {
		copy = eas_device_new(NULL, test_event);
		ret = eas_device_decode(copy, bytes->data, i, &error);
		/* only whole lines are taken */
		test_assert_idx((ret == 0) == (str_c(bytes)[i-1] == '\n'), i);
		eas_device_free(&copy);
	}
	test_device_end(&device);
}

static void test_eas_device_wrong_bytes(void)
{
	static const char *const wrong[] = {
		"policy_key\t-1\n", "policy_key\t4294967296\n", "version\t\n",
		"created\tnever\n", "type\n", "folder\ta\t0\n", "folder\ta\t0\tx\tname\n",
		"sent\t5\n", "move\t1\ta\n", "\n", "type\tiPhone"
	};
	struct eas_device *device;
	const char *error;

	device = test_device_begin("eas device: wrong bytes");
	for (unsigned int i = 0; i < N_ELEMENTS(wrong); i++) {
		test_assert_idx(eas_device_decode(device, (const void *)wrong[i],
						  strlen(wrong[i]), &error) < 0, i);
	}
	test_assert(eas_device_decode(device, (const void *)"later\tx\ty\n", 10,
				      &error) == 0);
	test_assert(eas_device_decode(device, NULL, 0, &error) == 0);
	test_assert(eas_device_decode(device, (const void *)"sync_request\t\n", 14,
				      &error) == 0);
	test_assert(device->sync_request_size == 0);
	test_device_end(&device);
}

static void test_eas_device_hierarchy(void)
{
	struct eas_device *device;
	ARRAY_TYPE(eas_device_folder) folders;
	uint32_t key;

	device = test_device_begin("eas device: two generations of the hierarchy");
	t_array_init(&folders, 2);
	test_folder_add(&folders, "aaaa", "Inbox");
	test_assert(!eas_device_hierarchy_confirm(device, 1));
	test_assert(!device->dirty);
	test_assert(eas_device_hierarchy_confirm(device, 0));
	key = eas_device_hierarchy_tell(device, &folders);
	test_assert(array_count(eas_device_hierarchy_latest(device)) == 1);
	test_assert(array_count(&device->hierarchy.confirmed) == 0);
	/* the answer arrived */
	test_assert(eas_device_hierarchy_confirm(device, key));
	test_assert(array_count(&device->hierarchy.confirmed) == 1);
	/* and nothing is there to tell: the key stays */
	device->dirty = FALSE;
	test_assert(eas_device_hierarchy_confirm(device, key));
	test_assert(!device->dirty);
	test_folder_add(&folders, "bbbb", "New");
	test_assert(eas_device_hierarchy_tell(device, &folders) == key + 1);
	/* lost: asked again */
	test_assert(eas_device_hierarchy_confirm(device, key));
	test_assert(array_count(&device->hierarchy.confirmed) == 1);
	test_assert(eas_device_hierarchy_tell(device, &folders) == key + 1);
	test_assert(!eas_device_hierarchy_confirm(device, key + 2));
	test_assert(!eas_device_hierarchy_confirm(device, key - 1));
	test_assert(eas_device_hierarchy_confirm(device, key + 1));
	test_assert(!eas_device_hierarchy_confirm(device, key));
	/* anew */
	test_assert(eas_device_hierarchy_confirm(device, 0));
	test_assert(array_count(&device->hierarchy.confirmed) == 0);
	test_assert(!device->hierarchy.have_pending);
	test_device_end(&device);
}

static void test_eas_device_sent_and_moved(void)
{
	struct eas_device *device;
	unsigned int i;

	device = test_device_begin("eas device: what was sent and moved is kept for a while");
	for (i = 0; i <= EAS_DEVICE_MAX_SENT; i++)
		eas_device_add_sent(device, t_strdup_printf("c%u", i), i == 1);
	test_assert(array_count(&device->sent) == EAS_DEVICE_MAX_SENT);
	test_assert(eas_device_find_sent(device, "c0") == NULL);
	test_assert(eas_device_find_sent(device, "c1")->copy_due);
	eas_device_sent_copied(device, "c1");
	test_assert(!eas_device_find_sent(device, "c1")->copy_due);
	eas_device_remove_sent(device, "c2");
	test_assert(eas_device_find_sent(device, "c2") == NULL);
	test_assert(array_count(&device->sent) == EAS_DEVICE_MAX_SENT - 1);
	ioloop_time = NOW + EAS_DEVICE_SENT_SECS;
	test_assert(eas_device_find_sent(device, "c1") == NULL);
	eas_device_add_sent(device, "late", FALSE);
	test_assert(array_count(&device->sent) == 1);

	ioloop_time = NOW;
	for (i = 0; i <= EAS_DEVICE_MAX_MOVES; i++)
		eas_device_add_move(device, t_strdup_printf("a:%u", i), "b:1");
	test_assert(array_count(&device->moves) == EAS_DEVICE_MAX_MOVES);
	test_assert(eas_device_find_move(device, "a:0") == NULL);
	eas_device_add_move(device, "a:5", "b:2");
	test_assert_strcmp(eas_device_find_move(device, "a:5")->dst_id, "b:2");
	ioloop_time = NOW + EAS_DEVICE_MOVE_SECS;
	test_assert(eas_device_find_move(device, "a:5") == NULL);
	eas_device_add_move(device, "a:1", "b:3");
	test_assert(array_count(&device->moves) == 1);
	test_device_end(&device);
}

static void test_eas_device_deletes(void)
{
	struct eas_device *device = test_device_begin("eas device: deletions for good by the hour");
	time_t start = NOW;
	bool now;

	ioloop_time = start;
	test_assert(eas_device_may_delete(device, 6, 10, &now) && !now);
	test_assert(eas_device_may_delete(device, 4, 10, &now) && !now);
	test_assert(eas_device_may_delete(device, 0, 10, &now) && !now);
	ioloop_time = start + EAS_DEVICE_DELETES_SECS;
	test_assert(eas_device_may_delete(device, 10, 10, &now) && !now);
	test_assert(!eas_device_may_delete(device, 1, 10, &now) && now);
	/* held, whatever it wants, until somebody allows it */
	ioloop_time += EAS_DEVICE_DELETES_SECS;
	test_assert(!eas_device_may_delete(device, 1, 10, &now) && !now);
	test_assert(eas_device_may_delete(device, 0, 10, &now) && !now);
	test_assert(eas_device_release(device));
	test_assert(!eas_device_release(device));
	test_assert(eas_device_may_delete(device, UINT_MAX, 10, &now) && !now);
	ioloop_time += EAS_DEVICE_DELETES_SECS;
	test_assert(!eas_device_may_delete(device, UINT_MAX, 10, &now) && now);
	test_assert(eas_device_release(device));
	/* the clock was set back; no limit */
	ioloop_time = start;
	test_assert(eas_device_may_delete(device, 10, 10, &now) && !now);
	test_assert(eas_device_may_delete(device, 1000, 0, &now) && !now);
	test_device_end(&device);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_device_round_trip,
		test_eas_device_truncated,
		test_eas_device_wrong_bytes,
		test_eas_device_hierarchy,
		test_eas_device_sent_and_moved,
		test_eas_device_deletes,
		NULL
	};
	return test_run(test_functions);
}
