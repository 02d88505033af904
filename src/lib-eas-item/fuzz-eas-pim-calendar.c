/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any change, as a request brings it, of any calendar entry, raw or Kolab's: refused, nothing is changed; else the entry can be
   written and read again, and what is shown of it, sent back, changes nothing, if that was so before.

   Input: a byte of FUZZ_ flags; the entry, iCalendar or Kolab's XML, up to a NUL; the request: WBXML whose root's
   children are those of an ApplicationData. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "fuzzer.h"
#include "wbxml-tree.h"
#include "pim-event.h"
#include "pim-kolab.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-pim-class.h"

#define FUZZ_IS_16 1
#define FUZZ_IS_KOLAB 2
/* of the first instance of a series */
#define FUZZ_IS_INSTANCE 4
/* an Add: the entry is not looked at */
#define FUZZ_IS_ADD 8

static const char *const fuzz_addresses[] = { "a@example.com", NULL };

static int fuzz_read_object(pool_t pool, uint8_t flags, const uint8_t *data, size_t size,
			    struct pim_object *object)
{
	const char *error;

	if ((flags & FUZZ_IS_KOLAB) == 0)
		return pim_tree_parse(pool, data, size, &object->root, &error);
	object->format = PIM_FORMAT_KOLAB3;
	return pim_kolab_decode(pool, PIM_KIND_EVENT, data, size, &object->root, &error);
}

static const struct wbxml_node *
fuzz_read_request(pool_t pool, const uint8_t *data, size_t size)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = wbxml_default_limits.max_value_bytes,
	};
	struct istream *input = i_stream_create_from_data(data, size);
	struct wbxml_tree *tree;
	const char *error;
	int ret = wbxml_tree_read(pool, input, &set, &tree, &error);

	i_stream_unref(&input);
	return ret > 0 ? tree->root : NULL;
}

static const char *fuzz_tree_text(pool_t pool, const struct pim_component *root)
{
	string_t *text = str_new(pool, 1024);

	pim_tree_write(text, root);
	return str_c(text);
}

/* What an entry lacks that EAS wants is made up for with its first change: the organizer of those invited, for one. */
static bool fuzz_is_settled(struct eas_pim_context *ctx)
{
	bool changed = FALSE;
	const char *error;

	for (unsigned int i = 0; i < 2; i++) {
		if (eas_item_pim_patch(ctx, eas_item_pim_project(ctx, ctx->pool),
				       &changed, &error) < 0)
			return FALSE;
	}
	return !changed;
}

static void fuzz_check(struct eas_pim_context *ctx, bool settled)
{
	const char *text = fuzz_tree_text(ctx->pool, ctx->object->root), *error;
	struct pim_component *root;
	bool changed;

	if (pim_tree_parse(ctx->pool, (const unsigned char *)text, strlen(text), &root,
			   &error) < 0)
		i_panic("written and cannot be read: %s", error);
	if (!settled)
		return;
	if (eas_item_pim_patch(ctx, eas_item_pim_project(ctx, ctx->pool), &changed,
			       &error) < 0)
		i_panic("refuses what it shows (%s):\n%s", error, text);
	if (changed)
		i_panic("changed by its echo:\n%s\nnow\n%s", text,
			fuzz_tree_text(ctx->pool, ctx->object->root));
}

static int fuzz_patch(struct eas_pim_context *ctx, uint8_t flags,
		      const struct wbxml_node *data)
{
	struct pim_event_times times;
	const char *error;
	bool changed;

	if ((flags & FUZZ_IS_ADD) != 0)
		return eas_item_pim_fill(ctx, data, &error);
	if ((flags & FUZZ_IS_INSTANCE) == 0)
		return eas_item_pim_patch(ctx, data, &changed, &error);
	if (!pim_event_get_times(ctx->pool, pim_object_main(ctx->object), &times))
		return -1;
	return eas_item_pim_patch_instance(ctx, pim_time_to_utc(&times.start, NULL), data,
					   &changed, &error) > 0 ? 0 : -1;
}

static void fuzz_run(pool_t pool, uint8_t flags, struct pim_object *object,
		     const struct wbxml_node *data)
{
	enum eas_version version = (flags & FUZZ_IS_16) != 0 ? EAS_VERSION_16_1 :
		EAS_VERSION_14_1;
	struct eas_body_options body = {
		.version = version,
		.preferences = { { .type = EAS_BODY_TYPE_TEXT,
				   .truncation_size = UOFF_T_MAX } },
		.preferences_count = 1
	};
	struct eas_pim_context ctx = {
		.pool = pool, .class = EAS_CLASS_CALENDAR, .version = version,
		.body = &body, .item_id = "a:b", .now = 1768464000,
		.addresses = fuzz_addresses, .object = object
	};
	bool settled = (flags & FUZZ_IS_ADD) != 0 || fuzz_is_settled(&ctx);
	const char *before = fuzz_tree_text(pool, object->root);

	if (fuzz_patch(&ctx, flags, data) == 0)
		fuzz_check(&ctx, settled);
	else if ((flags & FUZZ_IS_ADD) == 0 &&
		 strcmp(before, fuzz_tree_text(pool, object->root)) != 0)
		i_panic("refused, and changed:\n%s", before);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	const struct wbxml_node *request;
	struct pim_object *object;
	const uint8_t *end;

	if (size > 1 && (end = memchr(data + 1, '\0', size - 1)) != NULL &&
	    (request = fuzz_read_request(pool, end + 1, data + size - end - 1)) != NULL) {
		object = pim_object_new(pool, PIM_KIND_EVENT, PIM_FORMAT_RAW, "x");
		if ((data[0] & FUZZ_IS_ADD) != 0 ||
		    (fuzz_read_object(pool, data[0], data + 1, end - data - 1,
				      object) == 0 && pim_object_main(object) != NULL))
			fuzz_run(pool, data[0], object, request);
	}
	pool_unref(&pool);
}
FUZZ_END
