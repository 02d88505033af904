/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "eas-user.h"
#include "eas-search-results.h"

static void add_hit(struct eas_search_results *results, const char *folder_id,
		    uint32_t uid, time_t received_utc)
{
	struct eas_search_hit *hit = array_append_space(&results->hits);

	i_strocpy(hit->folder_id, folder_id, sizeof(hit->folder_id));
	hit->uid = uid;
	hit->received_utc = received_utc;
}

static void test_eas_search_results_sort(void)
{
	static const struct { const char *folder_id; uint32_t uid; } sorted[] = {
		{ "b", 9 }, { "a", 2 }, { "a", 1 }, { "b", 3 }, { "a", 7 }
	};
	struct eas_user user;
	struct eas_search_results *results;
	const struct eas_search_hit *hits;
	unsigned int count;

	test_begin("eas search results: the newest first, and no more than allowed");
	i_zero(&user);
	results = eas_search_results_new(&user, "x");
	add_hit(results, "a", 1, 20);
	add_hit(results, "b", 3, 20);
	add_hit(results, "a", 7, 10);
	add_hit(results, "b", 9, 30);
	add_hit(results, "a", 2, 20);
	eas_search_results_sort(results);
	hits = array_get(&results->hits, &count);
	test_assert(count == N_ELEMENTS(sorted));
	for (unsigned int i = 0; i < count; i++) {
		test_assert_idx(strcmp(hits[i].folder_id, sorted[i].folder_id) == 0 &&
				hits[i].uid == sorted[i].uid, i);
	}
	for (unsigned int i = 0; i < EAS_SEARCH_MAX_HITS; i++)
		add_hit(results, "c", i + 1, 40);
	eas_search_results_sort(results);
	hits = array_get(&results->hits, &count);
	test_assert(count == EAS_SEARCH_MAX_HITS);
	test_assert(hits[0].uid == EAS_SEARCH_MAX_HITS && hits[count-1].uid == 1);
	eas_search_results_free(&user);
	test_assert(user.search_results == NULL);
	test_end();
}

static void test_eas_search_results_find(void)
{
	struct eas_user user;
	struct eas_search_results *results;

	test_begin("eas search results: the last few are remembered");
	i_zero(&user);
	test_assert(eas_search_results_find(&user, "0") == NULL);
	for (unsigned int i = 0; i <= EAS_SEARCH_MAX_RESULTS; i++)
		add_hit(eas_search_results_new(&user, dec2str(i)), "a", i + 1, 0);
	test_assert(eas_search_results_find(&user, "0") == NULL);
	test_assert(eas_search_results_find(&user, "1") != NULL);
	test_assert(eas_search_results_find(&user, dec2str(EAS_SEARCH_MAX_RESULTS)) != NULL);
	/* the same search again replaces only itself */
	results = eas_search_results_new(&user, "2");
	test_assert(array_count(&results->hits) == 0);
	test_assert(eas_search_results_find(&user, "2") == results);
	test_assert(eas_search_results_find(&user, "1") != NULL);
	eas_search_results_free(&user);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_search_results_sort,
		test_eas_search_results_find,
		NULL
	};
	return test_run(test_functions);
}
