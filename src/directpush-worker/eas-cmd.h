/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CMD_H
#define EAS_CMD_H

/* One command: what came, for whom, and where its answer goes. Handlers are
   eas_cmd_<lower>() in cmd-<name>.c, one per row of eas-commands.def; they run from top to
   bottom, blocking, and always leave an answer in ctx->reply. */

#include "eas-request.h"
#include "eas-status.h"
#include "wbxml-tree.h"
#include "eas-reply.h"

struct eas_user;
struct eas_device;
struct eas_outbox;
struct directpush_ipc_run;

struct eas_cmd_context {
	/* lives until the answer is out */
	pool_t pool;
	struct event *event;
	struct eas_user *user;
	/* The device that asks: read, and locked until the answer is out. It is written after
	   the handler, before the last byte of the answer, if it is dirty. */
	struct eas_device *device;
	const struct eas_request *request;
	const struct directpush_ipc_run *run;
	/* The WBXML body, legal for this command and version (eas-schema.h).
	   NULL = empty body. */
	struct wbxml_tree *tree;
	/* The body's bytes, for commands whose body is a mail (12.1); else NULL. */
	struct istream *mime_body;
	struct eas_reply *reply;
	/* eas-meeting-post.c's; NULL = not read yet */
	struct eas_outbox *outbox;
	/* eas_cmd_device_done() was called */
	bool device_done;
};

typedef void eas_cmd_handler_t(struct eas_cmd_context *ctx);

#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
	eas_cmd_handler_t eas_cmd_##lower;
#include "eas-commands.def"

/* Read the body, check policy and schema, run the handler, finish the answer.
   Returns 0, or -1 when the connection to the front is broken. */
int eas_cmd_run(struct eas_user *user, const struct directpush_ipc_run *run,
		struct istream *body, struct ostream *output);

/* Answer the whole request with a status of its own (below 100) or a common one: the
   command's document with nothing but the Status. For a common one clients of 12.1 get the HTTP
   status that stands for it. What was written before is dropped. */
void eas_cmd_reply_status(struct eas_cmd_context *ctx, enum eas_status status);
/* Write the device's record if it is dirty and unlock it, for a handler that has long
   work ahead which touches no state of the device. ctx->device may only be read then.
   Returns 0, or -1: it could not be written, the answer is "try again" and the handler returns. */
int eas_cmd_device_done(struct eas_cmd_context *ctx);

#endif
