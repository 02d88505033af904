/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "directpush-ipc-notify.h"
#include "directpush-order.h"

#define DEVICE "phone1"

static const guid_128_t guid_inbox = { 1 }, guid_sent = { 2 }, guid_other = { 3 };
static const struct eas_request ping_request = {
	.command = EAS_COMMAND_PING,
	.version = EAS_VERSION_14_1,
	.device_id = DEVICE
};

#define DATA(text) (const unsigned char *)(text)

static struct directpush_order *test_order(const void *body, size_t body_size)
{
	struct directpush_ipc_park_folder folders[2];
	struct directpush_ipc_park park;
	struct directpush_order_key key;
	struct directpush_order *order;
	string_t *line = t_str_new(256);
	const char *error;

	memset(folders, 0, sizeof(folders));
	guid_128_copy(folders[0].mailbox_guid, guid_inbox);
	folders[0].wake = DIRECTPUSH_CHANGE_NEW;
	folders[0].look = DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_EXPUNGE;
	folders[0].piece = DATA("<inbox>");
	folders[0].piece_size = 7;
	guid_128_copy(folders[1].mailbox_guid, guid_sent);
	folders[1].look = DIRECTPUSH_CHANGE_NEW;
	folders[1].piece = DATA("<sent>");
	folders[1].piece_size = 6;

	i_zero(&park);
	park.heartbeat_secs = 480;
	park.user_look = DIRECTPUSH_CHANGE_HIERARCHY | DIRECTPUSH_CHANGE_ATTRIBUTES;
	park.folders = folders;
	park.folders_count = N_ELEMENTS(folders);
	park.expired = DATA("nothing");
	park.expired_size = 7;
	park.changed_head = DATA("<");
	park.changed_head_size = 1;
	park.changed_tail = DATA(">");
	park.changed_tail_size = 1;
	park.as_asked = DATA("asked so");
	park.as_asked_size = 8;
	park.repeatable = TRUE;
	directpush_ipc_park_append(line, &park);
	str_truncate(line, str_len(line) - 1);

	directpush_order_key_init(&key, &ping_request, body, body_size);
	order = directpush_order_create(str_c(line) + strlen("PARK\t"), &key, &error);
	if (order == NULL)
		i_fatal("order: %s", error);
	/* its own: what the line was read into is gone */
	test_assert(order->park.as_asked_size == 8 &&
		    memcmp(order->park.as_asked, "asked so", 8) == 0);
	return order;
}

static enum directpush_order_effect
test_apply(struct directpush_order *order, const guid_128_t guid,
	   enum directpush_change changes, const char *origin)
{
	struct directpush_ipc_notify notify;

	i_zero(&notify);
	notify.user = "user";
	guid_128_copy(notify.mailbox_guid, guid);
	notify.changes = changes;
	notify.origin_device_id = origin;
	return directpush_order_apply(order, DEVICE, &notify);
}

static void test_directpush_order_apply(void)
{
	static const guid_128_t nowhere;
	static const struct {
		const uint8_t *guid;
		enum directpush_change changes;
		const char *origin;
		enum directpush_order_effect effect;
	} tests[] = {
		{ guid_inbox, DIRECTPUSH_CHANGE_NEW, "", DIRECTPUSH_ORDER_EFFECT_WAKE },
		{ guid_inbox, DIRECTPUSH_CHANGE_NEW, "phone2", DIRECTPUSH_ORDER_EFFECT_WAKE },
		{ guid_inbox, DIRECTPUSH_CHANGE_NEW, DEVICE, DIRECTPUSH_ORDER_EFFECT_NONE },
		{ guid_inbox, DIRECTPUSH_CHANGE_FLAGS, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ guid_inbox, DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_NEW, "",
		  DIRECTPUSH_ORDER_EFFECT_WAKE },
		{ guid_inbox, DIRECTPUSH_CHANGE_ATTRIBUTES, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		/* a folder may have become another, watched or not */
		{ guid_other, DIRECTPUSH_CHANGE_ATTRIBUTES, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ guid_other, DIRECTPUSH_CHANGE_ATTRIBUTES, DEVICE, DIRECTPUSH_ORDER_EFFECT_NONE },
		{ guid_sent, DIRECTPUSH_CHANGE_NEW, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ guid_sent, DIRECTPUSH_CHANGE_FLAGS, "", DIRECTPUSH_ORDER_EFFECT_NONE },
		{ guid_other, DIRECTPUSH_CHANGE_NEW, "", DIRECTPUSH_ORDER_EFFECT_NONE },
		{ nowhere, DIRECTPUSH_CHANGE_HIERARCHY, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ nowhere, DIRECTPUSH_CHANGE_HIERARCHY, DEVICE, DIRECTPUSH_ORDER_EFFECT_NONE },
		/* any mailbox of the user: too many changes to name */
		{ nowhere, DIRECTPUSH_CHANGE_NEW, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ nowhere, DIRECTPUSH_CHANGE_EXPUNGE, "", DIRECTPUSH_ORDER_EFFECT_LOOK },
		{ nowhere, DIRECTPUSH_CHANGE_ATTRIBUTES, "", DIRECTPUSH_ORDER_EFFECT_LOOK }
	};
	struct directpush_order *order;

	test_begin("order: what a change means");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		order = test_order("body", 4);
		test_assert_idx(test_apply(order, tests[i].guid, tests[i].changes,
					   tests[i].origin) == tests[i].effect, i);
		test_assert_idx(order->stale == (tests[i].effect !=
			DIRECTPUSH_ORDER_EFFECT_NONE), i);
		test_assert_idx(order->folders_changed ==
			(order->stale && (tests[i].changes &
					  (DIRECTPUSH_CHANGE_HIERARCHY |
					   DIRECTPUSH_CHANGE_ATTRIBUTES)) != 0), i);
		test_assert_idx(directpush_order_has_changed(order) ==
			(tests[i].effect == DIRECTPUSH_ORDER_EFFECT_WAKE), i);
		directpush_order_unref(&order);
	}
	test_end();
}

