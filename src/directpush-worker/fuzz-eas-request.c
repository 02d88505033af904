/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole requests of a phone against the commands, with real mailboxes in memory, in this
   process: whatever it asks, there is one answer, in WBXML of the protocol; nothing that it sends is an
   error of ours; what is remembered of it can be read.

   Input: requests, separated by a line "====". A request is a line with the query of its target, a line with the
   protocol version (then "multipart" or "recheck" if wanted), and the body. In query and body the words of
   fuzz-eas-known.h stand for what the phone has learned; it begins with what a phone knows after its first
   contact. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "directpush-compat.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "wbxml-tree.h"
#include "eas-device.h"
#include "eas-pim-index.h"
#include "eas-query.h"
#include "eas-schema.h"
#include "eas-sync-state.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-reply.h"
#include "eas-submit.h"
#include "eas-user.h"
#include "test-eas-text.h"
#include "fuzz-eas-known.h"
#include "fuzz-eas-user.h"

#include <stdlib.h>

#define FUZZ_SEPARATOR "\n====\n"
#define FUZZ_MAX_REQUESTS 8
#define FUZZ_SYNC_STATE_PREFIX "folder-"
#define FUZZ_PIM_INDEX_PREFIX "pim-"

int LLVMFuzzerInitialize(int *argc, char **argv[]);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fuzz_eas_known fuzz_first_contact;
static pool_t fuzz_first_contact_pool;
static failure_callback_t *fuzz_error_callback;

/* Nothing is sent to anybody. A subject decides what came of it. */
enum eas_submit_result
eas_submit(struct eas_user *user ATTR_UNUSED, struct event *event ATTR_UNUSED,
	   const struct eas_outgoing *mail ATTR_UNUSED, eas_submit_begin_callback_t *begin,
	   void *context, const char **error_r)
{
	if (begin(context) < 0) {
		*error_r = "Could not remember that it is being sent";
		return EAS_SUBMIT_TEMPFAIL;
	}
	return EAS_SUBMIT_SENT;
}

/* What a client sends is no line in the log of a server's errors. */
static void ATTR_FORMAT(2, 0)
fuzz_error_handler(const struct failure_context *ctx, const char *format, va_list args)
{
	va_list args2;

	VA_COPY(args2, args);
	fuzz_error_callback(ctx, format, args2);
	va_end(args2);
	if (ctx->type == LOG_TYPE_ERROR)
		i_panic("a request is an error in the log");
}

static void ATTR_FORMAT(2, 0)
fuzz_no_handler(const struct failure_context *ctx ATTR_UNUSED,
		const char *format ATTR_UNUSED, va_list args ATTR_UNUSED)
{
}

/*
 * The answer
 */

static void fuzz_check_tags(const struct wbxml_node *root)
{
	const struct wbxml_node *node;

	if (eas_tag_find(root->tag) == NULL)
		i_panic("an answer has the unknown tag %x", root->tag);
	wbxml_node_foreach(root, node)
		fuzz_check_tags(node);
}

static void
fuzz_check_document(struct fuzz_eas_known *known, pool_t pool,
		    const struct eas_request *request, const buffer_t *body)
{
	wbxml_tag_t root, status_tag;
	struct wbxml_tree *tree;
	const char *error;

	if (body->used == 0)
		return;
	tree = test_eas_text_decode(pool, body->data, body->used, &error);
	if (tree == NULL)
		i_panic("an answer is no WBXML: %s", error);
	fuzz_check_tags(tree->root);
	eas_schema_get_status_tags(request->command, &root, &status_tag);
	if (root != WBXML_TAG_NONE && tree->root->tag != root)
		i_panic("an answer begins with %s", eas_tag_get_name(tree->root->tag));
	fuzz_eas_known_learn(known, pool, tree->root);
	wbxml_tree_free(&tree);
}

static void fuzz_read_body(struct istream *input, buffer_t *dest)
{
	struct istream *body = i_stream_create_directpush_ipc_body(input);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(body, &data, &size) > 0) {
		buffer_append(dest, data, size);
		i_stream_skip(body, size);
	}
	if (body->stream_errno != 0)
		i_panic("an answer's body is broken: %s", i_stream_get_error(body));
	i_stream_unref(&body);
}

