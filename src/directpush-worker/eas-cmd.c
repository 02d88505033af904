/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-user.h"
#include "wbxml-writer.h"
#include "eas-quirk.h"
#include "eas-quirk.h"
#include "eas-schema.h"
#include "eas-status.h"
#include "eas-device.h"
#include "eas-device-room.h"
#include "eas-outbox.h"
#include "eas-state-store.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-mail-followup.h"
#include "eas-user.h"
#include "eas-cmd.h"

/* A phone tries again after so long when it could not be served now. */
#define EAS_RETRY_AFTER_SECS 30
#define EAS_PING_MAX_BODY_BYTES (64*1024)
/* The record says when the device was seen last, this exactly. */
#define EAS_LAST_SEEN_SECS (60*60)
/* Android makes its first contact under this name and throws the answer away (quirk 27). */
#define EAS_DEVICE_ID_VALIDATE "validate"

static const struct {
	enum eas_command_id id;
	eas_cmd_handler_t *handler;
} eas_cmd_handlers[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
	{ EAS_COMMAND_##ident, eas_cmd_##lower },
#include "eas-commands.def"
};

static const char *const wbxml_content_types[] = {
	EAS_CONTENT_TYPE_WBXML,
	/* quirk 119 */
	"application/vnd.ms-sync",
	/* not said, which is normal with an empty body */
	"",
	NULL
};

void eas_cmd_reply_status(struct eas_cmd_context *ctx, enum eas_status status)
{
	const struct eas_request *request = ctx->request;
	struct wbxml_writer *writer;
	wbxml_tag_t root, status_tag;
	unsigned int http_status = 0;

	/* there are commands whose answer is no document */
	eas_schema_get_status_tags(request->command, &root, &status_tag);
	if (request->version < EAS_VERSION_14_0 || root == WBXML_TAG_NONE)
		http_status = eas_status_get_http(status);
	e_debug(ctx->event, "Answer is Status %u (%s)", status,
		eas_status_get_name(request->command, status));
	if (http_status != 0) {
		eas_reply_http_status(ctx->reply, http_status);
	} else if (!eas_reply_restart(ctx->reply)) {
		eas_reply_unavailable(ctx->reply, EAS_RETRY_AFTER_SECS);
	} else {
		writer = eas_reply_wbxml(ctx->reply);
		wbxml_writer_start(writer, root);
		wbxml_writer_element_uint(writer, status_tag, status);
		wbxml_writer_end(writer, root);
	}
	eas_reply_set_eas_status(ctx->reply, status);
}

static void
eas_cmd_reply_schema_error(struct eas_cmd_context *ctx,
			   const struct eas_schema_error *error)
{
	struct wbxml_writer *writer;

	e_debug(ctx->event, "Request is not legal: %s", error->reason);
	if (error->http_status != 0) {
		eas_reply_http_status(ctx->reply, error->http_status);
	} else {
		writer = eas_reply_wbxml(ctx->reply);
		wbxml_writer_start(writer, error->root);
		wbxml_writer_element_uint(writer, error->status_tag, error->status);
		wbxml_writer_end(writer, error->root);
	}
	eas_reply_set_eas_status(ctx->reply, error->status);
}

/*
 * Body
 */

static uoff_t eas_cmd_max_body(struct eas_cmd_context *ctx)
{
	const struct directpush_worker_settings *set = ctx->user->set;
	const struct eas_command *command = eas_command_get(ctx->request->command);

	if (command->id == EAS_COMMAND_PING)
		return EAS_PING_MAX_BODY_BYTES;
	return (command->flags & EAS_COMMAND_FLAG_LARGE_BODY) != 0 ?
		set->directpush_max_send_size : set->directpush_max_request_size;
}

/* Returns 1, 0 = the client's mistake, answered; -1 = there will be no whole body. */
static int eas_cmd_read_tree(struct eas_cmd_context *ctx, struct istream *body)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = ctx->user->max_memory_value,
	};
	struct eas_schema_error schema_error;
	string_t *temp_prefix = t_str_new(128);
	const char *error;
	int ret;

	set.limits.max_document_bytes = eas_cmd_max_body(ctx);
	set.limits.max_value_bytes = set.limits.max_document_bytes;
	mail_user_set_get_temp_prefix(temp_prefix, ctx->user->mail_user->set);
	set.temp_path_prefix = str_c(temp_prefix);
	ret = wbxml_tree_read(ctx->pool, body, &set, &ctx->tree, &error);
	if (ret == -2) {
		e_debug(ctx->event, "Request body failed: %s", error);
		return -1;
	}
	if (ret == -1) {
		eas_schema_get_wbxml_error(ctx->request->command,
					   ctx->request->version, &schema_error);
		schema_error.reason = error;
		eas_cmd_reply_schema_error(ctx, &schema_error);
		return 0;
	}
	if (eas_schema_check(ctx->request->command, ctx->request->version,
			     ret == 0 ? NULL : ctx->tree->root, &schema_error) < 0) {
		eas_cmd_reply_schema_error(ctx, &schema_error);
		return 0;
	}
	return 1;
}

