/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings: named properties, each got or set on its own and answered in the order asked.
   MS-ASCMD "Settings" (2.2.1.18) */

#include "lib.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "eas-device.h"
#include "wbxml-writer.h"
#include "eas-device-info.h"
#include "eas-user.h"
#include "eas-cmd.h"

#define OOF_STATE_DISABLED 0
#define OOF_BODY_TYPE_TEXT "Text"

/* Writes what stands inside the property's element, the Status first. */
typedef void
settings_property_t(struct eas_cmd_context *ctx, const struct wbxml_node *property,
		    struct wbxml_writer *writer);

static void settings_status(struct wbxml_writer *writer, enum eas_status status)
{
	wbxml_writer_element_uint(writer, EAS_TAG_SETTINGS_STATUS, status);
}

static void
settings_device_information(struct eas_cmd_context *ctx, const struct wbxml_node *property,
			    struct wbxml_writer *writer)
{
	settings_status(writer, eas_device_info_set(ctx->device, property));
}

/* MS-ASCMD "EmailAddresses" (2.2.3.56) */
static void
write_addresses(struct eas_cmd_context *ctx, struct wbxml_writer *writer, bool with_primary)
{
	const char *const *addresses = eas_user_get_addresses(ctx->user);

	wbxml_writer_start(writer, EAS_TAG_SETTINGS_EMAIL_ADDRESSES);
	for (unsigned int i = 0; addresses[i] != NULL; i++)
		wbxml_writer_element(writer, EAS_TAG_SETTINGS_SMTP_ADDRESS, addresses[i]);
	if (with_primary)
		wbxml_writer_element(writer, EAS_TAG_SETTINGS_PRIMARY_SMTP_ADDRESS,
				     addresses[0]);
	wbxml_writer_end(writer, EAS_TAG_SETTINGS_EMAIL_ADDRESSES);
}

static void
settings_user_information(struct eas_cmd_context *ctx, const struct wbxml_node *property,
			  struct wbxml_writer *writer)
{
	if (wbxml_node_child(property, EAS_TAG_SETTINGS_GET) == NULL) {
		settings_status(writer, EAS_SETTINGS_STATUS_INVALID_ARGUMENTS);
		return;
	}
	settings_status(writer, EAS_SETTINGS_STATUS_OK);
	wbxml_writer_start(writer, EAS_TAG_SETTINGS_GET);
	if (ctx->request->version < EAS_VERSION_14_1)
		write_addresses(ctx, writer, FALSE);
	else {
		wbxml_writer_start(writer, EAS_TAG_SETTINGS_ACCOUNTS);
		wbxml_writer_start(writer, EAS_TAG_SETTINGS_ACCOUNT);
		write_addresses(ctx, writer, TRUE);
		wbxml_writer_end(writer, EAS_TAG_SETTINGS_ACCOUNT);
		wbxml_writer_end(writer, EAS_TAG_SETTINGS_ACCOUNTS);
	}
	wbxml_writer_end(writer, EAS_TAG_SETTINGS_GET);
}

/* Absence notes are not this server's business: there are none, and none can be set.
   MS-ASCMD "Oof" (2.2.3.122): one OofMessage for each audience */
static void
settings_oof(struct eas_cmd_context *ctx ATTR_UNUSED, const struct wbxml_node *property,
	     struct wbxml_writer *writer)
{
	static const wbxml_tag_t audiences[] = {
		EAS_TAG_SETTINGS_APPLIES_TO_INTERNAL,
		EAS_TAG_SETTINGS_APPLIES_TO_EXTERNAL_KNOWN,
		EAS_TAG_SETTINGS_APPLIES_TO_EXTERNAL_UNKNOWN
	};
	const struct wbxml_node *set;

