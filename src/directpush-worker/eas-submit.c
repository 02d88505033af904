/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "ostream.h"
#include "smtp-client.h"
#include "smtp-client-connection.h"
#include "smtp-client-transaction.h"
#include "smtp-submit.h"
#include "directpush-submit-compat.h"
#include "eas-outgoing.h"
#include "eas-user.h"
#include "eas-submit.h"

#define SUBMIT_DEFAULT_PORT 25

struct submit_context {
	const struct eas_outgoing *mail;
	eas_submit_begin_callback_t *begin;
	void *begin_context;

	struct smtp_client_transaction *trans;
	struct timeout *to_decide;
	unsigned int recipients_pending;

	enum eas_submit_result result;
	/* of the first failure */
	char *error;
};

static void submit_failed(struct submit_context *ctx, const char *what,
			  const struct smtp_reply *reply)
{
	if (ctx->error != NULL)
		return;
	ctx->error = i_strdup_printf("%s failed: %s", what, smtp_reply_log(reply));
	ctx->result = smtp_reply_is_remote(reply) && !smtp_reply_is_temp_fail(reply) ?
		EAS_SUBMIT_REFUSED : EAS_SUBMIT_TEMPFAIL;
}

static void submit_mail_callback(const struct smtp_reply *reply, struct submit_context *ctx)
{
	if (!smtp_reply_is_success(reply))
		submit_failed(ctx, "MAIL FROM", reply);
}

static void submit_data_callback(const struct smtp_reply *reply, struct submit_context *ctx)
{
	if (!smtp_reply_is_success(reply))
		submit_failed(ctx, "DATA", reply);
	else if (ctx->error == NULL)
		ctx->result = EAS_SUBMIT_SENT;
}

static void submit_rcpt_data_callback(const struct smtp_reply *reply ATTR_UNUSED,
				      struct submit_context *ctx ATTR_UNUSED)
{
	/* the same reply as DATA's */
}

/* All recipients were answered for: now all of them, or none. */
static void submit_decide(struct submit_context *ctx)
{
	struct istream *input;

	timeout_remove(&ctx->to_decide);
	if (ctx->error == NULL && ctx->begin(ctx->begin_context) < 0)
		ctx->error = i_strdup("Could not remember that it is being sent");
	if (ctx->error != NULL) {
		io_loop_stop(current_ioloop);
		return;
	}
	input = eas_outgoing_open(ctx->mail, FALSE);
	smtp_client_transaction_send(ctx->trans, input, submit_data_callback, ctx);
	i_stream_unref(&input);
}

static void submit_rcpt_callback(const struct smtp_reply *reply, struct submit_context *ctx)
{
	if (!smtp_reply_is_success(reply))
		submit_failed(ctx, "RCPT TO", reply);
	i_assert(ctx->recipients_pending > 0);
	if (--ctx->recipients_pending == 0)
		ctx->to_decide = timeout_add_short(0, submit_decide, ctx);
}

static void submit_finished(struct submit_context *ctx)
{
	/* it frees itself */
	ctx->trans = NULL;
	timeout_remove(&ctx->to_decide);
	io_loop_stop(current_ioloop);
}

static enum smtp_client_connection_ssl_mode
submit_get_ssl_mode(const struct smtp_submit_settings *set)
{
	if (set->submission_ssl == NULL)
		return SMTP_CLIENT_SSL_MODE_NONE;
	if (strcasecmp(set->submission_ssl, "smtps") == 0 ||
	    strcasecmp(set->submission_ssl, "submissions") == 0)
		return SMTP_CLIENT_SSL_MODE_IMMEDIATE;
	if (strcasecmp(set->submission_ssl, "starttls") == 0)
		return SMTP_CLIENT_SSL_MODE_STARTTLS;
	return SMTP_CLIENT_SSL_MODE_NONE;
}

