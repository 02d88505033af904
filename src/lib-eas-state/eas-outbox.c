/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "strescape.h"
#include "strnum.h"
#include "eas-outbox.h"

#define KEY_MAIL "mail"
#define ARG_WRITTEN "written"

/* of a line; further ones are passed over */
enum {
	FIELD_KEY = 1,
	FIELD_CREATED,
	FIELD_OBJECT,
	FIELD_VERSION,
	FIELD_WRITTEN,
	FIELD_TOLD_NAME,
	FIELD_TOLD,
	FIELD_TOLD_BEFORE,
	FIELD_MIME,
	FIELD_COUNT
};

/* A line that is not understood is of no mail of ours. */
static void decode_mail(struct eas_outbox *outbox, const char *const *fields)
{
	struct eas_outbox_mail mail;

	i_zero(&mail);
	if (str_array_length(fields) < FIELD_COUNT || strcmp(fields[0], KEY_MAIL) != 0 ||
	    str_to_time(fields[FIELD_CREATED], &mail.created) < 0 ||
	    str_to_uint32(fields[FIELD_VERSION], &mail.version) < 0)
		return;
	mail.key = p_strdup(outbox->pool, fields[FIELD_KEY]);
	mail.object_id = p_strdup(outbox->pool, fields[FIELD_OBJECT]);
	mail.written = strcmp(fields[FIELD_WRITTEN], ARG_WRITTEN) == 0;
	mail.told_name = p_strdup_empty(outbox->pool, fields[FIELD_TOLD_NAME]);
	mail.told = p_strdup_empty(outbox->pool, fields[FIELD_TOLD]);
	mail.told_before = p_strdup_empty(outbox->pool, fields[FIELD_TOLD_BEFORE]);
	mail.mime = p_strdup(outbox->pool, fields[FIELD_MIME]);
	array_push_back(&outbox->mails, &mail);
}

static void decode(struct eas_outbox *outbox, const char *data, size_t size)
{
	const char *const *lines = t_strsplit(t_strndup(data, size), "\n");

	for (; *lines != NULL; lines++)
		decode_mail(outbox, t_strsplit_tabescaped(*lines));
}

int eas_outbox_read(struct eas_state_store *store, struct eas_outbox **outbox_r)
{
	pool_t pool = pool_alloconly_create("eas outbox", 1024);
	struct eas_outbox *outbox = p_new(pool, struct eas_outbox, 1);
	const unsigned char *data;
	size_t size;

	outbox->pool = pool;
	p_array_init(&outbox->mails, pool, 2);
	switch (eas_state_store_read(store, EAS_OUTBOX_SUBJECT, EAS_OUTBOX_FORMAT, pool,
				     &data, &size)) {
	case EAS_STATE_OK:
		outbox->stored = TRUE;
		T_BEGIN {
			decode(outbox, (const char *)data, size);
		} T_END;
		break;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		break;
	case EAS_STATE_TEMPFAIL:
		eas_outbox_free(&outbox);
		return -1;
	}
	*outbox_r = outbox;
	return 0;
}

void eas_outbox_free(struct eas_outbox **_outbox)
{
	struct eas_outbox *outbox = *_outbox;

	*_outbox = NULL;
	if (outbox != NULL)
		pool_unref(&outbox->pool);
}

static void encode_mail(string_t *dest, const struct eas_outbox_mail *mail)
{
	const char *const texts[] = {
		mail->written ? ARG_WRITTEN : "", mail->told_name, mail->told,
		mail->told_before, mail->mime
	};

	str_append(dest, KEY_MAIL"\t");
	str_append_tabescaped(dest, mail->key);
	str_printfa(dest, "\t%"PRIdTIME_T"\t", mail->created);
	str_append_tabescaped(dest, mail->object_id);
	str_printfa(dest, "\t%u", mail->version);
	for (unsigned int i = 0; i < N_ELEMENTS(texts); i++) {
		str_append_c(dest, '\t');
		if (texts[i] != NULL)
			str_append_tabescaped(dest, texts[i]);
	}
	str_append_c(dest, '\n');
}

int eas_outbox_write(struct eas_state_store *store, struct eas_outbox *outbox)
{
	const struct eas_outbox_mail *mail;
	string_t *data;
	int ret;

	if (array_is_empty(&outbox->mails)) {
		if (!outbox->stored)
			return 0;
		ret = eas_state_store_delete(store, EAS_OUTBOX_SUBJECT);
		outbox->stored = ret < 0;
		return ret;
	}
	data = str_new(default_pool, 4096);
	array_foreach(&outbox->mails, mail)
		encode_mail(data, mail);
	ret = eas_state_store_write(store, EAS_OUTBOX_SUBJECT, EAS_OUTBOX_FORMAT,
				    str_data(data), str_len(data));
	str_free(&data);
	outbox->stored = outbox->stored || ret == 0;
	return ret;
}

struct eas_outbox_mail *
eas_outbox_find(struct eas_outbox *outbox, const char *key)
{
	struct eas_outbox_mail *mail;

	array_foreach_modifiable(&outbox->mails, mail) {
		if (strcmp(mail->key, key) == 0)
			return mail;
	}
	return NULL;
}

void eas_outbox_remove(struct eas_outbox *outbox, const char *key)
{
	const struct eas_outbox_mail *mail = eas_outbox_find(outbox, key);

	if (mail != NULL)
		array_delete(&outbox->mails, array_ptr_to_idx(&outbox->mails, mail), 1);
}
