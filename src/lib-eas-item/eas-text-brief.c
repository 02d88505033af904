/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "eas-text-brief.h"

struct eas_text_brief {
	/* from '<' or '[' on */
	buffer_t *held;
};

static const char *const brief_schemes[] = { "http://", "https://", "mailto:", "cid:" };

struct eas_text_brief *eas_text_brief_init(void)
{
	struct eas_text_brief *brief = i_new(struct eas_text_brief, 1);

	brief->held = buffer_create_dynamic(default_pool, 128);
	return brief;
}

void eas_text_brief_deinit(struct eas_text_brief **_brief)
{
	struct eas_text_brief *brief = *_brief;

	if (brief == NULL)
		return;
	*_brief = NULL;
	buffer_free(&brief->held);
	i_free(brief);
}

/* Can what is held be the beginning of a link? */
static bool brief_may_be_link(const buffer_t *held)
{
	const char *data = held->data;
	size_t size = held->used - 1;

	if (held->used > EAS_TEXT_BRIEF_MAX_LINK_BYTES)
		return FALSE;
	for (unsigned int i = 0; i < N_ELEMENTS(brief_schemes); i++) {
		if (strncasecmp(data + 1, brief_schemes[i],
				I_MIN(size, strlen(brief_schemes[i]))) == 0)
			return TRUE;
	}
	return FALSE;
}

static bool brief_is_end(const buffer_t *held, unsigned char c)
{
	const char *data = held->data;

	/* the shortest scheme */
	return held->used > strlen("<cid:") && c == (data[0] == '<' ? '>' : ']');
}

static void brief_let_go(struct eas_text_brief *brief, buffer_t *dest)
{
	buffer_append_buf(dest, brief->held, 0, SIZE_MAX);
	buffer_set_used_size(brief->held, 0);
}

static void brief_add(struct eas_text_brief *brief, unsigned char c, buffer_t *dest)
{
	if (brief->held->used > 0 && brief_is_end(brief->held, c)) {
		buffer_set_used_size(brief->held, 0);
		return;
	}
	/* no link has a space or another beginning in it */
	if (brief->held->used > 0 && (c <= ' ' || c == '<' || c == '['))
		brief_let_go(brief, dest);
	if (brief->held->used == 0 && c != '<' && c != '[') {
		buffer_append_c(dest, c);
		return;
	}
	buffer_append_c(brief->held, c);
	if (!brief_may_be_link(brief->held))
		brief_let_go(brief, dest);
}

void eas_text_brief_more(struct eas_text_brief *brief, const unsigned char *data, size_t size,
			 buffer_t *dest)
{
	for (size_t i = 0; i < size; i++)
		brief_add(brief, data[i], dest);
}

void eas_text_brief_finish(struct eas_text_brief *brief, buffer_t *dest)
{
	brief_let_go(brief, dest);
}
