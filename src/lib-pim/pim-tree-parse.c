/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The text is copied once and taken apart in place: each name and value of the tree points into the copy. */

#include "lib.h"
#include "llist.h"
#include "pim-tree.h"

struct pim_tree_parser {
	pool_t pool;
	/* what is not yet read; a NUL is at end */
	char *pos, *end;
	struct pim_component *roots_head, *roots_tail, *open;
	unsigned int depth, component_count, property_count;
	const char *error;
};

/* A "soft" line end of vCard 2.1: quoted-printable that goes on in the next line. */
static bool line_is_soft(const char *line, const char *line_end)
{
	const char *colon, *param;

	if (line_end == line || line_end[-1] != '=')
		return FALSE;
	colon = memchr(line, ':', line_end - line);
	if (colon == NULL)
		return FALSE;
	for (param = line; param < colon; param++) {
		if (*param == ';' || *param == '=') {
			if (strncasecmp(param + 1, "QUOTED-PRINTABLE", 16) == 0)
				return TRUE;
		}
	}
	return FALSE;
}

/* Take the next logical line from the text, unfolded in place and ended with a NUL. */
static char *next_line(struct pim_tree_parser *parser)
{
	char *line = parser->pos, *dest = line, *from = line;

	for (;;) {
		char *lf = memchr(from, '\n', parser->end - from);
		char *next = lf == NULL ? parser->end : lf + 1;
		char *stop = lf == NULL ? parser->end : lf;

		if (dest != from)
			memmove(dest, from, stop - from);
		dest += stop - from;
		from = next;
		if (next == parser->end)
			break;
		if (*next == ' ' || *next == '\t')
			from++;
		else if (line_is_soft(line, dest))
			dest--;
		else
			break;
	}
	parser->pos = from;
	*dest = '\0';
	while (*line == ' ' || *line == '\t')
		line++;
	return line;
}

/* The end of a parameter's value or a name: the first of the characters that is not within quotes. */
static char *find_delimiter(char *str, const char *chars, bool quotes)
{
	bool quoted = FALSE;

	for (; *str != '\0'; str++) {
		if (*str == '"' && quotes)
			quoted = !quoted;
		else if (!quoted && strchr(chars, *str) != NULL)
			return str;
	}
	return NULL;
}

/* str is what follows the ';', up to the ':' at end, which is a NUL now. */
static int parse_params(struct pim_tree_parser *parser,
			struct pim_property *property, char *str, bool quotes)
{
	unsigned int count = 0;

	while (str != NULL) {
		struct pim_param *param = p_new(parser->pool, struct pim_param, 1);
		char *next = find_delimiter(str, ";", quotes), *equals;

		if (++count > PIM_TREE_MAX_PARAMS) {
			parser->error = "A property has too many parameters";
			return -1;
		}
		if (next != NULL)
			*next++ = '\0';
		param->name = str;
		equals = strchr(str, '=');
		if (equals == NULL) {
			param->bare = TRUE;
			param->value = "";
		} else {
			*equals = '\0';
			param->value = equals + 1;
		}
		DLLIST2_APPEND(&property->params_head, &property->params_tail,
			       param);
		str = next;
	}
	return 0;
}

static int parse_property(struct pim_tree_parser *parser, char *line)
{
	struct pim_property *property;
	bool quotes = TRUE;
	char *colon, *semicolon, *dot;

	if (parser->open == NULL) {
		parser->error = "A line stands outside of every component";
		return -1;
	}
	if (++parser->property_count > PIM_TREE_MAX_PROPERTIES) {
		parser->error = "Too many properties";
		return -1;
	}
	property = p_new(parser->pool, struct pim_property, 1);
	DLLIST2_APPEND(&parser->open->properties_head,
		       &parser->open->properties_tail, property);
	colon = find_delimiter(line, ":", TRUE);
	if (colon == NULL) {
		/* a quote too few */
		quotes = FALSE;
		colon = strchr(line, ':');
	}
	if (colon == NULL || colon == line || *line == ';') {
		property->name = "";
		property->value = line;
		return 0;
	}
	*colon = '\0';
	property->value = colon + 1;
	semicolon = strchr(line, ';');
	if (semicolon != NULL)
		*semicolon = '\0';
	property->name = line;
	if (strcasecmp(parser->open->name, "VCARD") == 0 &&
	    (dot = strchr(line, '.')) != NULL && dot != line && dot[1] != '\0') {
		*dot = '\0';
		property->group = line;
		property->name = dot + 1;
	}
	return semicolon == NULL ? 0 :
		parse_params(parser, property, semicolon + 1, quotes);
}

