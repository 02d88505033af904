/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fetch of one item of a calendar, contacts, tasks or notes. */

#include "lib.h"
#include "wbxml-writer.h"
#include "eas-status.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-pim-folder.h"
#include "eas-pim-calendar.h"
#include "eas-pim-item.h"
#include "cmd-item-operations-fetch.h"

const struct eas_folder *
item_fetch_find_pim_folder(struct item_fetch *fetch, const char *id)
{
	const struct eas_folder *folder;

	if (strlen(id) <= EAS_FOLDER_ID_LENGTH || id[EAS_FOLDER_ID_LENGTH] != ':' ||
	    eas_folder_find(fetch->op->ctx->user, t_strndup(id, EAS_FOLDER_ID_LENGTH),
			    &folder) <= 0)
		return NULL;
	return folder->class == EAS_CLASS_EMAIL ? NULL : folder;
}

static unsigned int fetch_result_status(enum eas_pim_result result)
{
	switch (result) {
	case EAS_PIM_OK:
		return EAS_ITEM_OPERATIONS_STATUS_OK;
	case EAS_PIM_NOT_FOUND:
		return EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND;
	case EAS_PIM_OTHER:
	case EAS_PIM_UNREADABLE:
		return EAS_ITEM_OPERATIONS_STATUS_CONVERSION_FAILED;
	case EAS_PIM_REFUSED:
	case EAS_PIM_TEMPFAIL:
		break;
	}
	return EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE;
}

/* Open the folder and read the object with this ServerId, in the command's pool. */
static enum eas_pim_result
fetch_read(struct item_fetch *fetch, const struct eas_folder *folder, const char *id,
	   struct eas_pim_folder **pim_r, struct pim_object **object_r)
{
	struct eas_cmd_context *ctx = fetch->op->ctx;
	const struct eas_pim_row *row;
	uoff_t size;
	int ret;

	*pim_r = NULL;
	if (!folder->selectable || folder->vname == NULL)
		return EAS_PIM_NOT_FOUND;
	ret = eas_pim_folder_open(ctx->user, folder, ctx->event, pim_r);
	if (ret <= 0)
		return ret == 0 ? EAS_PIM_NOT_FOUND : EAS_PIM_TEMPFAIL;
	row = eas_pim_folder_find(*pim_r, id);
	return row == NULL || !eas_pim_row_is_shown(row) ? EAS_PIM_NOT_FOUND :
		eas_pim_folder_read(*pim_r, row, ctx->pool, object_r, &size);
}

void item_fetch_pim(struct item_fetch *fetch, const struct eas_folder *folder,
		    const struct eas_body_options *options)
{
	struct wbxml_writer *writer = fetch->op->writer;
	struct eas_pim_context ctx;
	struct pim_object *object;
	struct eas_pim_folder *pim;
	enum eas_pim_result result;

	result = fetch_read(fetch, folder, fetch->server_id, &pim, &object);
	if (result != EAS_PIM_OK) {
		item_fetch_fail(fetch, fetch_result_status(result));
	} else {
		eas_pim_item_init(&ctx, fetch->op->ctx, pim, options, NULL,
				  fetch->server_id, object);
		fetch->class = folder->class;
		item_fetch_start(fetch, EAS_ITEM_OPERATIONS_STATUS_OK);
		wbxml_writer_start(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
		eas_item_pim_write(&ctx, writer);
		wbxml_writer_end(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
		item_fetch_end(fetch);
	}
	eas_pim_folder_close(&pim);
}

unsigned int
item_fetch_pim_attachment(struct item_fetch *fetch, const struct eas_folder *folder,
			  buffer_t *data, const char **content_type_r)
{
	const char *id = strrchr(fetch->file_reference, ':'), *name;
	struct pim_object *object;
	struct eas_pim_folder *pim;
	enum eas_pim_result result;
	unsigned int status;

	result = fetch_read(fetch, folder, t_strdup_until(fetch->file_reference, id),
			    &pim, &object);
	if (result == EAS_PIM_NOT_FOUND)
		status = EAS_ITEM_OPERATIONS_STATUS_INVALID_ATTACHMENT;
	else if (result != EAS_PIM_OK)
		status = fetch_result_status(result);
	else if (folder->class != EAS_CLASS_CALENDAR ||
		 !eas_pim_calendar_get_attachment(object, id + 1, data, content_type_r, &name))
		status = EAS_ITEM_OPERATIONS_STATUS_INVALID_ATTACHMENT;
	else
		status = EAS_ITEM_OPERATIONS_STATUS_OK;
	eas_pim_folder_close(&pim);
	return status;
}
