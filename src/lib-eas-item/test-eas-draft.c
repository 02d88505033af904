/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-draft.h"

static pool_t test_pool;

static struct wbxml_node *
node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = p_new(test_pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = value == NULL ? "" : value;
	node->value_size = strlen(node->value);
	node->parent = parent;
	if (parent == NULL)
		return node;
	if (parent->last_child == NULL)
		parent->first_child = node;
	else
		parent->last_child->next = node;
	parent->last_child = node;
	return node;
}

static void node_add_body(struct wbxml_node *data, const char *type, const char *text)
{
	struct wbxml_node *body = node_add(data, EAS_TAG_AIRSYNCBASE_BODY, NULL);

	node_add(body, EAS_TAG_AIRSYNCBASE_TYPE, type);
	node_add(body, EAS_TAG_AIRSYNCBASE_DATA, text);
}

static void node_add_attachment(struct wbxml_node *data, const char *name, const char *bytes)
{
	struct wbxml_node *list = node_add(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS, NULL);
	struct wbxml_node *add = node_add(list, EAS_TAG_AIRSYNCBASE_ADD, NULL);

	node_add(add, EAS_TAG_AIRSYNCBASE_CLIENT_ID, "a1");
	node_add(add, EAS_TAG_AIRSYNCBASE_METHOD, "1");
	node_add(add, EAS_TAG_AIRSYNCBASE_CONTENT, bytes)->opaque = TRUE;
	node_add(add, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME, name);
}

static const char *draft_write(const struct wbxml_node *data, const char *old)
{
	struct eas_draft_source source = {
		.data = data,
		.from = "me@example.com",
		.unique = "u",
		.boundary = "b"
	};
	string_t *dest = str_new(test_pool, 512);
	struct ostream *output = o_stream_create_buffer(dest);
	const char *error;

	test_assert(eas_draft_check(data, &error) == 0);
	if (old != NULL)
		source.old = i_stream_create_from_data(old, strlen(old));
	test_assert(eas_draft_write(&source, output, &error) == 0);
	o_stream_destroy(&output);
	i_stream_unref(&source.old);
	return str_c(dest);
}

static void pool_begin(const char *name)
{
	test_begin(name);
	test_pool = pool_alloconly_create("test draft", 4096);
}

static void pool_end(void)
{
	pool_unref(&test_pool);
	test_end();
}

static void test_eas_draft_elements(void)
{
	struct wbxml_node *data;
	const char *mail;

	pool_begin("draft: a new one of elements");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add(data, EAS_TAG_EMAIL_TO, "\"B\xc3\xb6 b\" <bob@x.org>, carol@x.org");
	node_add(data, EAS_TAG_EMAIL2_BCC, "half wri");
	node_add(data, EAS_TAG_EMAIL_SUBJECT, "One\r\nX-Evil: two");
	node_add(data, EAS_TAG_EMAIL_IMPORTANCE, "2");
	node_add_body(data, "1", "Gr\xc3\xbc\xc3\x9f" "e");
	test_assert(eas_draft_is_content(data));
	mail = draft_write(data, NULL);
	test_assert(strstr(mail, "To: =?utf-8?") != NULL);
	test_assert(strstr(mail, "<bob@x.org>,\r\n <carol@x.org>\r\n") != NULL);
	test_assert(strstr(mail, "Bcc: half wri\r\n") != NULL);
	test_assert(strstr(mail, "\nX-Evil") == NULL);
	test_assert(strstr(mail, "Subject: One  X-Evil: two\r\n") != NULL);
	test_assert(strstr(mail, "Importance: high\r\n") != NULL);
	test_assert(strstr(mail, "From: <me@example.com>\r\n") != NULL);
	test_assert(strstr(mail, "\r\n\r\nGr=C3=BC=C3=9Fe") != NULL);
	pool_end();
}

#define OLD_HEAD "Subject: Old\nTo: a@x.org\nMessage-ID: <old>\nIn-Reply-To: <first>\n"
#define OLD_MIXED OLD_HEAD "Content-Type: multipart/mixed; boundary=q\n\n" \
	"--q\nContent-Type: text/plain\n\nHello\n--q\nContent-Type: image/png\n" \
	"Content-Disposition: attachment; filename=p.png\n\nPNG\n--q\n" \
	"Content-Type: image/gif\nContent-Disposition: attachment; filename=g.gif\n\nGIF\n--q--\n"

