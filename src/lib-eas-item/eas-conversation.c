/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "sha2.h"
#include "eas-email-message.h"
#include "eas-header-text.h"
#include "eas-conversation.h"

/* Thread-Index: a zero byte's worth of the time (0x01), 5 bytes of time, 16 bytes GUID, 5 bytes a
   level. MS-OXOMSG "PidTagConversationIndex" (2.2.1.3) */
#define THREAD_INDEX_TIME 1
#define THREAD_INDEX_GUID 6
#define THREAD_INDEX_LEVELS 22

/* 100 ns ticks from 1601 to 1970 */
#define FILETIME_EPOCH 116444736000000000ULL
#define FILETIME_PER_SEC 10000000ULL

/* Returns NULL if there is none that can be read. */
static const buffer_t *thread_index_decode(const struct eas_email_message *message)
{
	const char *value = message->headers[EAS_EMAIL_HEADER_THREAD_INDEX];
	buffer_t *index;

	if (value == NULL)
		return NULL;
	index = t_base64_decode_str(value);
	return index->used < THREAD_INDEX_LEVELS ? NULL : index;
}

static const char *first_id(const struct eas_email_message *message)
{
	static const enum eas_email_header fields[] = {
		EAS_EMAIL_HEADER_REFERENCES,
		EAS_EMAIL_HEADER_IN_REPLY_TO,
		EAS_EMAIL_HEADER_MESSAGE_ID
	};
	const char *id;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(fields); i++) {
		if (message->headers[fields[i]] == NULL)
			continue;
		id = eas_header_first_message_id(pool_datastack_create(),
						 message->headers[fields[i]]);
		if (id != NULL)
			return id;
	}
	return NULL;
}

void eas_conversation_get_id(const struct eas_email_message *message, const char *topic,
			     const char *fallback,
			     unsigned char id_r[EAS_CONVERSATION_ID_BYTES])
{
	unsigned char digest[SHA256_RESULTLEN];
	const char *id = first_id(message);
	const buffer_t *index;

	if (id == NULL && (index = thread_index_decode(message)) != NULL) {
		memcpy(id_r, CONST_PTR_OFFSET(index->data, THREAD_INDEX_GUID),
		       EAS_CONVERSATION_ID_BYTES);
		return;
	}
	if (id == NULL)
		id = *topic != '\0' ? topic : fallback;
	sha256_get_digest(id, strlen(id), digest);
	memcpy(id_r, digest, EAS_CONVERSATION_ID_BYTES);
}

void eas_conversation_append_index(const struct eas_email_message *message,
				   time_t sent_utc, buffer_t *dest)
{
	const buffer_t *index = thread_index_decode(message);
	uint64_t ticks;
	unsigned int i;
	size_t size;

	if (index != NULL) {
		buffer_append(dest, CONST_PTR_OFFSET(index->data, THREAD_INDEX_TIME),
			      EAS_CONVERSATION_HEADER_BYTES);
		size = index->used - THREAD_INDEX_LEVELS;
		size -= size % EAS_CONVERSATION_LEVEL_BYTES;
		buffer_append(dest, CONST_PTR_OFFSET(index->data, THREAD_INDEX_LEVELS),
			      I_MIN(size, EAS_CONVERSATION_MAX_LEVELS *
				    EAS_CONVERSATION_LEVEL_BYTES));
		return;
	}
	/* bits 16..55 of the FILETIME, most significant byte first */
	ticks = FILETIME_EPOCH + (uint64_t)I_MAX(sent_utc, 0) * FILETIME_PER_SEC;
	for (i = 0; i < EAS_CONVERSATION_HEADER_BYTES; i++)
		buffer_append_c(dest, (ticks >> (48 - 8 * i)) & 0xff);
}
