/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SEARCH_H
#define CMD_SEARCH_H

/* The parts of Search in the mailbox: cmd-search-query.c reads what is asked for, cmd-search.c
   answers. */

#include "eas-body.h"
#include "eas-status.h"
#include "eas-mail-search.h"

struct wbxml_node;
struct eas_cmd_context;

struct search {
	struct eas_cmd_context *ctx;
	/* NULL if there are none */
	const struct wbxml_node *options;
	struct eas_mail_search mail;
	struct eas_body_options body;
	/* of the results, what of the range asked for can be had */
	unsigned int first, last;
	bool past_range;
	bool deep;
	/* only classes of which there is nothing */
	bool other_class;
};

/* Fill search, of which ctx and options are set. Returns the Status of the store. */
enum eas_status search_read_request(struct search *search, const struct wbxml_node *query);

#endif
