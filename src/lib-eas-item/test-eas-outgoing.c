/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "eas-outgoing.h"

static const char *const addresses[] = { "Me@Example.com", "other@example.com", NULL };

static const struct {
	const char *mime;
	enum eas_outgoing_result result;
	/* separated by spaces; NULL if it is not OK */
	const char *recipients;
	/* what is in front; in the mail as it leaves, the copy has Bcc */
	const char *sent, *copy;
} tests[] = {
	/* all is there: nothing is touched but Bcc and line ends */
	{ "From: Me <me@example.com>\nTo: a@x.org\nBcc: b@x.org,\n c@x.org\nDate: d\nMessage-ID: <i>\n\nx\ny",
	  EAS_OUTGOING_OK, "a@x.org b@x.org c@x.org",
	  "From: Me <me@example.com>\r\nTo: a@x.org\r\nDate: d\r\nMessage-ID: <i>\r\n\r\nx\r\ny",
	  "From: Me <me@example.com>\r\nTo: a@x.org\r\nBcc: b@x.org,\r\n c@x.org\r\nDate: d\r\n"
	  "Message-ID: <i>\r\n\r\nx\r\ny" },
	/* CRLF head, LF body; the second address of the account; recipients once */
	{ "From: other@example.com\r\nTo: a@x.org, A@X.ORG\r\nCc: a@x.org\r\nDate: d\r\nMessage-ID: <i>\r\n\nx\n",
	  EAS_OUTGOING_OK, "a@x.org",
	  "From: other@example.com\r\nTo: a@x.org, A@X.ORG\r\nCc: a@x.org\r\nDate: d\r\n"
	  "Message-ID: <i>\r\n\r\nx\r\n", NULL },
	/* what is missing */
	{ "To: a@x.org\n\nx", EAS_OUTGOING_OK, "a@x.org",
	  "From: <Me@Example.com>\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
	  "Message-ID: <9f86d081884c7d659a2feaa0c55ad015@Example.com>\r\nTo: a@x.org\r\n\r\nx", NULL },
	{ "To: a@x.org\nDate: d\nMessage-ID: <i>\nFrom: me@example.com\nContent-Type: text/plain\n\nx",
	  EAS_OUTGOING_OK, "a@x.org",
	  "MIME-Version: 1.0\r\nTo: a@x.org\r\nDate: d\r\nMessage-ID: <i>\r\nFrom: me@example.com\r\n"
	  "Content-Type: text/plain\r\n\r\nx", NULL },
	/* a phone's guess, not an address */
	{ "From: me\nTo: a@x.org\nDate: d\nMessage-ID: <i>\n\nx", EAS_OUTGOING_OK, "a@x.org",
	  "From: <Me@Example.com>\r\nTo: a@x.org\r\nDate: d\r\nMessage-ID: <i>\r\n\r\nx", NULL },
	/* no body, no empty line */
	{ "From: me@example.com\nTo: a@x.org\nDate: d\nMessage-ID: <i>\n", EAS_OUTGOING_OK, "a@x.org",
	  "From: me@example.com\r\nTo: a@x.org\r\nDate: d\r\nMessage-ID: <i>\r\n\r\n", NULL },
	/* groups */
	{ "From: me@example.com\nTo: G: a@x.org, b@x.org;\nDate: d\nMessage-ID: <i>\n\nx",
	  EAS_OUTGOING_OK, "a@x.org b@x.org", NULL, NULL },

	{ "From: evil@x.org\nTo: a@x.org\n\nx", EAS_OUTGOING_FOREIGN_SENDER, NULL, NULL, NULL },
	{ "From: me@example.com, evil@x.org\nTo: a@x.org\n\nx", EAS_OUTGOING_FOREIGN_SENDER,
	  NULL, NULL, NULL },
	{ "From: me@example.com\nFrom: evil@x.org\nTo: a@x.org\n\nx", EAS_OUTGOING_FOREIGN_SENDER,
	  NULL, NULL, NULL },
	{ "From: me@example.com\nSender: evil@x.org\nTo: a@x.org\n\nx", EAS_OUTGOING_FOREIGN_SENDER,
	  NULL, NULL, NULL },
	{ "From: me@example.com\n\nx", EAS_OUTGOING_NO_RECIPIENT, NULL, NULL, NULL },
	{ "From: me@example.com\nTo: undisclosed-recipients:;\n\nx", EAS_OUTGOING_NO_RECIPIENT,
	  NULL, NULL, NULL },
	{ "From: me@example.com\nTo: a@x.org, nobody\n\nx", EAS_OUTGOING_BAD_RECIPIENT,
	  NULL, NULL, NULL },
	/* a folded line is one line in the envelope */
	{ "From: me@example.com\nTo: \"a\r\n b\"@x.org\n\nx", EAS_OUTGOING_OK,
	  "\"a b\"@x.org", NULL, NULL },
	/* nobody is left out silently */
	{ "From: me@example.com\nTo: a@x.org b@x.org\n\nx", EAS_OUTGOING_BAD_RECIPIENT,
	  NULL, NULL, NULL },
	{ "From: me@example.com\nTo: A <a@x.org> b@x.org, c@x.org\n\nx",
	  EAS_OUTGOING_BAD_RECIPIENT, NULL, NULL, NULL },
	{ "From: me@example.com\nTo: A <a@x.org>; \"B, C\" <b@x.org> ;, c@x.org\n\nx",
	  EAS_OUTGOING_OK, "a@x.org b@x.org c@x.org", NULL, NULL },
	{ "From: me@example.com\nTo: \xc3\xa4@x.org\n\nx", EAS_OUTGOING_BAD_RECIPIENT,
	  NULL, NULL, NULL },
	{ "", EAS_OUTGOING_BAD_MIME, NULL, NULL, NULL },
	{ "\n", EAS_OUTGOING_BAD_MIME, NULL, NULL, NULL },
};

