/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Provision: a phone asks for the policy and gets one with a temporary key (phase 1), then
   acknowledges it and gets the key it sends from now on (phase 2). The policy demands
   nothing. MS-ASPROV "Provision Command" (3.2.5.1) */

#include "lib.h"
#include "strnum.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "eas-device.h"
#include "wbxml-writer.h"
#include "directpush-worker-settings.h"
#include "eas-device-info.h"
#include "eas-user.h"
#include "eas-cmd.h"

#define EAS_POLICY_TYPE_WBXML "MS-EAS-Provisioning-WBXML"
/* Bits that the final key differs in from the temporary one. So an acknowledgement that
   is repeated because its answer was lost gets the same key. */
#define EAS_POLICY_FINAL_KEY_MASK 0x2a5c3b1dU

static const struct {
	wbxml_tag_t tag;
	const char *value;
} eas_policies[] = {
#define EAS_POLICY(tag, value) { EAS_TAG_##tag, value },
#include "eas-policies.def"
};

struct provision_answer {
	enum eas_status status;
	/* NONE = the request had none */
	enum eas_status info_status;
	/* NULL = the request had none */
	const char *policy_type;
	enum eas_status policy_status;
	/* 0 = no key */
	uint32_t policy_key;
	bool with_policy;
};

static uint32_t policy_final_key(uint32_t temp_key)
{
	return temp_key ^ EAS_POLICY_FINAL_KEY_MASK;
}

/* never 0 (quirk 38), and the final key neither */
static uint32_t policy_temp_key_new(void)
{
	uint32_t key;

	do {
		key = i_rand();
	} while (key == 0 || policy_final_key(key) == 0);
	return key;
}

static void
provision_begin(struct eas_cmd_context *ctx, struct provision_answer *answer)
{
	if (ctx->user->set->parsed_provision == DIRECTPUSH_PROVISION_NONE) {
		answer->policy_status = EAS_POLICY_STATUS_NO_POLICY;
		return;
	}
	ctx->device->policy_temp_key = policy_temp_key_new();
	ctx->device->dirty = TRUE;
	answer->policy_status = EAS_POLICY_STATUS_OK;
	answer->policy_key = ctx->device->policy_temp_key;
	answer->with_policy = TRUE;
}

static void
provision_acknowledge(struct eas_cmd_context *ctx, const char *key_str,
		      const char *status_str, struct provision_answer *answer)
{
	struct eas_device *device = ctx->device;
	unsigned int ack;
	uint32_t key;

	if (str_to_uint32(key_str, &key) < 0 || key == 0 ||
	    key != device->policy_temp_key) {
		answer->policy_status = EAS_POLICY_STATUS_WRONG_KEY;
		return;
	}
	if (ctx->user->set->parsed_provision == DIRECTPUSH_PROVISION_REQUIRE &&
	    str_to_uint(status_str, &ack) == 0 &&
	    ack == EAS_POLICY_ACK_STATUS_NOT_APPLIED) {
		answer->status = EAS_STATUS_GLOBAL_DEVICE_NOT_FULLY_PROVISIONABLE;
		return;
	}
	answer->policy_status = EAS_POLICY_STATUS_OK;
	answer->policy_key = policy_final_key(key);
	if (device->policy_key != answer->policy_key) {
		device->policy_key = answer->policy_key;
		device->dirty = TRUE;
	}
}

static void
provision_policy(struct eas_cmd_context *ctx, const struct wbxml_node *policy,
		 struct provision_answer *answer)
{
	const char *key, *status;

	answer->policy_type = wbxml_node_child_value(policy, EAS_TAG_PROVISION_POLICY_TYPE);
	key = wbxml_node_child_value(policy, EAS_TAG_PROVISION_POLICY_KEY);
	status = wbxml_node_child_value(policy, EAS_TAG_PROVISION_STATUS);
	if (strcmp(answer->policy_type, EAS_POLICY_TYPE_WBXML) != 0)
		answer->policy_status = EAS_POLICY_STATUS_UNKNOWN_TYPE;
	else if (key != NULL && status != NULL)
		provision_acknowledge(ctx, key, status, answer);
	else
		provision_begin(ctx, answer);
}