static void
fuzz_check_answer(struct fuzz_eas_known *known, pool_t pool,
		  const struct eas_request *request, const buffer_t *answer)
{
	struct istream *input = i_stream_create_from_data(answer->data, answer->used);
	const char *line = i_stream_read_next_line(input);
	buffer_t *body = t_buffer_create(1024);
	struct directpush_ipc_reply reply;
	struct directpush_ipc_park park;
	const char *error;

	if (line != NULL && str_begins_with(line, "PARK\t")) {
		if (directpush_ipc_park_parse(pool, line + strlen("PARK\t"), &park,
					      &error) < 0)
			i_panic("a park order is broken: %s", error);
	} else if (line == NULL || !str_begins_with(line, "REPLY\t") ||
		   directpush_ipc_reply_parse(pool, line + strlen("REPLY\t"), &reply,
					      &error) < 0) {
		i_panic("there is no answer: %s", line == NULL ? "" : line);
	} else {
		fuzz_read_body(input, body);
		/* MS-ASCMD "GetAttachment" (2.2.1.9): so is an attachment that is not there */
		if (reply.status == 500 && request->command != EAS_COMMAND_GET_ATTACHMENT)
			i_panic("an answer says that it is our fault");
		if (reply.status == 200 && reply.content_type != NULL &&
		    strcmp(reply.content_type, EAS_CONTENT_TYPE_WBXML) == 0)
			fuzz_check_document(known, pool, request, body);
	}
	if (i_stream_read_next_line(input) != NULL)
		i_panic("there is more than one answer");
	i_stream_unref(&input);
}

/*
 * What is remembered
 */

static void
fuzz_check_folder_states(struct eas_state_store *store, pool_t pool, struct event *event)
{
	ARRAY_TYPE(const_string) names;
	const char *const *name;
	struct eas_sync_state *state;
	struct eas_pim_index *index;

	if (eas_state_store_list(store, pool, &names) < 0)
		i_panic("the states cannot be listed");
	array_foreach(&names, name) {
		if (str_begins_with(*name, FUZZ_SYNC_STATE_PREFIX) &&
		    eas_sync_state_read(store, *name + strlen(FUZZ_SYNC_STATE_PREFIX),
					pool, event, &state) != EAS_STATE_OK)
			i_panic("%s cannot be read", *name);
		if (str_begins_with(*name, FUZZ_PIM_INDEX_PREFIX)) {
			if (eas_pim_index_read(store, *name + strlen(FUZZ_PIM_INDEX_PREFIX),
					       event, &index) != EAS_STATE_OK)
				i_panic("%s cannot be read", *name);
			eas_pim_index_free(&index);
		}
	}
}

static void fuzz_check_states(struct eas_user *user, pool_t pool)
{
	ARRAY_TYPE(const_string) device_ids;
	const char *const *device_id;
	const char *error;

	if (eas_state_store_devices(user->state_root, pool, &device_ids, &error) < 0)
		i_panic("%s", error);
	array_foreach(&device_ids, device_id) {
		struct eas_state_store *store =
			eas_state_store_init(user->state_root, *device_id, user->event);
		struct eas_device *device;

		if (eas_device_read(store, user->event, &device) < 0)
			i_panic("the record of %s cannot be read", *device_id);
		eas_device_free(&device);
		fuzz_check_folder_states(store, pool, user->event);
		eas_state_store_deinit(&store);
	}
	fuzz_check_folder_states(user->state_store, pool, user->event);
}

/*
 * The request
 */

/* As the front hands it over. Returns FALSE for what the front answers itself. */
static bool
fuzz_read_request(pool_t pool, const char *query, const char *version,
		  struct directpush_ipc_run *run_r)
{
	const char *const *words = t_strsplit_spaces(version, " ");
	struct directpush_ipc_run run = { .session_id = "fuzz", .body_size = UOFF_T_MAX };
	struct eas_query_headers headers = {
		.protocol_version = words[0],
		.accept_multipart = str_array_find(words, "multipart") ? "T" : NULL,
		.content_type = EAS_CONTENT_TYPE_WBXML,
	};
	enum eas_query_error query_error;
	string_t *line = t_str_new(256);
	const char *error;

	if (words[0] != NULL && strcmp(words[0], "12.1") == 0 &&
	    (strstr(query, "=S") != NULL && strstr(query, "Sync") == NULL))
		headers.content_type = "message/rfc822";
	if (eas_query_parse(pool, query, &headers, &run.request, &query_error) < 0)
		return FALSE;
	run.recheck = str_array_find(words, "recheck");
	directpush_ipc_run_append(line, &run);
	if (directpush_ipc_run_parse(pool, t_strndup(str_data(line) + strlen("RUN\t"),
				     str_len(line) - strlen("RUN\t") - 1),
				     run_r, &error) < 0)
		i_panic("a RUN line is broken: %s", error);
	return TRUE;
}

