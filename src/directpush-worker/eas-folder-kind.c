/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "mail-storage.h"
#include "eas-folder-kind.h"

#define KIND_KEY "vendor/kolab/folder-type"
#define KIND_DEFAULT "default"

static const struct {
	const char *word;
	enum eas_class class;
} folder_kinds[] = {
#define EAS_FOLDER_KIND(word, class) \
	{ word, EAS_CLASS_##class },
#include "eas-folder-kinds.def"
};

static bool kind_parse_value(const char *value, struct eas_folder_kind *kind_r)
{
	const char *word = t_strcut(value, '.');
	const char *subtype = value[strlen(word)] == '.' ? value + strlen(word) + 1 : "";

	for (unsigned int i = 0; i < N_ELEMENTS(folder_kinds); i++) {
		if (strcasecmp(folder_kinds[i].word, word) == 0) {
			kind_r->class = folder_kinds[i].class;
			kind_r->is_default = strcasecmp(subtype, KIND_DEFAULT) == 0;
			return TRUE;
		}
	}
	return FALSE;
}

bool eas_folder_kind_parse(const char *private_value, const char *shared_value,
			   struct eas_folder_kind *kind_r)
{
	if (private_value != NULL && kind_parse_value(private_value, kind_r))
		return TRUE;
	if (shared_value != NULL && kind_parse_value(shared_value, kind_r)) {
		kind_r->is_default = FALSE;
		return TRUE;
	}
	kind_r->class = EAS_CLASS_EMAIL;
	kind_r->is_default = FALSE;
	return FALSE;
}

const char *eas_folder_kind_value(const struct eas_folder_kind *kind)
{
	for (unsigned int i = 0; i < N_ELEMENTS(folder_kinds); i++) {
		if (folder_kinds[i].class == kind->class) {
			return !kind->is_default ? folder_kinds[i].word :
				t_strconcat(folder_kinds[i].word, "."KIND_DEFAULT, NULL);
		}
	}
	i_unreached();
}

static enum eas_folder_kind_result kind_error(struct mailbox *box)
{
	return mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTPOSSIBLE ?
		EAS_FOLDER_KIND_NO_ATTRIBUTES : EAS_FOLDER_KIND_FAILED;
}

enum eas_folder_kind_result
eas_folder_kind_read(struct mailbox *box, struct eas_folder_kind *kind_r)
{
	struct mail_attribute_value value;

	if (mailbox_attribute_get(box, MAIL_ATTRIBUTE_TYPE_PRIVATE, KIND_KEY, &value) < 0)
		return kind_error(box);
	if (eas_folder_kind_parse(value.value, NULL, kind_r))
		return EAS_FOLDER_KIND_SAID;
	if (mailbox_attribute_get(box, MAIL_ATTRIBUTE_TYPE_SHARED, KIND_KEY, &value) < 0)
		return kind_error(box);
	return eas_folder_kind_parse(NULL, value.value, kind_r) ?
		EAS_FOLDER_KIND_SAID : EAS_FOLDER_KIND_NOT_SAID;
}

enum eas_folder_kind_result
eas_folder_kind_write(struct mailbox *box, const struct eas_folder_kind *kind)
{
	struct mail_attribute_value value = {
		.value = eas_folder_kind_value(kind)
	};
	struct mailbox_transaction_context *trans;
	enum eas_folder_kind_result result;

	trans = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL, __func__);
	if (mailbox_attribute_set(trans, MAIL_ATTRIBUTE_TYPE_PRIVATE, KIND_KEY, &value) < 0 ||
	    mailbox_attribute_set(trans, MAIL_ATTRIBUTE_TYPE_SHARED, KIND_KEY, &value) < 0) {
		result = kind_error(box);
		mailbox_transaction_rollback(&trans);
		return result;
	}
	return mailbox_transaction_commit(&trans) < 0 ? EAS_FOLDER_KIND_FAILED :
		EAS_FOLDER_KIND_SAID;
}
