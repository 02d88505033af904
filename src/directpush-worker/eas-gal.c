/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "time-util.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-body.h"
#include "eas-header-text.h"
#include "eas-status.h"
#include "eas-tag.h"
#include "pim-object.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-pim-folder.h"
#include "eas-pim-index.h"
#include "eas-pim-item.h"
#include "eas-recipient.h"
#include "eas-user.h"
#include "eas-gal.h"

static const struct {
	wbxml_tag_t tag, contact_tag;
} gal_fields[EAS_GAL_FIELDS] = {
#define EAS_GAL(name, gal_tag, _contact_tag) \
	[EAS_GAL_##name] = { EAS_TAG_##gal_tag, EAS_TAG_##_contact_tag },
#include "eas-gal.def"
};

/* what is compared with the text */
static const enum eas_gal_field gal_searched[] = {
	EAS_GAL_DISPLAY_NAME, EAS_GAL_FIRST_NAME, EAS_GAL_LAST_NAME, EAS_GAL_COMPANY,
	EAS_GAL_ALIAS, EAS_GAL_EMAIL_ADDRESS
};

struct gal_reader {
	struct eas_gal *gal;
	unsigned int looks;
	uint64_t deadline_usecs;
};

static bool gal_has_address(const ARRAY_TYPE(eas_gal_entry) *entries, const char *address)
{
	const struct eas_gal_entry *entry;

	array_foreach(entries, entry) {
		if (strcasecmp(entry->values[EAS_GAL_EMAIL_ADDRESS], address) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Names are not known: the address has to do for them. Some show nobody without FirstName (quirk
   59). */
static void gal_complete(struct eas_gal_entry *entry, pool_t pool)
{
	const char *address = entry->values[EAS_GAL_EMAIL_ADDRESS];
	const char *alias = p_strdup(pool, t_strcut(address, '@'));

	if (entry->values[EAS_GAL_ALIAS] == NULL)
		entry->values[EAS_GAL_ALIAS] = alias;
	if (entry->values[EAS_GAL_FIRST_NAME] == NULL)
		entry->values[EAS_GAL_FIRST_NAME] = alias;
	if (entry->values[EAS_GAL_DISPLAY_NAME] == NULL)
		entry->values[EAS_GAL_DISPLAY_NAME] = address;
}

static void gal_add_known(struct eas_gal *gal, const char *text,
			  ARRAY_TYPE(eas_gal_entry) *entries)
{
	pool_t pool = gal->ctx->pool;
	ARRAY_TYPE(const_string) addresses;
	struct eas_gal_entry *entry;
	const char *address;

	p_array_init(&addresses, pool, 8);
	eas_recipients_find(gal->ctx->user, gal->ctx->event, text, pool, &addresses);
	array_foreach_elem(&addresses, address) {
		entry = array_append_space(entries);
		entry->values[EAS_GAL_EMAIL_ADDRESS] = address;
		gal_complete(entry, pool);
	}
}

/*
 * Contacts
 */

static void gal_read_contact(struct gal_reader *reader, const struct wbxml_node *contact)
{
	pool_t pool = reader->gal->ctx->pool;
	struct eas_gal_entry *entry;
	const char *address, *value;

	address = wbxml_node_child_value(contact, gal_fields[EAS_GAL_EMAIL_ADDRESS].contact_tag);
	if (address != NULL)
		address = eas_header_first_address(pool_datastack_create(), address);
	if (address == NULL)
		return;
	entry = array_append_space(&reader->gal->contacts);
	entry->is_contact = TRUE;
	for (unsigned int i = 0; i < EAS_GAL_FIELDS; i++) {
		value = i == EAS_GAL_EMAIL_ADDRESS ? address :
			wbxml_node_child_value(contact, gal_fields[i].contact_tag);
		entry->values[i] = value == NULL || *value == '\0' ? NULL :
			p_strdup(pool, value);
	}
	if (entry->values[EAS_GAL_FIRST_NAME] != NULL && entry->values[EAS_GAL_LAST_NAME] != NULL) {
		/* as people write it; FileAs is made for sorting */
		entry->values[EAS_GAL_DISPLAY_NAME] = p_strdup_printf(pool, "%s %s",
			entry->values[EAS_GAL_FIRST_NAME], entry->values[EAS_GAL_LAST_NAME]);
	}
	gal_complete(entry, pool);
}

static void gal_read_object(struct gal_reader *reader, struct eas_pim_folder *pim,
			    const struct eas_pim_row *row)
{
	struct eas_cmd_context *cmd = reader->gal->ctx;
	pool_t pool = pool_alloconly_create("eas gal contact", 4096);
	struct eas_body_options body;
	struct eas_pim_context ctx;
	struct pim_object *object;
	uoff_t size;

	reader->looks++;
	i_zero(&body);
	body.version = cmd->request->version;
	if (eas_pim_folder_read(pim, row, pool, &object, &size) == EAS_PIM_OK) {
		eas_pim_item_init(&ctx, cmd, pim, &body, NULL, "", object);
		gal_read_contact(reader, eas_item_pim_project(&ctx, pool));
	}
	pool_unref(&pool);
}

static void gal_read_folder(struct gal_reader *reader, const struct eas_folder *folder)
{
	struct eas_cmd_context *cmd = reader->gal->ctx;
	const struct eas_pim_row *row;
	struct eas_pim_folder *pim;

	if (eas_pim_folder_open(cmd->user, folder, cmd->event, &pim) <= 0)
		return;
	/* what cannot be looked at now is as it was */
	(void)eas_pim_folder_update(pim);
	array_foreach(&pim->index->rows, row) {
		if (reader->looks >= EAS_GAL_MAX_LOOKS ||
		    i_microseconds() >= reader->deadline_usecs) {
			e_debug(cmd->event, "Only %u contacts were looked at", reader->looks);
			break;
		}
		if (eas_pim_row_is_shown(row)) T_BEGIN {
			gal_read_object(reader, pim, row);
		} T_END;
	}
	eas_pim_folder_close(&pim);
}

static void gal_read_contacts(struct eas_gal *gal)
{
	struct gal_reader reader = {
		.gal = gal,
		.deadline_usecs = i_microseconds() + EAS_GAL_MAX_MSECS * 1000ULL
	};
	const struct eas_folder_list *list;
	const struct eas_folder *folder;

	p_array_init(&gal->contacts, gal->ctx->pool, 64);
	if (eas_folder_list_get(gal->ctx->user, FALSE, &list) < 0)
		return;
	array_foreach(&list->folders, folder) {
		if (folder->class == EAS_CLASS_CONTACTS && folder->selectable &&
		    folder->vname != NULL)
			gal_read_folder(&reader, folder);
	}
}

/* Does a word of it begin so? MS-ASCMD "Query (Search)" (2.2.3.142.2) */
static bool gal_word_begins(const char *value, const char *text)
{
	size_t len = strlen(text);

	while (strncasecmp(value, text, len) != 0) {
		value = strchr(value, ' ');
		if (value == NULL)
			return FALSE;
		value++;
	}
	return TRUE;
}

static bool gal_matches(const struct eas_gal_entry *entry, const char *text)
{
	const char *value;

	if (*text == '\0')
		return FALSE;
	for (unsigned int i = 0; i < N_ELEMENTS(gal_searched); i++) {
		value = entry->values[gal_searched[i]];
		if (value != NULL && gal_word_begins(value, text))
			return TRUE;
	}
	return FALSE;
}

static void gal_add_contacts(struct eas_gal *gal, const char *text,
			     ARRAY_TYPE(eas_gal_entry) *entries)
{
	const struct eas_gal_entry *contact;

	if (!array_is_created(&gal->contacts))
		gal_read_contacts(gal);
	array_foreach(&gal->contacts, contact) {
		if (gal_matches(contact, text) &&
		    !gal_has_address(entries, contact->values[EAS_GAL_EMAIL_ADDRESS]))
			array_push_back(entries, contact);
	}
}

static int gal_entry_cmp(const struct eas_gal_entry *entry1, const struct eas_gal_entry *entry2)
{
	int ret = strcasecmp(entry1->values[EAS_GAL_DISPLAY_NAME],
			     entry2->values[EAS_GAL_DISPLAY_NAME]);

	return ret != 0 ? ret : strcmp(entry1->values[EAS_GAL_EMAIL_ADDRESS],
				       entry2->values[EAS_GAL_EMAIL_ADDRESS]);
}

/* NULL if the text is no address. */
static const char *gal_get_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at == NULL || at[1] == '\0' ? NULL :
		eas_header_first_address(pool_datastack_create(), text);
}

static void gal_keep_only(ARRAY_TYPE(eas_gal_entry) *entries, const char *address)
{
	const struct eas_gal_entry *entry;
	struct eas_gal_entry found;

	array_foreach(entries, entry) {
		if (strcasecmp(entry->values[EAS_GAL_EMAIL_ADDRESS], address) == 0) {
			found = *entry;
			array_clear(entries);
			array_push_back(entries, &found);
			return;
		}
	}
}

void eas_gal_init(struct eas_gal *gal_r, struct eas_cmd_context *ctx)
{
	i_zero(gal_r);
	gal_r->ctx = ctx;
}

void eas_gal_find(struct eas_gal *gal, const char *text, ARRAY_TYPE(eas_gal_entry) *entries)
{
	const char *address;

	p_array_init(entries, gal->ctx->pool, 8);
	text = t_str_trim(text, " \t\r\n\"");
	address = gal_get_address(text);
	if (address != NULL)
		text = address;
	gal_add_known(gal, text, entries);
	/* who is known by the address need not be looked for */
	if (address == NULL || array_is_empty(entries))
		gal_add_contacts(gal, text, entries);
	if (address != NULL)
		gal_keep_only(entries, address);
	array_sort(entries, gal_entry_cmp);
}

void eas_gal_write(struct eas_cmd_context *ctx, struct wbxml_writer *writer,
		   const struct eas_gal_entry *entry, const struct wbxml_node *picture)
{
	for (unsigned int i = 0; i < EAS_GAL_FIELDS; i++) {
		if (entry->values[i] != NULL)
			wbxml_writer_element(writer, gal_fields[i].tag, entry->values[i]);
	}
	if (picture == NULL || ctx->request->version < EAS_VERSION_14_1)
		return;
	wbxml_writer_start(writer, EAS_TAG_GAL_PICTURE);
	wbxml_writer_element_uint(writer, EAS_TAG_GAL_STATUS, EAS_STATUS_GLOBAL_NO_PICTURE);
	wbxml_writer_end(writer, EAS_TAG_GAL_PICTURE);
}
