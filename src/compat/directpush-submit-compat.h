/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SUBMIT_COMPAT_H
#define DIRECTPUSH_SUBMIT_COMPAT_H

/* How a client of the submission server gets its TLS settings. */

struct mail_user;
struct smtp_client_settings;

/* Add them to *set: those of the user's settings; in the data stack. */
void directpush_submit_set_ssl(struct mail_user *user, struct smtp_client_settings *set);

#endif