static int eas_cmd_read_body(struct eas_cmd_context *ctx, struct istream *body)
{
	const struct eas_command *command = eas_command_get(ctx->request->command);

	if (ctx->request->version < command->since ||
	    (command->until != EAS_VERSION_ANY &&
	     ctx->request->version > command->until)) {
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_COMMAND_NOT_SUPPORTED);
		return 0;
	}
	if ((command->flags & EAS_COMMAND_FLAG_NO_BODY) != 0)
		return 1;
	if ((command->flags & EAS_COMMAND_FLAG_MIME_BODY) != 0 &&
	    ctx->request->version < EAS_VERSION_14_0) {
		if (strcmp(ctx->request->content_type, "message/rfc822") != 0) {
			eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_CONTENT);
			return 0;
		}
		ctx->mime_body = body;
		return 1;
	}
	if (!str_array_find(wbxml_content_types, ctx->request->content_type)) {
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_CONTENT);
		return 0;
	}
	return eas_cmd_read_tree(ctx, body);
}

/* Leave the connection at the next line. Returns -1 if there is none to be found. */
static int eas_cmd_skip_body(struct istream *body)
{
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(body, &data, &size) > 0)
		i_stream_skip(body, size);
	/* a body that was given up is EPIPE */
	return body->stream_errno == EINVAL ? -1 : 0;
}

/*
 * Device
 */

/* MS-ASPROV "Abstract Data Model" (3.2.1): a device may use the server with the key of the
   policy it has acknowledged. Returns FALSE if the request was answered. */
static bool eas_cmd_check_policy(struct eas_cmd_context *ctx)
{
	const struct eas_request *request = ctx->request;
	const struct eas_device *device = ctx->device;

	if (ctx->user->set->parsed_provision != DIRECTPUSH_PROVISION_REQUIRE ||
	    (eas_command_get(request->command)->flags & EAS_COMMAND_FLAG_NO_POLICY) != 0 ||
	    eas_quirk_has(request, EAS_QUIRK_NO_POLICY))
		return TRUE;
	if (device->policy_key != 0 && request->policy_key == device->policy_key)
		return TRUE;
	if (request->policy_key == 0)
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_DEVICE_NOT_PROVISIONED);
	else if (device->policy_key == 0)
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_POLICY_KEY);
	else
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_POLICY_REFRESH);
	return FALSE;
}

static int
eas_cmd_device_open(struct eas_cmd_context *ctx, struct eas_state_store *store)
{
	if (eas_state_store_lock(store) < 0 ||
	    eas_device_read(store, ctx->event, &ctx->device) < 0) {
		eas_reply_unavailable(ctx->reply, EAS_RETRY_AFTER_SECS);
		return -1;
	}
	return 0;
}

/* DeviceIds are the client's to make up, so each that is remembered has to be wanted. Returns FALSE if
   the request was answered. */
static bool eas_cmd_check_room(struct eas_cmd_context *ctx)
{
	struct eas_user *user = ctx->user;
	int ret;

	if (ctx->device->stored)
		return TRUE;
	ret = eas_device_make_room(user->state_root, ctx->request->device_id,
				   user->set->directpush_user_devices, ctx->event);
	if (ret > 0)
		return TRUE;
	if (ret < 0) {
		eas_reply_unavailable(ctx->reply, EAS_RETRY_AFTER_SECS);
		return FALSE;
	}
	if (!user->devices_full) {
		user->devices_full = TRUE;
		e_warning(ctx->event, "The user has as many devices as are remembered "
			  "(directpush_user_devices=%u), all of them in use: new ones are refused",
			  user->set->directpush_user_devices);
	}
	eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_MAXIMUM_DEVICES_REACHED);
	return FALSE;
}