static void test_directpush_order_changed(void)
{
	struct directpush_order *order = test_order("body", 4);
	string_t *answer = t_str_new(32);

	test_begin("order: the changed answer names the folders noted, once");
	(void)test_apply(order, guid_inbox, DIRECTPUSH_CHANGE_NEW, "");
	(void)test_apply(order, guid_inbox, DIRECTPUSH_CHANGE_NEW, "");
	(void)test_apply(order, guid_sent, DIRECTPUSH_CHANGE_NEW, "");
	directpush_order_append_changed(order, answer);
	test_assert_strcmp(str_c(answer), "<<inbox>>");
	order->changed[1] = TRUE;
	str_truncate(answer, 0);
	directpush_order_append_changed(order, answer);
	test_assert_strcmp(str_c(answer), "<<inbox><sent>>");
	directpush_order_unref(&order);
	test_end();
}

static void test_directpush_order_repeat(void)
{
	struct directpush_order *order = test_order("body", 4);
	struct directpush_order_key key;
	struct eas_request request = ping_request;

	test_begin("order: which request is the same again");
	directpush_order_key_init(&key, &request, "body", 4);
	test_assert(directpush_order_can_repeat(order, &key));
	directpush_order_key_init(&key, &request, "", 0);
	test_assert(directpush_order_can_repeat(order, &key));
	directpush_order_key_init(&key, &request, "Body", 4);
	test_assert(!directpush_order_can_repeat(order, &key));

	request.version = EAS_VERSION_16_1;
	directpush_order_key_init(&key, &request, "body", 4);
	test_assert(!directpush_order_can_repeat(order, &key));
	request = ping_request;
	request.policy_key = 1;
	directpush_order_key_init(&key, &request, "body", 4);
	test_assert(!directpush_order_can_repeat(order, &key));
	request = ping_request;
	request.command = EAS_COMMAND_SYNC;
	directpush_order_key_init(&key, &request, "body", 4);
	test_assert(!directpush_order_can_repeat(order, &key));

	i_zero(&key);
	key.command = EAS_COMMAND_PING;
	key.version = EAS_VERSION_14_1;
	test_assert(!directpush_order_can_repeat(order, &key));

	directpush_order_key_init(&key, &ping_request, "body", 4);
	(void)test_apply(order, guid_other, DIRECTPUSH_CHANGE_NEW, "");
	test_assert(directpush_order_can_repeat(order, &key));
	(void)test_apply(order, guid_inbox, DIRECTPUSH_CHANGE_FLAGS, "");
	test_assert(!directpush_order_can_repeat(order, &key));
	directpush_order_unref(&order);

	order = test_order("body", 4);
	order->park.repeatable = FALSE;
	test_assert(!directpush_order_can_repeat(order, &key));
	directpush_order_unref(&order);
	test_end();
}

static void test_directpush_order_broken(void)
{
	struct directpush_order_key key;
	const char *error = NULL;

	test_begin("order: a broken line is no order");
	i_zero(&key);
	test_assert(directpush_order_create("heartbeat_secs=x", &key, &error) == NULL);
	test_assert(error != NULL);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_order_apply,
		test_directpush_order_changed,
		test_directpush_order_repeat,
		test_directpush_order_broken,
		NULL
	};
	return test_run(test_functions);
}
