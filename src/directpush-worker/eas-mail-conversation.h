/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_CONVERSATION_H
#define EAS_MAIL_CONVERSATION_H

/* The conversation of a mail in a mailbox, from the headers in Dovecot's cache: the same id that the
   item shows (eas-conversation.h). */

#include "eas-conversation.h"

struct mail;

/* folder_id: of the folder the mail lies in */
void eas_mail_conversation_get_id(struct mail *mail, const char *folder_id,
				  unsigned char id_r[EAS_CONVERSATION_ID_BYTES]);

#endif
