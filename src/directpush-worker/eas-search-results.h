/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SEARCH_RESULTS_H
#define EAS_SEARCH_RESULTS_H

/* What a search found, newest mail first, kept as long as the worker lives: a client comes back
   for the next range of the same search. */

#include "eas-folder.h"

struct eas_user;

/* further ones are not remembered */
#define EAS_SEARCH_MAX_HITS 1000
/* searches remembered */
#define EAS_SEARCH_MAX_RESULTS 4

struct eas_search_hit {
	char folder_id[EAS_FOLDER_ID_LENGTH + 1];
	uint32_t uid;
	time_t received_utc;
};
ARRAY_DEFINE_TYPE(eas_search_hit, struct eas_search_hit);

struct eas_search_results {
	struct eas_search_results *next;
	char *key;
	ARRAY_TYPE(eas_search_hit) hits;
};

/* Empty results for what key says. Those of an earlier search for the same are forgotten. */
struct eas_search_results *
eas_search_results_new(struct eas_user *user, const char *key);
/* NULL if there are none (any more). */
const struct eas_search_results *
eas_search_results_find(struct eas_user *user, const char *key);
/* Newest first, no more than EAS_SEARCH_MAX_HITS. */
void eas_search_results_sort(struct eas_search_results *results);
/* All of the user. */
void eas_search_results_free(struct eas_user *user);

#endif
