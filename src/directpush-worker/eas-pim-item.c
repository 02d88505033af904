/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "guid.h"
#include "sha2.h"
#include "str.h"
#include "wbxml-tree.h"
#include "eas-device.h"
#include "eas-quirk.h"
#include "eas-tag.h"
#include "pim-object.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-pim-folder.h"
#include "eas-user.h"
#include "eas-pim-calendar.h"
#include "eas-pim-item.h"

/* MS-ASCAL "UID" (2.2.2.44): at most 300 */
#define PIM_MAX_UID_LENGTH 300

void eas_pim_item_init(struct eas_pim_context *ctx_r, struct eas_cmd_context *cmd,
		       const struct eas_pim_folder *pim,
		       const struct eas_body_options *body,
		       const ARRAY_TYPE(wbxml_tag) *supported,
		       const char *item_id, struct pim_object *object)
{
	i_zero(ctx_r);
	ctx_r->pool = object->pool;
	ctx_r->class = pim->folder->class;
	ctx_r->version = cmd->request->version;
	ctx_r->quirks = eas_quirk_match(cmd->device->type, cmd->device->user_agent);
	ctx_r->body = body;
	ctx_r->addresses = eas_user_get_addresses(cmd->user);
	ctx_r->user_zone = eas_user_get_zone(cmd->user);
	ctx_r->item_id = item_id;
	ctx_r->now = ioloop_time;
	ctx_r->supported = supported;
	ctx_r->object = object;
}

/* A UUID of the first 128 bits of the digest, so that other programs find nothing odd. */
static const char *uid_of(struct eas_cmd_context *cmd, const char *what)
{
	unsigned char digest[SHA256_RESULTLEN];
	const char *unique = t_strdup_printf("%s\t%s\t%s", cmd->user->username,
					     cmd->request->device_id, what);
	guid_128_t guid;

	sha256_get_digest(unique, strlen(unique), digest);
	memcpy(guid, digest, sizeof(guid));
	return guid_128_to_uuid_string(guid, FORMAT_RECORD);
}

const char *eas_pim_item_new_uid(struct eas_cmd_context *cmd, const struct wbxml_node *data,
				 const char *unique)
{
	const char *uid = wbxml_node_child_value(data, EAS_TAG_CALENDAR_UID);
	const char *client_uid = wbxml_node_child_value(data, EAS_TAG_CALENDAR_CLIENT_UID);

	if (uid != NULL && *uid != '\0' && strlen(uid) <= PIM_MAX_UID_LENGTH)
		return uid;
	if (client_uid != NULL && *client_uid != '\0')
		return uid_of(cmd, t_strconcat("client uid\t",
			eas_pim_calendar_client_uid(client_uid), NULL));
	return uid_of(cmd, t_strconcat("add\t", unique, NULL));
}
