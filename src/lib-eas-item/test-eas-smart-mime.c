/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/fixtures/smart/NAME.eml: what comes of a new mail and an original, byte for byte.
   ITEM_UPDATE=1 in the environment writes it instead of comparing. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "istream-failure-at.h"
#include "ostream.h"
#include "str.h"
#include "message-parser.h"
#include "test-common.h"
#include "eas-smart-mime.h"

#include <stdio.h>

#define MIME_HEAD \
	"From: me@example.com\r\nTo: you@example.com\r\nSubject: Re: x\r\n" \
	"MIME-Version: 1.0\r\n"
#define MIME_TEXT \
	MIME_HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n" \
	"Content-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdf" "e.\r\n"
#define MIME_HTML \
	MIME_HEAD "Content-Type: multipart/alternative; boundary=n\r\n\r\n" \
	"--n\r\nContent-Type: text/plain\r\n\r\nNew.\r\n" \
	"--n\r\nContent-Type: text/html\r\n\r\n<html><BODY><p>New.</p></BODY></html>\r\n--n--\r\n"
#define MIME_ATTACHMENT \
	MIME_HEAD "Content-Type: multipart/mixed; boundary=n\r\n\r\n" \
	"--n\r\nContent-Type: text/plain\r\n\r\nNew.\r\n" \
	"--n\r\nContent-Type: image/png; name=new.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" \
	"iVBORw0KGgo=\r\n--n--\r\n"
#define MIME_SIGNED \
	MIME_HEAD "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=n\r\n\r\n" \
	"--n\r\n\r\nSigned.\r\n--n\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--n--\r\n"

static const struct {
	const char *name;
	enum eas_smart_kind kind;
	const char *mime;
	/* of tests/fixtures/messages */
	const char *original;
} tests[] = {
	{ "reply-text-to-text", EAS_SMART_REPLY, MIME_TEXT, "plain.eml" },
	{ "reply-text-to-html", EAS_SMART_REPLY, MIME_TEXT, "html-only.eml" },
	{ "reply-html-to-text", EAS_SMART_REPLY, MIME_HTML, "plain.eml" },
	{ "reply-html-to-related", EAS_SMART_REPLY, MIME_HTML, "related.eml" },
	{ "reply-to-nothing", EAS_SMART_REPLY, MIME_TEXT, "empty.eml" },
	{ "forward-related", EAS_SMART_FORWARD, MIME_HTML, "related.eml" },
	{ "forward-with-attachment", EAS_SMART_FORWARD, MIME_ATTACHMENT, "pdf-only.eml" },
	{ "forward-signed", EAS_SMART_FORWARD, MIME_TEXT, "signed.eml" },
	{ "forward-encrypted", EAS_SMART_FORWARD, MIME_TEXT, "encrypted.eml" },
	{ "forward-draft", EAS_SMART_FORWARD, MIME_TEXT, "draft.eml" },
	{ "reply-signed", EAS_SMART_REPLY, MIME_SIGNED, "plain.eml" },
};

static const char *test_path(const char *dir, const char *name)
{
	const char *top = getenv("top_srcdir");

	return t_strdup_printf("%s/tests/fixtures/%s/%s", top == NULL ? "../.." : top,
			       dir, name);
}

static void read_file(const char *path, buffer_t *dest)
{
	struct istream *input = i_stream_create_file(path, 4096);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		buffer_append(dest, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
}

static void update_file(const char *path, const buffer_t *data)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(data->data, data->used, 1, file) != 1)
		i_fatal("write(%s) failed: %m", path);
	fclose(file);
}

static int smart_write(unsigned int idx, struct istream *original, buffer_t *dest)
{
	struct eas_smart_source source = {
		.kind = tests[idx].kind,
		.mime = i_stream_create_from_data(tests[idx].mime, strlen(tests[idx].mime)),
		.original = original,
		.boundary = "boundary"
	};
	struct ostream *output = o_stream_create_buffer(dest);
	const char *error;
	int ret;

	ret = eas_smart_mime_write(&source, output, &error);
	o_stream_destroy(&output);
	i_stream_unref(&source.mime);
	return ret;
}

static void test_eas_smart_mime(void)
{
	buffer_t *original = buffer_create_dynamic(default_pool, 4096);
	buffer_t *expected = buffer_create_dynamic(default_pool, 4096);
	buffer_t *dest = buffer_create_dynamic(default_pool, 4096);
	struct istream *input;

	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *path = test_path("smart", t_strconcat(tests[i].name, ".eml", NULL));

		test_begin(t_strdup_printf("eas smart mime: %s", tests[i].name));
		buffer_set_used_size(original, 0);
		buffer_set_used_size(expected, 0);
		buffer_set_used_size(dest, 0);
		read_file(test_path("messages", tests[i].original), original);
		input = i_stream_create_from_buffer(original);
		test_assert(smart_write(i, input, dest) == 0);
		i_stream_unref(&input);
		if (getenv("ITEM_UPDATE") != NULL)
			update_file(path, dest);
		read_file(path, expected);
		buffer_append_c(dest, '\0');
		buffer_append_c(expected, '\0');
		test_assert_strcmp(dest->data, expected->data);
		test_end();
	} T_END;
	buffer_free(&original);
	buffer_free(&expected);
	buffer_free(&dest);
}

static void test_eas_smart_mime_failure(void)
{
	buffer_t *original = buffer_create_dynamic(default_pool, 4096);
	buffer_t *dest = buffer_create_dynamic(default_pool, 4096);
	struct istream *input, *failing;

	test_begin("eas smart mime: the original cannot be read");
	read_file(test_path("messages", "related.eml"), original);
	for (size_t pos = 0; pos < original->used; pos += 37) {
		input = i_stream_create_from_data(original->data, pos);
		failing = i_stream_create_failure_at_eof(input, EIO, "test");
		test_assert_idx(smart_write(5, failing, dest) < 0, pos);
		i_stream_unref(&failing);
		i_stream_unref(&input);
	}
	buffer_free(&original);
	buffer_free(&dest);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_smart_mime,
		test_eas_smart_mime_failure,
		NULL
	};
	return test_run(test_functions);
}
