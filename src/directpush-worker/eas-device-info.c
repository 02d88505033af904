/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "unichar.h"
#include "eas-tag.h"
#include "eas-device.h"
#include "wbxml-tree.h"
#include "eas-device-info.h"

static const struct {
	wbxml_tag_t tag;
	size_t offset;
} device_info_fields[] = {
#define FIELD(tag, member) \
	{ EAS_TAG_SETTINGS_##tag, offsetof(struct eas_device_info, member) }
	FIELD(MODEL,           model),
	FIELD(IMEI,            imei),
	FIELD(FRIENDLY_NAME,   friendly_name),
	FIELD(OS,              os),
	FIELD(OS_LANGUAGE,     os_language),
	FIELD(PHONE_NUMBER,    phone_number),
	FIELD(MOBILE_OPERATOR, mobile_operator),
	FIELD(USER_AGENT,      user_agent),
#undef FIELD
};

enum eas_status
eas_device_info_set(struct eas_device *device, const struct wbxml_node *info)
{
	const struct wbxml_node *set =
		wbxml_node_child(info, EAS_TAG_SETTINGS_SET);
	const char *value, **member;

	if (set == NULL)
		return EAS_SETTINGS_STATUS_INVALID_ARGUMENTS;
	for (unsigned int i = 0; i < N_ELEMENTS(device_info_fields); i++) {
		value = wbxml_node_child_value(set, device_info_fields[i].tag);
		if (value == NULL)
			value = "";
		value = t_strndup(value, uni_utf8_data_truncate(
			(const unsigned char *)value, strlen(value),
			EAS_DEVICE_INFO_MAX_LENGTH));
		member = PTR_OFFSET(&device->info, device_info_fields[i].offset);
		if (strcmp(*member == NULL ? "" : *member, value) != 0) {
			*member = p_strdup(device->pool, value);
			device->dirty = TRUE;
		}
	}
	return EAS_SETTINGS_STATUS_OK;
}
