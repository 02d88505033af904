/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "str.h"
#include "directpush-compat.h"
#include "pim-tree.h"
#include "test-eas-pim.h"
#include "../lib-eas/test-eas-text.h"

#include <dirent.h>

pool_t test_pim_pool;

static const struct eas_pim_class *const classes[] = {
	&eas_pim_class_contact, &eas_pim_class_note, &eas_pim_class_task
};

const struct eas_pim_class *test_pim_class(enum eas_class class)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(classes); i++) {
		if (classes[i]->class == class)
			return classes[i];
	}
	return NULL;
}

enum pim_kind test_pim_kind(enum eas_class class)
{
	switch (class) {
	case EAS_CLASS_CONTACTS:
		return PIM_KIND_CONTACT;
	case EAS_CLASS_TASKS:
		return PIM_KIND_TASK;
	case EAS_CLASS_NOTES:
		return PIM_KIND_NOTE;
	default:
		return PIM_KIND_EVENT;
	}
}

const char *test_pim_tree_text(const struct pim_component *root)
{
	string_t *text = t_str_new(1024), *kept = t_str_new(1024);
	const char *const *line;
	bool drop = FALSE;

	pim_tree_write(text, root);
	for (line = t_strsplit(str_c(text), "\r\n"); *line != NULL; line++) {
		if (**line == '\0')
			continue;
		if (**line != ' ') {
			drop = str_begins_with(*line, "REV:") ||
				str_begins_with(*line, "DTSTAMP:") ||
				str_begins_with(*line, "CREATED:") ||
				str_begins_with(*line, "PRODID:") ||
				str_begins_with(*line, "LAST-MODIFIED:");
		}
		if (!drop)
			str_printfa(kept, "%s\n", *line);
	}
	return str_c(kept);
}

void test_pim_context_init(struct eas_pim_context *ctx, enum eas_class class,
			      enum eas_version version, const struct eas_body_options *body)
{
	i_zero(ctx);
	ctx->pool = test_pim_pool;
	ctx->class = class;
	ctx->version = version;
	ctx->body = body;
	ctx->item_id = "folder:item";
	ctx->now = TEST_PIM_NOW;
}

const char *test_pim_dump(struct wbxml_node *root)
{
	struct wbxml_tree tree = { .root = root };

	return test_eas_text_dump(&tree);
}

struct wbxml_node *
test_pim_node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = p_new(test_pim_pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent->last_child == NULL)
		parent->first_child = node;
	else
		parent->last_child->next = node;
	parent->last_child = node;
	return node;
}

static const char *test_file_read(const char *path, size_t *size_r)
{
	struct istream *input = i_stream_create_file(path, 16*1024*1024);
	const unsigned char *data;
	char *text;

	while (i_stream_read(input) > 0) ;
	if (input->stream_errno != 0)
		i_fatal("read(%s) failed: %s", path, i_stream_get_error(input));
	data = i_stream_get_data(input, size_r);
	text = p_malloc(test_pim_pool, *size_r + 1);
	memcpy(text, data, *size_r);
	i_stream_unref(&input);
	return text;
}

unsigned int
test_pim_files_each(const char *folder, const char *ending,
		void (*callback)(const char *name, const char *text, size_t size))
{
	struct dirent *entry;
	unsigned int count = 0;
	const char *text;
	size_t size, len;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (len <= strlen(ending) ||
		    strcmp(entry->d_name + len - strlen(ending), ending) != 0)
			continue;
		T_BEGIN {
			text = test_file_read(t_strconcat(folder, "/", entry->d_name, NULL),
					      &size);
			callback(t_strdup_until(entry->d_name, entry->d_name + len -
						strlen(ending)), text, size);
		} T_END;
		p_clear(test_pim_pool);
		count++;
	}
	if (closedir(dir) < 0)
		i_fatal("closedir(%s) failed: %m", folder);
	return count;
}