static char *trim(char *value)
{
	size_t len = strlen(value);

	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		value[--len] = '\0';
	while (*value == ' ' || *value == '\t')
		value++;
	return value;
}

static int parse_begin(struct pim_tree_parser *parser, char *name)
{
	struct pim_component *component;

	if (*name == '\0') {
		parser->error = "A component has no name";
		return -1;
	}
	if (++parser->depth > PIM_TREE_MAX_DEPTH ||
	    ++parser->component_count > PIM_TREE_MAX_COMPONENTS) {
		parser->error = "Too many components";
		return -1;
	}
	component = p_new(parser->pool, struct pim_component, 1);
	component->name = name;
	if (parser->open != NULL)
		pim_component_append(parser->open, component);
	else {
		DLLIST2_APPEND(&parser->roots_head, &parser->roots_tail,
			       component);
	}
	parser->open = component;
	return 0;
}

static int parse_end(struct pim_tree_parser *parser, const char *name)
{
	if (parser->open == NULL || strcasecmp(parser->open->name, name) != 0) {
		parser->error = t_strdup_printf("END:%.32s has no BEGIN", name);
		return -1;
	}
	parser->open = parser->open->parent;
	parser->depth--;
	return 0;
}

static int parse_line(struct pim_tree_parser *parser, char *line)
{
	if (*line == '\0')
		return 0;
	if (strncasecmp(line, "BEGIN:", 6) == 0)
		return parse_begin(parser, trim(line + 6));
	if (strncasecmp(line, "END:", 4) == 0)
		return parse_end(parser, trim(line + 4));
	return parse_property(parser, line);
}

/* A copy without CRs: those that belong to no line end mean nothing. */
static void
parser_copy(struct pim_tree_parser *parser, const unsigned char *data, size_t size)
{
	const unsigned char *end = data + size, *cr;
	char *dest;

	parser->pos = dest = p_malloc(parser->pool, size + 1);
	while (data != end) {
		cr = memchr(data, '\r', end - data);
		if (cr == NULL)
			cr = end;
		memcpy(dest, data, cr - data);
		dest += cr - data;
		data = cr == end ? end : cr + 1;
	}
	parser->end = dest;
}

int pim_tree_parse(pool_t pool, const unsigned char *data, size_t size,
		   struct pim_component **root_r, const char **error_r)
{
	struct pim_tree_parser parser = { .pool = pool };

	if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
		data += 3;
		size -= 3;
	}
	if (size > PIM_TREE_MAX_BYTES) {
		*error_r = "The text is too long";
		return -1;
	}
	if (memchr(data, '\0', size) != NULL) {
		*error_r = "The text has NUL bytes";
		return -1;
	}
	parser_copy(&parser, data, size);
	while (parser.pos != parser.end) {
		if (parse_line(&parser, next_line(&parser)) < 0) {
			*error_r = parser.error;
			return -1;
		}
	}
	if (parser.open != NULL) {
		*error_r = t_strdup_printf("BEGIN:%.32s has no END",
					   parser.open->name);
		return -1;
	}
	if (parser.roots_head == NULL) {
		*error_r = "The text has no component";
		return -1;
	}
	*root_r = parser.roots_head;
	return 0;
}
