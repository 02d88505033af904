/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "strnum.h"
#include "mail-storage.h"
#include "eas-email-flags.h"
#include "eas-user.h"
#include "eas-mail-followup.h"

struct eas_mail_followups {
	pool_t pool;
	/* NULL: not read yet */
	struct eas_followups *flags, *verbs;
};

static struct eas_mail_followups *followups_get(struct eas_user *user)
{
	pool_t pool;

	if (user->followups == NULL) {
		pool = pool_alloconly_create("eas mail followups", 1024);
		user->followups = p_new(pool, struct eas_mail_followups, 1);
		user->followups->pool = pool;
	}
	return user->followups;
}

void eas_mail_followups_forget(struct eas_user *user)
{
	struct eas_mail_followups *followups = user->followups;

	if (followups == NULL)
		return;
	user->followups = NULL;
	if (followups->flags != NULL)
		eas_followups_free(&followups->flags);
	if (followups->verbs != NULL)
		eas_followups_free(&followups->verbs);
	pool_unref(&followups->pool);
}

/* NULL if there is none, or it cannot be read now (logged) */
static const char *
followups_find(struct eas_user *user, struct mail *mail, const char *subject,
	       struct eas_followups **followups)
{
	const char *guid;

	if (*followups == NULL && eas_followups_read(user->state_store, subject, followups) < 0)
		*followups = NULL;
	if (*followups == NULL || eas_followups_count(*followups) == 0 ||
	    mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 || *guid == '\0')
		return NULL;
	return eas_followups_find(*followups, guid);
}

static bool mail_has_flag(struct mail *mail)
{
	struct eas_email_flags flags;
	bool ret;

	T_BEGIN {
		eas_email_flags_read(mail_get_flags(mail), mail_get_keywords(mail), &flags);
		ret = flags.flag != EAS_EMAIL_FLAG_CLEAR;
	} T_END;
	return ret;
}

static const char *followup_find_text(struct eas_user *user, struct mail *mail)
{
	return followups_find(user, mail, EAS_FOLLOWUPS_FLAGS, &followups_get(user)->flags);
}

const struct eas_email_followup *
eas_mail_followup_get(struct eas_user *user, struct mail *mail, pool_t pool)
{
	struct eas_email_followup *followup;
	const char *text;

	if (!mail_has_flag(mail))
		return NULL;
	text = followup_find_text(user, mail);
	if (text == NULL)
		return NULL;
	followup = p_new(pool, struct eas_email_followup, 1);
	eas_email_followup_decode(text, pool, followup);
	return followup;
}

const struct eas_email_followup *
eas_mail_followup_get_kept(struct eas_user *user, struct mail *mail)
{
	return eas_mail_followup_get(user, mail, followups_get(user)->pool);
}

bool eas_mail_followup_note(struct eas_user *user, struct mail *mail,
			    const struct eas_email_followup *followup, pool_t pool,
			    ARRAY_TYPE(eas_followup) *updates)
{
	struct eas_followup *update;
	const char *guid, *text = NULL;

	if (followup != NULL && !eas_email_followup_is_empty(followup))
		text = eas_email_followup_encode(followup);
	if (null_strcmp(text, followup_find_text(user, mail)) == 0 ||
	    mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 || *guid == '\0')
		return FALSE;
	update = array_append_space(updates);
	update->mail_guid = p_strdup(pool, guid);
	update->text = p_strdup(pool, text);
	return TRUE;
}

int eas_mail_followups_write(struct eas_user *user, const ARRAY_TYPE(eas_followup) *updates)
{
	if (array_is_empty(updates))
		return 0;
	eas_mail_followups_forget(user);
	return eas_followups_update(user->state_store, EAS_FOLLOWUPS_FLAGS, updates);
}

time_t eas_mail_verb_time_get(struct eas_user *user, struct mail *mail)
{
	const char *text;
	time_t utc = 0;

	if ((mail_get_flags(mail) & MAIL_ANSWERED) == 0 &&
	    !str_array_icase_find(mail_get_keywords(mail), EAS_EMAIL_KEYWORD_FORWARDED))
		return 0;
	text = followups_find(user, mail, EAS_FOLLOWUPS_VERBS, &followups_get(user)->verbs);
	return text == NULL || str_to_time(text, &utc) < 0 ? 0 : utc;
}

void eas_mail_verb_time_note(struct mail *mail, time_t utc, pool_t pool,
			     ARRAY_TYPE(eas_followup) *updates)
{
	struct eas_followup *update;
	const char *guid;

	if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 || *guid == '\0')
		return;
	update = array_append_space(updates);
	update->mail_guid = p_strdup(pool, guid);
	update->text = p_strdup_printf(pool, "%ld", (long)utc);
}

void eas_mail_verb_times_write(struct eas_user *user, const ARRAY_TYPE(eas_followup) *updates)
{
	if (array_is_empty(updates))
		return;
	eas_mail_followups_forget(user);
	(void)eas_followups_update(user->state_store, EAS_FOLLOWUPS_VERBS, updates);
}

void eas_mail_verb_time_set(struct eas_user *user, struct mail *mail, time_t utc)
{
	ARRAY_TYPE(eas_followup) updates;

	t_array_init(&updates, 1);
	eas_mail_verb_time_note(mail, utc, pool_datastack_create(), &updates);
	eas_mail_verb_times_write(user, &updates);
}