static void submit_start(struct submit_context *ctx, struct smtp_client *client,
			 const char *host, in_port_t port,
			 enum smtp_client_connection_ssl_mode ssl_mode,
			 const struct smtp_client_settings *conn_set)
{
	struct smtp_client_connection *conn;
	const struct smtp_address *const *rcpt;

	conn = smtp_client_connection_create(client, SMTP_PROTOCOL_SMTP, host, port,
					     ssl_mode, conn_set);
	ctx->trans = smtp_client_transaction_create(conn, ctx->mail->from, NULL, 0,
						    submit_finished, ctx);
	smtp_client_connection_unref(&conn);
	array_foreach(&ctx->mail->recipients, rcpt) {
		ctx->recipients_pending++;
		smtp_client_transaction_add_rcpt(ctx->trans, *rcpt, NULL,
						 submit_rcpt_callback,
						 submit_rcpt_data_callback, ctx);
	}
	smtp_client_transaction_start(ctx->trans, submit_mail_callback, ctx);
}

static int submit_by_smtp(struct submit_context *ctx, struct eas_user *user,
			  struct event *event, const char **error_r)
{
	const struct smtp_submit_settings *set = user->submit_set;
	struct smtp_client_settings client_set, conn_set;
	struct smtp_client *client;
	struct ioloop *ioloop;
	const char *host;
	in_port_t port;

	if (net_str2hostport(set->submission_host, SUBMIT_DEFAULT_PORT,
			     &host, &port) < 0) {
		*error_r = t_strdup_printf("Invalid submission_host: %s",
					   set->submission_host);
		return -1;
	}
	i_zero(&client_set);
	client_set.my_hostname = set->hostname;
	client_set.connect_timeout_msecs = set->submission_timeout * 1000;
	client_set.command_timeout_msecs = set->submission_timeout * 1000;
	client_set.event_parent = event;
	/* not for the client: in 2.4.1 a connection drops the reference that only the client took */
	i_zero(&conn_set);
	directpush_submit_set_ssl(user->mail_user, &conn_set);

	ioloop = io_loop_create();
	io_loop_set_running(ioloop);
	client = smtp_client_init(&client_set);
	submit_start(ctx, client, host, port, submit_get_ssl_mode(set), &conn_set);
	if (io_loop_is_running(ioloop))
		io_loop_run(ioloop);
	timeout_remove(&ctx->to_decide);
	if (ctx->trans != NULL)
		smtp_client_transaction_destroy(&ctx->trans);
	smtp_client_deinit(&client);
	io_loop_destroy(&ioloop);
	return 0;
}

/* sendmail has a queue of its own: what it takes it takes for all. */
static enum eas_submit_result
submit_by_sendmail(struct submit_context *ctx, struct eas_user *user,
		   struct event *event, const char **error_r)
{
	struct smtp_submit_input input = { .event_parent = event };
	const struct smtp_address *const *rcpt;
	struct smtp_submit *submit;
	struct ostream *output;
	struct istream *mime;
	int ret = -1;

	submit = smtp_submit_init_simple(&input, user->submit_set, ctx->mail->from);
	array_foreach(&ctx->mail->recipients, rcpt)
		smtp_submit_add_rcpt(submit, *rcpt);
	output = smtp_submit_send(submit);
	mime = eas_outgoing_open(ctx->mail, FALSE);
	if (o_stream_send_istream(output, mime) != OSTREAM_SEND_ISTREAM_RESULT_FINISHED)
		*error_r = "Could not copy the mail to a temporary file";
	else if (ctx->begin(ctx->begin_context) < 0)
		*error_r = "Could not remember that it is being sent";
	else
		ret = smtp_submit_run(submit, error_r);
	i_stream_unref(&mime);
	smtp_submit_deinit(&submit);
	return ret > 0 ? EAS_SUBMIT_SENT :
		ret == 0 ? EAS_SUBMIT_REFUSED : EAS_SUBMIT_TEMPFAIL;
}

enum eas_submit_result
eas_submit(struct eas_user *user, struct event *event, const struct eas_outgoing *mail,
	   eas_submit_begin_callback_t *begin, void *context, const char **error_r)
{
	struct submit_context ctx = {
		.mail = mail,
		.begin = begin,
		.begin_context = context,
		.result = EAS_SUBMIT_TEMPFAIL
	};
	const char *host = user->submit_set->submission_host;

	if (host == NULL || *host == '\0')
		return submit_by_sendmail(&ctx, user, event, error_r);
	if (submit_by_smtp(&ctx, user, event, error_r) < 0)
		return EAS_SUBMIT_TEMPFAIL;
	*error_r = ctx.error == NULL ? "Connection failed" :
		t_strdup_printf("%s: %s", host, ctx.error);
	i_free(ctx.error);
	return ctx.result;
}
