/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-body.h"

/* MS-ASCMD "MIMETruncation" (2.2.3.105) */
static const uoff_t mime_truncation_sizes[] = {
	0, 4096, 5120, 7168, 10240, 20480, 51200, 102400, UOFF_T_MAX
};

/* An empty element counts as what it would be if it were not there (quirk 16), but for
   booleans: their being there is a yes. */
static int child_uint(const struct wbxml_node *node, wbxml_tag_t tag, uintmax_t max,
		      uintmax_t *value, const char **error_r)
{
	const struct wbxml_node *child = wbxml_node_child(node, tag);
	uintmax_t number;

	if (child == NULL || *child->value == '\0')
		return 0;
	if (str_to_uintmax(child->value, &number) < 0 || number > max) {
		*error_r = t_strdup_printf("%s is not a number up to %ju: %s",
					   eas_tag_get_name(tag), max, child->value);
		return -1;
	}
	*value = number;
	return 1;
}

static int child_bool(const struct wbxml_node *node, wbxml_tag_t tag, bool *value_r,
		      const char **error_r)
{
	uintmax_t value = 1;

	*value_r = FALSE;
	if (wbxml_node_child(node, tag) == NULL)
		return 0;
	if (child_uint(node, tag, 1, &value, error_r) < 0)
		return -1;
	*value_r = value != 0;
	return 0;
}

static int preference_parse(const struct wbxml_node *node, enum eas_version version,
			    struct eas_body_preference *pref_r, const char **error_r)
{
	uintmax_t type = 0, size = UINT32_MAX, preview = 0;
	int ret;

	if (child_uint(node, EAS_TAG_AIRSYNCBASE_TYPE, EAS_BODY_TYPE_MIME,
		       &type, error_r) < 0)
		return -1;
	if (type == 0) {
		*error_r = "BodyPreference without Type";
		return -1;
	}
	ret = child_uint(node, EAS_TAG_AIRSYNCBASE_TRUNCATION_SIZE, UINT32_MAX,
			 &size, error_r);
	if (ret < 0 ||
	    child_bool(node, EAS_TAG_AIRSYNCBASE_ALL_OR_NONE,
		       &pref_r->all_or_none, error_r) < 0 ||
	    child_uint(node, EAS_TAG_AIRSYNCBASE_PREVIEW, EAS_BODY_MAX_PREVIEW,
		       &preview, error_r) < 0)
		return -1;
	pref_r->type = type;
	pref_r->truncation_size = ret == 0 || size == UINT32_MAX ? UOFF_T_MAX : size;
	pref_r->preview = version >= EAS_VERSION_14_0 ? preview : 0;
	return 0;
}

static int preferences_parse(const struct wbxml_node *options_node,
			     struct eas_body_options *options, const char **error_r)
{
	const struct wbxml_node *node;
	struct eas_body_preference pref;
	unsigned int i;

	node = wbxml_node_child(options_node, EAS_TAG_AIRSYNCBASE_BODY_PREFERENCE);
	for (; node != NULL; node = wbxml_node_next_same(node)) {
		if (preference_parse(node, options->version, &pref, error_r) < 0)
			return -1;
		for (i = 0; i < options->preferences_count; i++) {
			if (options->preferences[i].type == pref.type) {
				*error_r = t_strdup_printf(
					"Two BodyPreferences for Type %d", pref.type);
				return -1;
			}
		}
		/* there is room for all four types */
		options->preferences[options->preferences_count++] = pref;
	}
	return 0;
}

/* MS-ASAIRS "Type (BodyPartPreference)" (2.2.2.41.3) */
static int part_preference_parse(const struct wbxml_node *options_node,
				 struct eas_body_options *options, const char **error_r)
{
	const struct wbxml_node *node;
	uintmax_t type;

	/* before 14.1 nobody knew it */
	if (options->version < EAS_VERSION_14_1)
		return 0;
	node = wbxml_node_child(options_node, EAS_TAG_AIRSYNCBASE_BODY_PART_PREFERENCE);
	for (; node != NULL; node = wbxml_node_next_same(node)) {
		type = EAS_BODY_TYPE_NONE;
		if (child_uint(node, EAS_TAG_AIRSYNCBASE_TYPE, UINT32_MAX, &type, error_r) < 0)
			return -1;
		if (type != EAS_BODY_TYPE_HTML) {
			*error_r = t_strdup_printf("BodyPartPreference with Type %ju", type);
			options->part_type_refused = TRUE;
			return -1;
		}
		if (options->part.type != EAS_BODY_TYPE_NONE) {
			*error_r = "Two BodyPartPreferences";
			return -1;
		}
		if (preference_parse(node, options->version, &options->part, error_r) < 0)
			return -1;
	}
	return 0;
}

int eas_body_options_parse(const struct wbxml_node *options_node,
			   enum eas_version version,
			   struct eas_body_options *options_r,
			   const char **error_r)
{
	uintmax_t support = EAS_MIME_SUPPORT_NEVER;
	uintmax_t truncation = N_ELEMENTS(mime_truncation_sizes) - 1;
	int ret;

	i_zero(options_r);
	options_r->version = version;
	options_r->mime_truncation_size = UOFF_T_MAX;
	if (options_node == NULL)
		return 0;
	if (preferences_parse(options_node, options_r, error_r) < 0 ||
	    part_preference_parse(options_node, options_r, error_r) < 0)
		return -1;
	ret = child_uint(options_node, EAS_TAG_AIRSYNC_MIME_SUPPORT,
			 EAS_MIME_SUPPORT_ALWAYS, &support, error_r);
	if (ret < 0 ||
	    child_uint(options_node, EAS_TAG_AIRSYNC_MIME_TRUNCATION, truncation,
		       &truncation, error_r) < 0)
		return -1;
	options_r->mime_support_sent = ret > 0;
	options_r->mime_support = support;
	options_r->mime_truncation_size = mime_truncation_sizes[truncation];
	return 0;
}
