/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_COMPOSE_H
#define EAS_COMPOSE_H

/* Sending, as SendMail, SmartReply and SmartForward share it: a mail leaves once, whatever is lost or
   repeated, and one copy of it stays. docs/decisions tells what happens when the
   worker dies in between. */

#include "eas-status.h"

struct istream;
struct wbxml_node;
struct eas_cmd_context;

/* what the three have in common */
struct eas_compose {
	/* as the device sent it; seekable */
	struct istream *mime;
	/* NULL: the device gave none (12.1) */
	const char *client_id;
	/* what a repeated request has again */
	const char *key;
	bool save_copy;
};

/* Read them from the WBXML or the 12.1 request. Returns 0, or -1: the request is answered. The caller
   frees it with eas_compose_free(). */
int eas_compose_read(struct eas_cmd_context *ctx, struct eas_compose *compose_r);
/* The same for a draft that is sent from its folder. key (which must live as long): what only a repeated
   request has again. The stream is referenced. */
void eas_compose_init_draft(struct eas_cmd_context *ctx, const char *key,
			    struct istream *mime, struct eas_compose *compose_r);
void eas_compose_free(struct eas_compose *compose);

/* Was it sent before? Then the request is as good as done (its copy is made up for). */
bool eas_compose_was_sent(struct eas_cmd_context *ctx, const struct eas_compose *compose);

/* Send mime, which may be another one than the device's (a reply with what it quotes). Answers the
   request: nothing if it was sent, else a Status. Returns TRUE if it was sent. */
bool eas_compose_send(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		      struct istream *mime);

/* The same without an answer. Returns EAS_STATUS_NONE if it was sent, else a common status
   (SERVER_ERROR_RETRY_LATER: not now). */
enum eas_status
eas_compose_submit(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		   struct istream *mime);

/* Answer the request with "not now". */
void eas_compose_try_later(struct eas_cmd_context *ctx);

#endif
