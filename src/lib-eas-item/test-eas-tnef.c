/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The streams of tests/fixtures/fuzz/fuzz-eas-tnef: made by a program of their own, not by Outlook. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "test-common.h"
#include "eas-tnef.h"

#include <fcntl.h>
#include <unistd.h>

#define TEST_MAX_FILE 4096

static const void *test_read(const char *name, size_t *size_r)
{
	const char *dir = getenv("top_srcdir");
	const char *path = t_strdup_printf("%s/tests/fixtures/fuzz/fuzz-eas-tnef/%s",
					   dir == NULL ? "../.." : dir, name);
	void *data = t_malloc_no0(TEST_MAX_FILE);
	int fd = open(path, O_RDONLY);
	ssize_t ret;

	if (fd == -1)
		i_fatal("open(%s) failed: %m", path);
	ret = read(fd, data, TEST_MAX_FILE);
	if (ret < 0 || ret == TEST_MAX_FILE)
		i_fatal("read(%s) failed: %m", path);
	i_close_fd(&fd);
	*size_r = ret;
	return data;
}

static void test_value(const struct eas_tnef_value *value, const char *expected)
{
	test_assert(value->size == strlen(expected) &&
		    memcmp(value->data, expected, value->size) == 0);
}

static void test_tnef_html(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct eas_tnef_attachment *attachment;
	struct eas_tnef tnef;
	unsigned int count;
	const void *data;
	size_t size;

	test_begin("tnef: bodies and attachments");
	data = test_read("html", &size);
	test_assert(eas_tnef_parse(pool, data, size, &tnef));
	test_value(&tnef.text, "Gr\xfc\xdf""e aus TNEF\r\n");
	test_assert_strcmp(tnef.text_charset, "windows-1252");
	test_assert_strcmp(tnef.html_charset, "utf-8");
	test_assert(tnef.html.size > 0 && tnef.rtf.data == NULL);
	attachment = array_get(&tnef.attachments, &count);
	test_assert(count == 3);
	test_assert_strcmp(attachment[0].name, "Angebot M\xc3\xa4rz.pdf");
	test_assert_strcmp(attachment[0].content_type, "application/pdf");
	test_assert(attachment[0].content_id == NULL);
	test_value(&attachment[0].data, "%PDF-1.4 not really\n");
	test_assert_strcmp(attachment[1].content_id, "logo@x");
	test_assert_strcmp(attachment[2].name, "notes.txt");
	test_assert(attachment[2].content_type == NULL);
	test_end();
	pool_unref(&pool);
}

static void test_tnef_rtf(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct eas_tnef tnef;
	const void *data;
	size_t size;

	test_begin("tnef: compressed RTF");
	data = test_read("rtf", &size);
	test_assert(eas_tnef_parse(pool, data, size, &tnef));
	test_value(&tnef.rtf, "{\\rtf1\\ansi Hello from RTF}");
	test_assert(tnef.text.data == NULL && tnef.html.data == NULL);
	test_end();
	pool_unref(&pool);
}

/* Cut off between two attributes it is shorter, anywhere else it is broken. */
static void test_tnef_cut(void)
{
	unsigned int whole = 0;
	const void *data;
	size_t size;

	test_begin("tnef: cut off anywhere");
	data = test_read("html", &size);
	for (size_t len = 1; len < size; len++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		void *copy = i_memdup(data, len);
		struct eas_tnef tnef;

		if (eas_tnef_parse(pool, copy, len, &tnef))
			whole++;
		i_free(copy);
		pool_unref(&pool);
	}
	/* the ends of 5 attributes of the message and 4 of each attachment, but the last of all */
	test_assert_ucmp(whole, ==, 1 + 5 + 3*4 - 1);
	test_assert(!eas_tnef_parse(pool_datastack_create(), "no TNEF", 7,
				    &(struct eas_tnef){ .text_charset = NULL }));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_tnef_html,
		test_tnef_rtf,
		test_tnef_cut,
		NULL
	};
	return test_run(test_functions);
}