/* What the request itself tells of the device. It alone creates no record. */
static void eas_cmd_device_seen(struct eas_cmd_context *ctx)
{
	struct eas_device *device = ctx->device;
	const struct eas_request *request = ctx->request;
	bool changed = strcmp(device->type, request->device_type) != 0 ||
		strcmp(device->user_agent, request->user_agent) != 0 ||
		device->version != request->version ||
		device->last_seen + EAS_LAST_SEEN_SECS <= ioloop_time;

	if (changed || device->dirty) {
		device->type = p_strdup(device->pool, request->device_type);
		device->user_agent = p_strdup(device->pool, request->user_agent);
		device->version = request->version;
		device->last_seen = ioloop_time;
	}
	if (changed && device->stored)
		device->dirty = TRUE;
}

int eas_cmd_device_done(struct eas_cmd_context *ctx)
{
	struct eas_state_store *store = ctx->device->store;
	int ret = 0;

	if (ctx->device_done)
		return 0;
	ctx->device_done = TRUE;
	eas_cmd_device_seen(ctx);
	if (strcasecmp(ctx->request->device_id, EAS_DEVICE_ID_VALIDATE) != 0)
		ret = eas_device_write(ctx->device);
	if (ret < 0)
		eas_reply_unavailable(ctx->reply, EAS_RETRY_AFTER_SECS);
	eas_state_store_unlock(store);
	return ret;
}

/*
 * Run
 */

static eas_cmd_handler_t *eas_cmd_find_handler(enum eas_command_id id)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_cmd_handlers); i++) {
		if (eas_cmd_handlers[i].id == id)
			return eas_cmd_handlers[i].handler;
	}
	i_unreached();
}

static void eas_cmd_handle(struct eas_cmd_context *ctx)
{
	struct eas_user *user = ctx->user;
	struct eas_state_store *store =
		eas_state_store_init(user->state_root, ctx->request->device_id,
				     ctx->event);

	if (eas_cmd_device_open(ctx, store) == 0) {
		if (eas_cmd_check_room(ctx) && eas_cmd_check_policy(ctx)) {
			eas_folder_request_begin(user, ctx->run->folders_changed);
			eas_mail_followups_forget(user);
			/* what it sends by SendMail it has not got */
			if (ctx->request->command != EAS_COMMAND_SEND_MAIL) {
				eas_user_set_origin_device(user,
					ctx->request->device_id);
			}
			eas_cmd_find_handler(ctx->request->command)(ctx);
			eas_user_set_origin_device(user, NULL);
		}
		(void)eas_cmd_device_done(ctx);
		eas_outbox_free(&ctx->outbox);
		eas_device_free(&ctx->device);
	}
	eas_state_store_deinit(&store);
}

static struct event *
eas_cmd_event_create(struct eas_user *user, const struct directpush_ipc_run *run)
{
	struct event *event = event_create(user->event);
	const struct eas_request *request = &run->request;
	const char *name = eas_command_get(request->command)->name;

	event_add_str(event, "session", run->session_id);
	event_add_str(event, "cmd", name);
	event_add_str(event, "device_id", request->device_id);
	event_add_str(event, "device_type", request->device_type);
	event_add_str(event, "protocol_version", eas_version_get_name(request->version));
	event_set_append_log_prefix(event, t_strdup_printf("%s(%s): ", name,
							   request->device_id));
	return event;
}

int eas_cmd_run(struct eas_user *user, const struct directpush_ipc_run *run,
		struct istream *body, struct ostream *output)
{
	struct eas_cmd_context ctx = {
		.user = user,
		.request = &run->request,
		.run = run,
	};
	int ret;

	io_loop_time_refresh();
	ctx.pool = pool_alloconly_create("eas command", 4096);
	ctx.event = eas_cmd_event_create(user, run);
	ctx.reply = eas_reply_create(output);
	ret = eas_cmd_read_body(&ctx, body);
	if (ret > 0)
		eas_cmd_handle(&ctx);
	else if (ret < 0) {
		/* Nobody reads the answer any more, but each
		   request has one. */
		eas_reply_http_status(ctx.reply, 400);
	}
	ret = eas_cmd_skip_body(body);
	if (eas_reply_finish(&ctx.reply) < 0)
		ret = -1;
	if (ctx.tree != NULL)
		wbxml_tree_free(&ctx.tree);
	event_unref(&ctx.event);
	pool_unref(&ctx.pool);
	return ret;
}
