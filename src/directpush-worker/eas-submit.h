/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SUBMIT_H
#define EAS_SUBMIT_H

/* Hand one mail to the submission server (submission_host) or to sendmail: to all of its
   recipients, or to nobody. Dovecot's smtp_submit sends to those who were accepted when one
   is refused, which a phone can only take for "not sent", and sends again. */

struct istream;
struct eas_user;
struct eas_outgoing;

enum eas_submit_result {
	EAS_SUBMIT_SENT		= 1,
	/* the server does not want it; it will not want it later */
	EAS_SUBMIT_REFUSED	= 0,
	EAS_SUBMIT_TEMPFAIL	= -1
};

/* All recipients are accepted; the mail itself goes out next. Returns 0, or -1: it must
   not (EAS_SUBMIT_TEMPFAIL). */
typedef int eas_submit_begin_callback_t(void *context);

/* Blocks. error_r is for the log. */
enum eas_submit_result
eas_submit(struct eas_user *user, struct event *event, const struct eas_outgoing *mail,
	   eas_submit_begin_callback_t *begin, void *context, const char **error_r);

#endif
