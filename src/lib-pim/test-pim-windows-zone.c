/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-zone.h"
#include "pim-windows-zone.h"

static void test_pim_windows_zone_names(void)
{
	test_begin("windows zone: names both ways");
	test_assert_strcmp(pim_windows_zone_find("W. Europe Standard Time"), "Europe/Berlin");
	test_assert_strcmp(pim_windows_zone_find("eastern STANDARD time"), "America/New_York");
	test_assert(pim_windows_zone_find("Standard Time") == NULL);
	test_assert(pim_windows_zone_find("") == NULL);
	test_assert_strcmp(pim_windows_zone_name("Europe/Berlin"), "W. Europe Standard Time");
	test_assert_strcmp(pim_windows_zone_name("Europe/Vienna"), "W. Europe Standard Time");
	test_assert_strcmp(pim_windows_zone_name("Europe/London"), "GMT Standard Time");
	test_assert(pim_windows_zone_name("Europe") == NULL);
	test_assert(pim_windows_zone_name("") == NULL);
	test_end();
}

static void test_pim_windows_zone_rows(void)
{
	const char *zone;
	unsigned int i;

	test_begin("windows zone: the system has the zone of each row");
	for (i = 0; (zone = pim_windows_zone_get(i)) != NULL; i++) {
		test_assert_idx(pim_zone_find(zone) != NULL, i);
		test_assert_idx(strchr(pim_windows_zone_name(zone), ' ') != NULL ||
				strncmp(pim_windows_zone_name(zone), "UTC", 3) == 0, i);
	}
	test_assert(i > 100);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_windows_zone_names,
		test_pim_windows_zone_rows,
		NULL
	};
	return test_run(test_functions);
}
