/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "hex-binary.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "eas-email-message.h"
#include "eas-conversation.h"

/* Head of a message -> "id index" in hex. */
static const char *conversation(const char *head, const char *topic, const char *fallback,
				time_t sent)
{
	unsigned char id[EAS_CONVERSATION_ID_BYTES];
	pool_t pool = pool_alloconly_create("test", 1024);
	struct istream *input = i_stream_create_from_data(head, strlen(head));
	struct eas_email_message *message;
	buffer_t *index = t_buffer_create(64);
	const char *error;

	if (eas_email_message_parse(pool, input, NULL, &message, &error) < 0)
		i_fatal("%s", error);
	eas_conversation_get_id(message, topic, fallback, id);
	eas_conversation_append_index(message, sent, index);
	i_stream_unref(&input);
	pool_unref(&pool);
	return t_strdup_printf("%s %s", binary_to_hex(id, sizeof(id)),
			       binary_to_hex(index->data, index->used));
}

static const char *conversation_id(const char *head)
{
	return t_strcut(conversation(head, "", "x", 0), ' ');
}

static void test_eas_conversation_id(void)
{
	const char *first = conversation_id("Message-ID: <a@x>\n\n");

	test_begin("eas conversation: id");
	/* all of a thread have the first one's */
	test_assert_strcmp(conversation_id("Message-ID: <b@x>\nIn-Reply-To: <a@x>\n\n"), first);
	test_assert_strcmp(conversation_id("Message-ID: <c@x>\nIn-Reply-To: <b@x>\n"
					   "References: <a@x>\n <b@x>\n\n"), first);
	test_assert(strcmp(conversation_id("Message-ID: <b@x>\n\n"), first) != 0);
	/* without any id: the index, the topic, or what the caller says; never empty */
	test_assert_strcmp(t_strcut(conversation(
		"Thread-Index: AQECAwQFAAECAwQFBgcICQoLDA0ODw==\n\n", "t", "x", 0), ' '),
		"000102030405060708090a0b0c0d0e0f");
	test_assert_strcmp(t_strcut(conversation("Subject: s\n\n", "t", "x", 0), ' '),
			   t_strcut(conversation("Subject: Re: s\n\n", "t", "y", 0), ' '));
	test_assert(strcmp(t_strcut(conversation("\n", "", "x", 0), ' '),
			   t_strcut(conversation("\n", "", "y", 0), ' ')) != 0);
	test_end();
}

static void test_eas_conversation_index(void)
{
	test_begin("eas conversation: index");
	/* 2009-09-04T02:53:17Z is FILETIME 0x01ca2d0ada5e0c80 */
	test_assert_strcmp(strchr(conversation("Message-ID: <a@x>\n\n", "", "x", 1252032797), ' '),
			   " ca2d0ada5e");
	/* header and two levels of Thread-Index, half a level more is left out */
	test_assert_strcmp(strchr(conversation("Thread-Index: AQECAwQFAAECAwQFBgcICQoLDA0OD/"
					       "Hy8/T1AQIDBAUG\n\n", "", "x", 0), ' '),
			   " 0102030405f1f2f3f4f50102030405");
	/* broken ones are none */
	test_assert(strlen(conversation("Thread-Index: AQEC\n\n", "", "x", 0)) == 32 + 1 + 10);
	test_assert(strlen(conversation("Thread-Index: %%%\n\n", "", "x", -5)) == 32 + 1 + 10);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_conversation_id,
		test_eas_conversation_index,
		NULL
	};
	return test_run(test_functions);
}