	set = wbxml_node_child(property, EAS_TAG_SETTINGS_SET);
	if (set != NULL) {
		/* one time without the other. MS-ASCMD "StartTime (Settings)" (2.2.3.176.2) */
		bool half = (wbxml_node_child(set, EAS_TAG_SETTINGS_START_TIME) == NULL) !=
			(wbxml_node_child(set, EAS_TAG_SETTINGS_END_TIME) == NULL);

		settings_status(writer, half ? EAS_SETTINGS_STATUS_PROTOCOL_ERROR :
				EAS_SETTINGS_STATUS_ACCESS_DENIED);
		return;
	}
	if (wbxml_node_child(property, EAS_TAG_SETTINGS_GET) == NULL) {
		settings_status(writer, EAS_SETTINGS_STATUS_INVALID_ARGUMENTS);
		return;
	}
	settings_status(writer, EAS_SETTINGS_STATUS_OK);
	wbxml_writer_start(writer, EAS_TAG_SETTINGS_GET);
	wbxml_writer_element_uint(writer, EAS_TAG_SETTINGS_OOF_STATE, OOF_STATE_DISABLED);
	for (unsigned int i = 0; i < N_ELEMENTS(audiences); i++) {
		wbxml_writer_start(writer, EAS_TAG_SETTINGS_OOF_MESSAGE);
		wbxml_writer_empty(writer, audiences[i]);
		wbxml_writer_element(writer, EAS_TAG_SETTINGS_ENABLED, "0");
		wbxml_writer_element(writer, EAS_TAG_SETTINGS_BODY_TYPE,
				     OOF_BODY_TYPE_TEXT);
		wbxml_writer_end(writer, EAS_TAG_SETTINGS_OOF_MESSAGE);
	}
	wbxml_writer_end(writer, EAS_TAG_SETTINGS_GET);
}

/* No recovery password is kept: the policy says so too (PasswordRecoveryEnabled). */
static void
settings_device_password(struct eas_cmd_context *ctx ATTR_UNUSED,
			 const struct wbxml_node *property ATTR_UNUSED,
			 struct wbxml_writer *writer)
{
	settings_status(writer, EAS_SETTINGS_STATUS_DENIED_BY_POLICY);
}

/* There are no templates. MS-ASRM "Enforcing Rights Policy Template Settings" (3.2.4.1); the
   schema wants the empty list. */
static void
settings_rights_management(struct eas_cmd_context *ctx ATTR_UNUSED,
			   const struct wbxml_node *property ATTR_UNUSED,
			   struct wbxml_writer *writer)
{
	settings_status(writer, EAS_STATUS_GLOBAL_IRM_FEATURE_DISABLED);
	wbxml_writer_start(writer, EAS_TAG_SETTINGS_GET);
	wbxml_writer_empty(writer, EAS_TAG_RIGHTS_MANAGEMENT_RIGHTS_MANAGEMENT_TEMPLATES);
	wbxml_writer_end(writer, EAS_TAG_SETTINGS_GET);
}

static const struct {
	wbxml_tag_t tag;
	settings_property_t *handler;
} settings_properties[] = {
	{ EAS_TAG_SETTINGS_DEVICE_INFORMATION, settings_device_information },
	{ EAS_TAG_SETTINGS_USER_INFORMATION, settings_user_information },
	{ EAS_TAG_SETTINGS_OOF, settings_oof },
	{ EAS_TAG_SETTINGS_DEVICE_PASSWORD, settings_device_password },
	{ EAS_TAG_SETTINGS_RIGHTS_MANAGEMENT_INFORMATION, settings_rights_management },
};

void eas_cmd_settings(struct eas_cmd_context *ctx)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);
	const struct wbxml_node *property;

	wbxml_writer_start(writer, EAS_TAG_SETTINGS_SETTINGS);
	settings_status(writer, EAS_SETTINGS_STATUS_OK);
	wbxml_node_foreach(ctx->tree->root, property) {
		for (unsigned int i = 0; i < N_ELEMENTS(settings_properties); i++) {
			if (property->tag != settings_properties[i].tag ||
			    !eas_tag_is_in_version(eas_tag_find(property->tag),
						   ctx->request->version))
				continue;
			wbxml_writer_start(writer, property->tag);
			settings_properties[i].handler(ctx, property, writer);
			wbxml_writer_end(writer, property->tag);
		}
	}
	wbxml_writer_end(writer, EAS_TAG_SETTINGS_SETTINGS);
	eas_reply_set_eas_status(ctx->reply, EAS_SETTINGS_STATUS_OK);
}
