/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "buffer.h"
#include "iostream-temp.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "eas-email-message.h"
#include "eas-email-tnef.h"
#include "eas-tnef.h"

#include <ctype.h>

/* a longer head of a mail that is nothing but a winmail.dat is left as it is */
#define TNEF_MAX_HEAD_BYTES (256*1024)
/* bytes in a line of base64 */
#define TNEF_LINE_BYTES 57
/* no line of base64 can be one */
#define TNEF_BOUNDARY "=_winmail.dat_"

struct tnef_unpack {
	const struct eas_email_message *message;
	const struct eas_email_part *part;
	bool root;
	struct ostream *output;
};

static bool part_is_tnef(const struct eas_email_part *part)
{
	return strcmp(part->type, "application") == 0 &&
		(strcmp(part->subtype, "ms-tnef") == 0 ||
		 strcmp(part->subtype, "vnd.ms-tnef") == 0);
}

/* The first one among the attachments: what is inside an attached message stays there.
   What is signed must stay as it is. */
static const struct eas_email_part *
message_find_tnef(const struct eas_email_message *message)
{
	const struct eas_email_part *root = &message->parts[0];
	uint32_t idx;

	if (message->smime || (strcmp(root->type, "multipart") == 0 &&
			       strcmp(root->subtype, "signed") == 0))
		return NULL;
	array_foreach_elem(&message->attachments, idx) {
		if (part_is_tnef(&message->parts[idx]))
			return &message->parts[idx];
	}
	return NULL;
}

/* Returns 1, 0 = too large, -1 = the stream failed. */
static int part_read(const struct tnef_unpack *unpack, buffer_t *dest)
{
	const struct eas_email_message *message = unpack->message;
	struct eas_part_place place;
	struct eas_part_reader *reader;
	int ret;

	eas_email_message_get_place(message, unpack->part - message->parts, &place);
	reader = eas_part_reader_init(message->input, &place, EAS_PART_FORM_BINARY);
	while ((ret = eas_part_reader_more(reader, dest)) > 0 &&
	       dest->used <= EAS_TNEF_MAX_BYTES) ;
	eas_part_reader_deinit(&reader);
	if (ret < 0)
		return -1;
	return dest->used <= EAS_TNEF_MAX_BYTES ? 1 : 0;
}

/*
 * The new parts
 */

static void write_base64(struct ostream *output, const struct eas_tnef_value *value)
{
	string_t *line = t_str_new(TNEF_LINE_BYTES * 2);
	size_t pos, size;

	for (pos = 0; pos < value->size; pos += size) {
		size = I_MIN(value->size - pos, TNEF_LINE_BYTES);
		str_truncate(line, 0);
		base64_encode(value->data + pos, size, line);
		str_append(line, "\r\n");
		o_stream_nsend(output, str_data(line), str_len(line));
	}
}

static void write_part(struct ostream *output, const char *head,
		       const struct eas_tnef_value *value)
{
	o_stream_nsend_str(output, "--"TNEF_BOUNDARY"\r\n");
	o_stream_nsend_str(output, head);
	o_stream_nsend_str(output, "Content-Transfer-Encoding: base64\r\n\r\n");
	write_base64(output, value);
	o_stream_nsend_str(output, "\r\n");
}

/* A word of a head, with nothing that could end its line. */
static bool token_is_clean(const char *token)
{
	for (; *token != '\0'; token++) {
		if ((unsigned char)*token <= ' ' || (unsigned char)*token >= 0x7f ||
		    strchr("<>\"\\;", *token) != NULL)
			return FALSE;
	}
	return TRUE;
}

static bool content_type_is_clean(const char *type)
{
	const char *slash = strchr(type, '/');

	/* what would be taken apart further is only bytes here */
	return slash != NULL && slash != type && slash[1] != '\0' && token_is_clean(type) &&
		strncasecmp(type, "multipart/", 10) != 0 &&
		strncasecmp(type, "message/", 8) != 0;
}

static void append_file_name(string_t *head, const char *name)
{
	str_append(head, "; filename*=utf-8''");
	for (; *name != '\0'; name++) {
		if (i_isalnum(*name) || strchr("._-", *name) != NULL)
			str_append_c(head, *name);
		else
			str_printfa(head, "%%%02X", (unsigned char)*name);
	}
}

static void write_attachment(struct tnef_unpack *unpack,
			     const struct eas_tnef_attachment *attachment, bool may_be_inline)
{
	const char *id = attachment->content_id, *type = attachment->content_type;
	const char *name = attachment->name;
	string_t *head = t_str_new(256);

	if (attachment->embedded)
		type = "application/ms-tnef";
	else if (type == NULL || !content_type_is_clean(type))
		type = "application/octet-stream";
	if (name == NULL || *name == '\0')
		name = attachment->embedded ? "winmail.dat" : "attachment.bin";
	if (id == NULL || *id == '\0' || !token_is_clean(id))
		id = NULL;
	str_printfa(head, "Content-Type: %s\r\nContent-Disposition: %s", type,
		    id != NULL && may_be_inline ? "inline" : "attachment");
	append_file_name(head, name);
	str_append(head, "\r\n");
	if (id != NULL)
		str_printfa(head, "Content-ID: <%s>\r\n", id);
	write_part(unpack->output, str_c(head), &attachment->data);
}

