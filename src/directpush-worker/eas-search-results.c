/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "eas-user.h"
#include "eas-search-results.h"

static void results_free(struct eas_search_results **pos)
{
	struct eas_search_results *results = *pos;

	*pos = results->next;
	array_free(&results->hits);
	i_free(results->key);
	i_free(results);
}

struct eas_search_results *
eas_search_results_new(struct eas_user *user, const char *key)
{
	struct eas_search_results **pos, *results;
	unsigned int kept = 0;

	for (pos = &user->search_results; *pos != NULL; ) {
		if (kept == EAS_SEARCH_MAX_RESULTS - 1 || strcmp((*pos)->key, key) == 0) {
			results_free(pos);
		} else {
			kept++;
			pos = &(*pos)->next;
		}
	}
	results = i_new(struct eas_search_results, 1);
	results->key = i_strdup(key);
	i_array_init(&results->hits, 64);
	results->next = user->search_results;
	user->search_results = results;
	return results;
}

const struct eas_search_results *
eas_search_results_find(struct eas_user *user, const char *key)
{
	const struct eas_search_results *results;

	for (results = user->search_results; results != NULL; results = results->next) {
		if (strcmp(results->key, key) == 0)
			return results;
	}
	return NULL;
}

static int hit_cmp(const struct eas_search_hit *h1, const struct eas_search_hit *h2)
{
	int ret;

	if (h1->received_utc != h2->received_utc)
		return h1->received_utc > h2->received_utc ? -1 : 1;
	ret = strcmp(h1->folder_id, h2->folder_id);
	if (ret != 0)
		return ret;
	return h1->uid > h2->uid ? -1 : h1->uid < h2->uid ? 1 : 0;
}

void eas_search_results_sort(struct eas_search_results *results)
{
	unsigned int count;

	array_sort(&results->hits, hit_cmp);
	count = array_count(&results->hits);
	if (count > EAS_SEARCH_MAX_HITS) {
		array_delete(&results->hits, EAS_SEARCH_MAX_HITS,
			     count - EAS_SEARCH_MAX_HITS);
	}
}

void eas_search_results_free(struct eas_user *user)
{
	while (user->search_results != NULL)
		results_free(&user->search_results);
}
