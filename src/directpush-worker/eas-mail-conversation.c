/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "mail-storage.h"
#include "eas-email-message.h"
#include "eas-header-text.h"
#include "eas-item-id.h"
#include "eas-mail-conversation.h"

static const struct {
	enum eas_email_header header;
	const char *name;
} conversation_headers[] = {
	{ EAS_EMAIL_HEADER_REFERENCES, "References" },
	{ EAS_EMAIL_HEADER_IN_REPLY_TO, "In-Reply-To" },
	{ EAS_EMAIL_HEADER_MESSAGE_ID, "Message-ID" },
	{ EAS_EMAIL_HEADER_THREAD_INDEX, "Thread-Index" },
	{ EAS_EMAIL_HEADER_THREAD_TOPIC, "Thread-Topic" },
	{ EAS_EMAIL_HEADER_SUBJECT, "Subject" }
};

static const char *get_topic(const struct eas_email_message *message)
{
	const char *value = message->headers[EAS_EMAIL_HEADER_THREAD_TOPIC];
	const char *topic = value == NULL ? "" :
		eas_header_decode(pool_datastack_create(), value);

	if (*topic != '\0')
		return topic;
	value = message->headers[EAS_EMAIL_HEADER_SUBJECT];
	return eas_header_topic(eas_header_decode(pool_datastack_create(),
						  value == NULL ? "" : value));
}

void eas_mail_conversation_get_id(struct mail *mail, const char *folder_id,
				  unsigned char id_r[EAS_CONVERSATION_ID_BYTES])
{
	struct eas_email_message message;
	const char *value;

	i_zero(&message);
	T_BEGIN {
		for (unsigned int i = 0; i < N_ELEMENTS(conversation_headers); i++) {
			if (mail_get_first_header(mail, conversation_headers[i].name,
						  &value) > 0)
				message.headers[conversation_headers[i].header] = value;
		}
		eas_conversation_get_id(&message, get_topic(&message),
					eas_item_id_make(folder_id, mail->uid), id_r);
	} T_END;
}