static void
fuzz_request(struct fuzz_eas_known *known, pool_t pool, const unsigned char *data, size_t size)
{
	buffer_t *request = t_buffer_create(size + 256);
	buffer_t *answer = t_buffer_create(4096);
	struct directpush_ipc_run run;
	struct ostream *output;
	struct istream *input;
	const char *query, *version;

	fuzz_eas_known_fill(known, request, data, size);
	input = i_stream_create_from_data(request->data, request->used);
	if ((query = t_strdup(i_stream_read_next_line(input))) != NULL &&
	    (version = i_stream_read_next_line(input)) != NULL &&
	    fuzz_read_request(pool, query, version, &run)) {
		struct istream *body = i_stream_create_limit(input, UOFF_T_MAX);

		output = o_stream_create_buffer(answer);
		o_stream_set_no_error_handling(output, TRUE);
		if (eas_cmd_run(fuzz_eas_user_get(), &run, body, output) < 0)
			i_panic("the connection to the front is broken");
		o_stream_destroy(&output);
		i_stream_unref(&body);
		fuzz_check_answer(known, pool, &run.request, answer);
	}
	i_stream_unref(&input);
}

static const unsigned char *fuzz_find_separator(const unsigned char *data, size_t size)
{
	for (; size >= strlen(FUZZ_SEPARATOR); data++, size--) {
		if (memcmp(data, FUZZ_SEPARATOR, strlen(FUZZ_SEPARATOR)) == 0)
			return data;
	}
	return NULL;
}

static void
fuzz_requests(struct fuzz_eas_known *known, pool_t pool, const unsigned char *data, size_t size)
{
	const unsigned char *end;

	for (unsigned int i = 0; i < FUZZ_MAX_REQUESTS; i++) T_BEGIN {
		end = fuzz_find_separator(data, size);
		fuzz_request(known, pool, data, end == NULL ? size : (size_t)(end - data));
		if (end == NULL)
			i = FUZZ_MAX_REQUESTS;
		else {
			end += strlen(FUZZ_SEPARATOR);
			size -= end - data;
			data = end;
		}
	} T_END;
}

/* FolderSync, and each folder to its end. */
static void fuzz_make_first_contact(void)
{
	string_t *str = t_str_new(256);

	fuzz_first_contact_pool = pool_alloconly_create("fuzz first contact", 4096);
	for (unsigned int i = 0; i < 1 + 2 * FUZZ_EAS_FOLDERS; i++) {
		const char *key = i <= FUZZ_EAS_FOLDERS ? "0" : NULL;
		unsigned int folder = (i + FUZZ_EAS_FOLDERS - 1) % FUZZ_EAS_FOLDERS;

		str_truncate(str, 0);
		str_printfa(str, "Cmd=%s&User=alice&DeviceId=Phone1&DeviceType=Toy\n14.1\n",
			    i == 0 ? "FolderSync" : "Sync");
		if (i == 0) {
			buffer_append_buf(str, test_eas_text_encode(
				"FolderSync\n  SyncKey \"0\""), 0, SIZE_MAX);
		} else {
			buffer_append_buf(str, test_eas_text_encode(t_strdup_printf(
				"Sync\n  Collections\n    Collection\n"
				"      SyncKey \"%s\"\n      CollectionId \"{f%u}\"",
				key != NULL ? key : t_strdup_printf("{k%u}", folder),
				folder)), 0, SIZE_MAX);
		}
		fuzz_requests(&fuzz_first_contact, fuzz_first_contact_pool,
			      str_data(str), str_len(str));
	}
}

static void fuzz_exit(void)
{
	pool_unref(&fuzz_first_contact_pool);
	fuzz_eas_user_deinit();
}

int LLVMFuzzerInitialize(int *argc ATTR_UNUSED, char **argv[] ATTR_UNUSED)
{
	fuzz_eas_user_init();
	i_get_failure_handlers(&(failure_callback_t *){ NULL }, &fuzz_error_callback,
			       &(failure_callback_t *){ NULL }, &(failure_callback_t *){ NULL });
	i_set_error_handler(fuzz_error_handler);
	i_set_info_handler(fuzz_no_handler);
	i_set_debug_handler(fuzz_no_handler);
	T_BEGIN {
		fuzz_make_first_contact();
		fuzz_eas_user_keep();
	} T_END;
	if (atexit(fuzz_exit) != 0)
		i_fatal("atexit() failed");
	return 0;
}

/* Not FUZZ_BEGIN_DATA: its end in Dovecot 2.3 closes file descriptor 0, which hurts a process that
   goes on opening files. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct fuzz_eas_known known = fuzz_first_contact;

	T_BEGIN {
		fuzz_eas_user_restore();
		fuzz_requests(&known, pool, data, size);
		fuzz_check_states(fuzz_eas_user_get(), pool);
	} T_END;
	pool_unref(&pool);
	return 0;
}