static void test_eas_draft_change(void)
{
	struct wbxml_node *data, *list, *del;
	const char *mail;

	pool_begin("draft: what is absent is deleted, but for body, attachments and the thread");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add(data, EAS_TAG_EMAIL_SUBJECT, "New");
	mail = draft_write(data, OLD_MIXED);
	test_assert(strstr(mail, "Old") == NULL && strstr(mail, "To: a@x.org\n") == NULL);
	test_assert(strstr(mail, "Subject: New\r\n") != NULL);
	test_assert(strstr(mail, "Message-ID: <old>") != NULL &&
		    strstr(mail, "In-Reply-To: <first>") != NULL);
	test_assert(strstr(mail, "Hello") != NULL && strstr(mail, "PNG") != NULL);

	node_add(node_add(data, EAS_TAG_AIRSYNCBASE_BODY, NULL), EAS_TAG_AIRSYNCBASE_TYPE, "1");
	mail = draft_write(data, OLD_MIXED);
	test_assert(strstr(mail, "Hello") != NULL);

	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add_body(data, "2", "<b>x</b>");
	mail = draft_write(data, OLD_MIXED);
	test_assert(strstr(mail, "Hello") == NULL && strstr(mail, "<b>x</b>") != NULL);
	test_assert(strstr(mail, "PNG") != NULL && strstr(mail, "GIF") != NULL);
	pool_end();

	pool_begin("draft: only attachments change");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add_attachment(data, "\xc3\xa4.bin", "123");
	list = data->first_child;
	del = node_add(list, EAS_TAG_AIRSYNCBASE_DELETE, NULL);
	node_add(del, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE, "abcdefghijklmnop:7:2");
	mail = draft_write(data, OLD_MIXED);
	test_assert(strstr(mail, "Subject: Old") != NULL && strstr(mail, "To: a@x.org") != NULL);
	test_assert(strstr(mail, "PNG") == NULL && strstr(mail, "GIF") != NULL);
	test_assert(strstr(mail, "Hello") != NULL);
	test_assert(strstr(mail, "filename*=UTF-8''%C3%A4%2Ebin") != NULL);
	test_assert(strstr(mail, "\r\n\r\nMTIz\r\n") != NULL);
	test_assert(strstr(mail, "\r\n--bM--\r\n") != NULL);

	/* bytes as base64 already */
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add_attachment(data, "x", "MTIz");
	data->first_child->first_child->first_child->next->next->opaque = FALSE;
	mail = draft_write(data, NULL);
	test_assert(strstr(mail, "\r\n\r\nMTIz\r\n") != NULL);
	pool_end();
}

static void test_eas_draft_mime(void)
{
	struct wbxml_node *data;
	const char *mail;

	pool_begin("draft: a whole mail stays as it is");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add_body(data, "4", "From: a@b\nDate: d\nMessage-ID: <m>\nMIME-Version: 1.0\n\nText\n");
	mail = draft_write(data, OLD_MIXED);
	test_assert_strcmp(t_str_replace(mail, '\r', ' '),
		"From: a@b\nDate: d\nMessage-ID: <m>\nMIME-Version: 1.0\n \nText\n");
	pool_end();
}

static void test_eas_draft_check(void)
{
	struct wbxml_node *data, *list;
	const char *error;

	pool_begin("draft: what is not legal");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add(data, EAS_TAG_EMAIL_READ, "1");
	test_assert(!eas_draft_is_content(data) && !eas_draft_is_content(NULL));
	test_assert(eas_draft_check(data, &error) == 0);
	node_add_body(data, "3", "rtf");
	test_assert(eas_draft_check(data, &error) < 0);

	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	list = node_add(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS, NULL);
	node_add(list, EAS_TAG_AIRSYNCBASE_ADD, NULL);
	test_assert(eas_draft_check(data, &error) < 0);

	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, NULL);
	node_add_attachment(data, "x", "no base64!");
	test_assert(eas_draft_check(data, &error) == 0);
	data->first_child->first_child->first_child->next->next->opaque = FALSE;
	test_assert(eas_draft_check(data, &error) < 0);
	pool_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_draft_elements,
		test_eas_draft_change,
		test_eas_draft_mime,
		test_eas_draft_check,
		NULL
	};
	return test_run(test_functions);
}