static void write_policy_data(struct wbxml_writer *writer, enum eas_version version)
{
	wbxml_writer_start(writer, EAS_TAG_PROVISION_DATA);
	wbxml_writer_start(writer, EAS_TAG_PROVISION_EAS_PROVISION_DOC);
	for (unsigned int i = 0; i < N_ELEMENTS(eas_policies); i++) {
		if (eas_tag_is_in_version(eas_tag_find(eas_policies[i].tag), version))
			wbxml_writer_element(writer, eas_policies[i].tag,
					     eas_policies[i].value);
	}
	wbxml_writer_end(writer, EAS_TAG_PROVISION_EAS_PROVISION_DOC);
	wbxml_writer_end(writer, EAS_TAG_PROVISION_DATA);
}

static void
write_policy(struct wbxml_writer *writer, enum eas_version version,
	     const struct provision_answer *answer)
{
	wbxml_writer_start(writer, EAS_TAG_PROVISION_POLICIES);
	wbxml_writer_start(writer, EAS_TAG_PROVISION_POLICY);
	wbxml_writer_element(writer, EAS_TAG_PROVISION_POLICY_TYPE, answer->policy_type);
	wbxml_writer_element_uint(writer, EAS_TAG_PROVISION_STATUS, answer->policy_status);
	if (answer->policy_key != 0)
		wbxml_writer_element_uint(writer, EAS_TAG_PROVISION_POLICY_KEY,
					  answer->policy_key);
	if (answer->with_policy)
		write_policy_data(writer, version);
	wbxml_writer_end(writer, EAS_TAG_PROVISION_POLICY);
	wbxml_writer_end(writer, EAS_TAG_PROVISION_POLICIES);
}

static void
write_answer(struct eas_cmd_context *ctx, const struct provision_answer *answer)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);

	wbxml_writer_start(writer, EAS_TAG_PROVISION_PROVISION);
	if (answer->info_status != EAS_STATUS_NONE) {
		wbxml_writer_start(writer, EAS_TAG_SETTINGS_DEVICE_INFORMATION);
		wbxml_writer_element_uint(writer, EAS_TAG_SETTINGS_STATUS,
					  answer->info_status);
		wbxml_writer_end(writer, EAS_TAG_SETTINGS_DEVICE_INFORMATION);
	}
	wbxml_writer_element_uint(writer, EAS_TAG_PROVISION_STATUS, answer->status);
	if (answer->policy_type != NULL)
		write_policy(writer, ctx->request->version, answer);
	wbxml_writer_end(writer, EAS_TAG_PROVISION_PROVISION);
	eas_reply_set_eas_status(ctx->reply, answer->status);
}

void eas_cmd_provision(struct eas_cmd_context *ctx)
{
	struct provision_answer answer = { .status = EAS_PROVISION_STATUS_OK };
	const struct wbxml_node *root = ctx->tree->root;
	const struct wbxml_node *info, *policy;

	info = wbxml_node_child(root, EAS_TAG_SETTINGS_DEVICE_INFORMATION);
	if (info != NULL)
		answer.info_status = eas_device_info_set(ctx->device, info);
	policy = wbxml_node_child(root, EAS_TAG_PROVISION_POLICIES);
	if (policy != NULL)
		policy = wbxml_node_child(policy, EAS_TAG_PROVISION_POLICY);
	if (policy != NULL)
		provision_policy(ctx, policy, &answer);
	/* What a client says of a wipe (quirk 39: before or after) needs
	   no answer of its own. */
	if (answer.status != EAS_PROVISION_STATUS_OK)
		eas_cmd_reply_status(ctx, answer.status);
	else
		write_answer(ctx, &answer);
}
