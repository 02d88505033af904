/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any tree gets an answer from the check of every command, and can be shown. */

#include "lib.h"
#include "str.h"
#include "fuzzer.h"
#include "wbxml-tree.h"
#include "eas-schema.h"
#include "eas-tag.h"
#include "test-eas-text.h"

static void fuzz_check(enum eas_command_id command, const struct wbxml_tree *tree)
{
	static const enum eas_version versions[] = {
		EAS_VERSION_12_1, EAS_VERSION_16_1
	};
	struct eas_schema_error error;

	if ((eas_command_get(command)->flags & EAS_COMMAND_FLAG_NO_BODY) != 0)
		return;
	for (unsigned int i = 0; i < N_ELEMENTS(versions); i++) {
		if (eas_schema_check(command, versions[i], tree->root, &error) == 0) {
			i_assert(error.status == EAS_STATUS_NONE);
			continue;
		}
		i_assert(error.status != EAS_STATUS_NONE && error.reason != NULL);
		i_assert(error.http_status == 0 || versions[i] < EAS_VERSION_14_0);
	}
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	static const enum eas_command_id commands[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
		EAS_COMMAND_##ident,
#include "eas-commands.def"
	};
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	const char *error;
	struct wbxml_tree *tree = test_eas_text_decode(pool, data, size, &error);

	if (tree != NULL) {
		for (unsigned int i = 0; i < N_ELEMENTS(commands); i++)
			fuzz_check(commands[i], tree);
		(void)test_eas_text_dump(tree);
	}
	wbxml_tree_free(&tree);
	pool_unref(&pool);
}
FUZZ_END