static const char *recipients_str(const struct eas_outgoing *mail)
{
	const struct smtp_address *const *addr;
	string_t *str = t_str_new(64);

	array_foreach(&mail->recipients, addr) {
		if (str_len(str) > 0)
			str_append_c(str, ' ');
		str_append(str, smtp_address_encode(*addr));
	}
	return str_c(str);
}

static const char *read_all(const struct eas_outgoing *mail, bool with_bcc)
{
	struct istream *input = eas_outgoing_open(mail, with_bcc);
	string_t *str = t_str_new(256);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		str_append_data(str, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
	return str_c(str);
}

static void test_eas_outgoing(void)
{
	const struct eas_outgoing_sender sender = {
		.addresses = addresses,
		.now = 0,
		.unique = "test"
	};
	struct eas_outgoing *mail;
	struct istream *input;
	const char *error;

	test_begin("eas outgoing");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);

		input = i_stream_create_from_data(tests[i].mime, strlen(tests[i].mime));
		test_assert_idx(eas_outgoing_parse(pool, input, &sender, &mail,
						   &error) == tests[i].result, i);
		if (tests[i].recipients != NULL)
			test_assert_strcmp_idx(recipients_str(mail), tests[i].recipients, i);
		if (tests[i].sent != NULL)
			test_assert_strcmp_idx(read_all(mail, FALSE), tests[i].sent, i);
		if (tests[i].copy != NULL)
			test_assert_strcmp_idx(read_all(mail, TRUE), tests[i].copy, i);
		/* and once more */
		if (tests[i].sent != NULL)
			test_assert_strcmp_idx(read_all(mail, FALSE), tests[i].sent, i);
		i_stream_unref(&input);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_eas_outgoing_many(void)
{
	const struct eas_outgoing_sender sender = { .addresses = addresses, .unique = "test" };
	struct eas_outgoing *mail;
	struct istream *input;
	const char *error;
	string_t *str = str_new(default_pool, 65536);
	pool_t pool = pool_alloconly_create("test", 2048);

	test_begin("eas outgoing: too many recipients");
	str_append(str, "To: a@x.org");
	for (unsigned int i = 0; i < EAS_OUTGOING_MAX_RECIPIENTS; i++)
		str_printfa(str, ",\n r%u@x.org", i);
	str_append(str, "\n\n");
	input = i_stream_create_from_data(str_data(str), str_len(str));
	test_assert(eas_outgoing_parse(pool, input, &sender, &mail, &error) ==
		    EAS_OUTGOING_BAD_RECIPIENT);
	i_stream_unref(&input);
	str_free(&str);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_outgoing,
		test_eas_outgoing_many,
		NULL
	};
	return test_run(test_functions);
}