/* The text counts only where the mail says nothing itself. Returns TRUE if it is HTML. */
static bool write_body(struct tnef_unpack *unpack, const struct eas_tnef *tnef)
{
	const struct eas_email_message *message = unpack->message;
	bool html = tnef->html.size > 0;

	if (message->text != EAS_EMAIL_PART_NONE || message->html != EAS_EMAIL_PART_NONE)
		return message->html != EAS_EMAIL_PART_NONE;
	if (html || tnef->text.size > 0) {
		write_part(unpack->output,
			   t_strdup_printf("Content-Type: text/%s; charset=%s\r\n",
					   html ? "html" : "plain",
					   html ? tnef->html_charset : tnef->text_charset),
			   html ? &tnef->html : &tnef->text);
	} else if (tnef->rtf.size > 0) {
		write_part(unpack->output, "Content-Type: application/rtf\r\n"
			   "Content-Disposition: attachment; filename=message.rtf\r\n",
			   &tnef->rtf);
	}
	return html;
}

static void write_multipart(struct tnef_unpack *unpack, const struct eas_tnef *tnef)
{
	const struct eas_tnef_attachment *attachment;
	bool may_be_inline;

	o_stream_nsend_str(unpack->output, "Content-Type: multipart/mixed; boundary=\""
			   TNEF_BOUNDARY"\"\r\n\r\n");
	may_be_inline = write_body(unpack, tnef);
	array_foreach(&tnef->attachments, attachment) T_BEGIN {
		write_attachment(unpack, attachment, may_be_inline);
	} T_END;
	o_stream_nsend_str(unpack->output, "--"TNEF_BOUNDARY"--\r\n");
}

/*
 * The rest of the mail
 */

/* Returns 0, -1 if the stream failed. */
static int copy_range(const struct tnef_unpack *unpack, uoff_t start, uoff_t end)
{
	struct istream *input = unpack->message->input, *range;
	int ret = 0;

	i_stream_seek(input, start);
	range = i_stream_create_range(input, start, end - start);
	if (o_stream_send_istream(unpack->output, range) !=
	    OSTREAM_SEND_ISTREAM_RESULT_FINISHED)
		ret = -1;
	i_stream_unref(&range);
	return ret;
}

static int read_head(struct istream *input, size_t size, buffer_t *dest)
{
	const unsigned char *data;
	size_t data_size;

	i_stream_seek(input, 0);
	while (dest->used < size && i_stream_read_more(input, &data, &data_size) > 0) {
		data_size = I_MIN(data_size, size - dest->used);
		buffer_append(dest, data, data_size);
		i_stream_skip(input, data_size);
	}
	return input->stream_errno != 0 ? -1 : 0;
}

/* The head of the mail without what it says of its content. Returns 1, 0 = too long, -1 = the
   stream failed. */
static int copy_head(const struct tnef_unpack *unpack)
{
	size_t size = unpack->part->part->header_size.physical_size;
	buffer_t *head = t_buffer_create(size + 1);
	const char *const *line;
	bool dropped = FALSE;

	if (size > TNEF_MAX_HEAD_BYTES)
		return 0;
	if (read_head(unpack->message->input, size, head) < 0)
		return -1;
	buffer_append_c(head, '\0');
	line = t_strsplit(head->data, "\n");
	for (; **line != '\0' && **line != '\r'; line++) {
		if (**line != ' ' && **line != '\t')
			dropped = strncasecmp(*line, "Content-", 8) == 0;
		if (!dropped) {
			o_stream_nsend_str(unpack->output, *line);
			o_stream_nsend_str(unpack->output, "\n");
		}
		if (line[1] == NULL)
			break;
	}
	return 1;
}

/* Returns as eas_email_tnef_unpack(). */
static int write_message(struct tnef_unpack *unpack, const struct eas_tnef *tnef)
{
	const struct message_part *part = unpack->part->part;
	const struct message_part *root = unpack->message->parts[0].part;
	uoff_t end = part->physical_pos + part->header_size.physical_size +
		part->body_size.physical_size;
	int ret;

	if (unpack->root) {
		ret = copy_head(unpack);
		if (ret <= 0)
			return ret;
		write_multipart(unpack, tnef);
		return 1;
	}
	if (copy_range(unpack, 0, part->physical_pos) < 0)
		return -1;
	write_multipart(unpack, tnef);
	return copy_range(unpack, end, root->header_size.physical_size +
			  root->body_size.physical_size) < 0 ? -1 : 1;
}

static int unpack_parsed(struct tnef_unpack *unpack, const struct eas_tnef *tnef,
			 const char *temp_prefix, struct istream **input_r)
{
	int ret;

	unpack->output = iostream_temp_create(temp_prefix, 0);
	o_stream_set_no_error_handling(unpack->output, TRUE);
	ret = write_message(unpack, tnef);
	/* a temporary file that cannot be written is no reason to lose the mail */
	if (ret > 0 && o_stream_flush(unpack->output) < 0)
		ret = 0;
	if (ret > 0)
		*input_r = iostream_temp_finish(&unpack->output, IO_BLOCK_SIZE);
	else
		o_stream_destroy(&unpack->output);
	return ret;
}

int eas_email_tnef_unpack(const struct eas_email_message *message, const char *temp_prefix,
			  struct istream **input_r)
{
	struct tnef_unpack unpack = {
		.message = message,
		.part = message_find_tnef(message),
	};
	struct eas_tnef tnef;
	buffer_t *data;
	pool_t pool;
	int ret;

	if (unpack.part == NULL)
		return 0;
	unpack.root = unpack.part == &message->parts[0];
	pool = pool_alloconly_create("eas tnef", 4096);
	data = buffer_create_dynamic(default_pool, 64*1024);
	ret = part_read(&unpack, data);
	if (ret > 0) {
		ret = eas_tnef_parse(pool, data->data, data->used, &tnef) ?
			unpack_parsed(&unpack, &tnef, temp_prefix, input_r) : 0;
	}
	buffer_free(&data);
	pool_unref(&pool);
	return ret;
}
