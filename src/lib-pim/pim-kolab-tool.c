/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kolab's XML <-> content lines, for people and for tests:
     pim-kolab-tool decode|encode|again|bench event|contact|task|note < FILE
   again: read, written and read once more; bench: how often a second it can be read. */

#include "lib.h"
#include "istream.h"
#include "str.h"
#include "time-util.h"
#include "pim-tree.h"
#include "pim-kolab.h"

#include <stdio.h>
#include <unistd.h>

#define BENCH_ROUNDS 20000

static const char *const kind_names[] = {
	[PIM_KIND_EVENT] = "event",
	[PIM_KIND_CONTACT] = "contact",
	[PIM_KIND_TASK] = "task",
	[PIM_KIND_NOTE] = "note",
};

static enum pim_kind tool_kind(const char *name)
{
	for (unsigned int i = 0; i < N_ELEMENTS(kind_names); i++) {
		if (strcmp(kind_names[i], name) == 0)
			return i;
	}
	i_fatal("Unknown kind: %s", name);
}

static void tool_read(string_t *dest)
{
	char chunk[8192];
	ssize_t ret;

	while ((ret = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		str_append_data(dest, chunk, ret);
	if (ret < 0)
		i_fatal("read(stdin) failed: %m");
}

static struct pim_component *tool_decode(pool_t pool, enum pim_kind kind, const string_t *xml)
{
	struct pim_component *root;
	const char *error;

	if (pim_kolab_decode(pool, kind, str_data(xml), str_len(xml), &root, &error) < 0)
		i_fatal("%s", error);
	return root;
}

static struct pim_component *tool_parse(pool_t pool, const string_t *lines)
{
	struct pim_component *root;
	const char *error;

	if (pim_tree_parse(pool, str_data(lines), str_len(lines), &root, &error) < 0)
		i_fatal("%s", error);
	return root;
}

static void tool_encode(string_t *xml, enum pim_kind kind, const struct pim_component *root)
{
	const char *error;

	if (pim_kolab_encode(xml, kind, root, &error) < 0)
		i_fatal("%s", error);
}

static void tool_bench(enum pim_kind kind, const string_t *xml)
{
	struct timeval start, end;
	long long usecs;

	i_gettimeofday(&start);
	for (unsigned int i = 0; i < BENCH_ROUNDS; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("bench", 8192);

		(void)tool_decode(pool, kind, xml);
		pool_unref(&pool);
	} T_END;
	i_gettimeofday(&end);
	usecs = timeval_diff_usecs(&end, &start);
	printf("%lld decodes a second\n", BENCH_ROUNDS * 1000000LL / I_MAX(usecs, 1));
}

int main(int argc, char *argv[])
{
	string_t *input, *output;
	enum pim_kind kind;
	pool_t pool;

	lib_init();
	if (argc != 3)
		i_fatal("Usage: %s decode|encode|again|bench event|contact|task|note", argv[0]);
	kind = tool_kind(argv[2]);
	pool = pool_alloconly_create("tool", 8192);
	input = str_new(pool, 8192);
	output = str_new(pool, 8192);
	tool_read(input);
	if (strcmp(argv[1], "decode") == 0) {
		pim_tree_write(output, tool_decode(pool, kind, input));
	} else if (strcmp(argv[1], "encode") == 0) {
		tool_encode(output, kind, tool_parse(pool, input));
	} else if (strcmp(argv[1], "again") == 0) {
		string_t *xml = str_new(pool, 8192);

		tool_encode(xml, kind, tool_decode(pool, kind, input));
		pim_tree_write(output, tool_decode(pool, kind, xml));
	} else {
		tool_bench(kind, input);
	}
	(void)fwrite(str_data(output), 1, str_len(output), stdout);
	pool_unref(&pool);
	lib_deinit();
	return 0;
}
