/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The zones of the system's tz database, by name. */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "pim-windows-zone.h"
#include "pim-zone-private.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

#define PIM_ZONE_TABLE PIM_ZONE_DIR"/zone1970.tab"
/* the whole database as text, of which we read the links: "L Asia/Kolkata Asia/Calcutta" */
#define PIM_ZONE_LINKS PIM_ZONE_DIR"/tzdata.zi"
/* one zone or link each, and comments */
#define PIM_ZONE_MAX_TABLE_BYTES (256*1024)
#define PIM_ZONE_MAX_COUNT 2000

struct pim_zone_link {
	const char *old, *current;
};

static pool_t zones_pool;
static HASH_TABLE(const char *, const struct pim_zone *) zones;
/* names of zone1970.tab, in its order */
static ARRAY(const char *) zone_names;
static ARRAY(struct pim_zone_link) zone_links;

static const struct pim_zone pim_zone_utc_zone = { .name = "UTC", .has_rules = TRUE };

const struct pim_zone *pim_zone_utc(void)
{
	return &pim_zone_utc_zone;
}

/* at most max bytes, NUL after them; NULL = cannot be read, or larger */
static char *pim_zone_read_file(const char *path, size_t max, size_t *size_r)
{
	char *data = t_malloc_no0(max + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t ret;

	*size_r = 0;
	if (fd == -1)
		return NULL;
	while ((ret = read(fd, data + *size_r, max - *size_r)) > 0)
		*size_r += ret;
	/* a program without its standard files may have got 0, which i_close_fd() takes for a mistake */
	if (close(fd) < 0)
		i_error("close(%s) failed: %m", path);
	if (ret < 0 || *size_r == max)
		return NULL;
	data[*size_r] = '\0';
	return data;
}

/* the third column */
static void pim_zones_read_table(void)
{
	size_t size;
	const char *text = pim_zone_read_file(PIM_ZONE_TABLE, PIM_ZONE_MAX_TABLE_BYTES, &size);
	const char *const *lines = text == NULL ? NULL : t_strsplit(text, "\n");

	for (; lines != NULL && *lines != NULL; lines++) {
		const char *const *columns = t_strsplit(*lines, "\t");

		if (**lines == '#' || str_array_length(columns) < 3 ||
		    array_count(&zone_names) == PIM_ZONE_MAX_COUNT)
			continue;
		const char *name = p_strdup(zones_pool, columns[2]);
		array_push_back(&zone_names, &name);
	}
}

/* Names of former days: phones and CLDR still have them, systems need not (Debian 13 has a package of its own
   for their files). Only read once a name has no file. */
static void pim_zones_read_links(void)
{
	size_t size;
	const char *text = pim_zone_read_file(PIM_ZONE_LINKS, PIM_ZONE_MAX_TABLE_BYTES, &size);
	const char *const *lines = text == NULL ? NULL : t_strsplit(text, "\n");

	i_array_init(&zone_links, 256);
	for (; lines != NULL && *lines != NULL; lines++) {
		const char *const *columns = t_strsplit(*lines, " ");
		struct pim_zone_link *link;

		if (str_array_length(columns) != 3 || strcmp(columns[0], "L") != 0 ||
		    array_count(&zone_links) == PIM_ZONE_MAX_COUNT)
			continue;
		link = array_append_space(&zone_links);
		link->current = p_strdup(zones_pool, columns[1]);
		link->old = p_strdup(zones_pool, columns[2]);
	}
}

/* NULL = not the former name of a zone */
static const char *pim_zone_current_name(const char *name)
{
	const struct pim_zone_link *link;

	if (!array_is_created(&zone_links)) T_BEGIN {
		pim_zones_read_links();
	} T_END;
	array_foreach(&zone_links, link) {
		if (strcasecmp(link->old, name) == 0)
			return link->current;
	}
	return NULL;
}

static void pim_zones_deinit(void)
{
	hash_table_destroy(&zones);
	if (array_is_created(&zone_links))
		array_free(&zone_links);
	array_free(&zone_names);
	pool_unref(&zones_pool);
}

static void pim_zones_init(void)
{
	if (zones_pool != NULL)
		return;
	zones_pool = pool_alloconly_create("time zones", 1024*16);
	hash_table_create(&zones, default_pool, 0, str_hash, strcmp);
	i_array_init(&zone_names, 512);
	T_BEGIN {
		pim_zones_read_table();
	} T_END;
	lib_atexit(pim_zones_deinit);
}

/* No dot, so nothing that leads out of the folder; and none of the files there that are not zones. */
static bool pim_zone_name_is_valid(const char *name)
{
	static const char *const others[] = { "posix/", "right/", "localtime", "posixrules", "Factory" };

	if (*name == '/' || *name == '\0' || strlen(name) > PIM_ZONE_MAX_NAME)
		return FALSE;
	for (const char *p = name; *p != '\0'; p++) {
		if (!i_isalnum(*p) && strchr("/_+-", *p) == NULL)
			return FALSE;
	}
	for (unsigned int i = 0; i < N_ELEMENTS(others); i++) {
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return FALSE;
	}
	return TRUE;
}

static const struct pim_zone *pim_zone_load(const char *name)
{
	const struct pim_zone *zone = hash_table_lookup(zones, name);
	const char *error;

	if (zone != NULL || !pim_zone_name_is_valid(name) || hash_table_count(zones) == PIM_ZONE_MAX_COUNT)
		return zone;
	T_BEGIN {
		size_t size;
		const char *data = pim_zone_read_file(t_strconcat(PIM_ZONE_DIR"/", name, NULL),
						      PIM_ZONE_MAX_FILE_BYTES, &size);

		if (data != NULL)
			zone = pim_zone_from_tzif(zones_pool, name, data, size, &error);
	} T_END;
	if (zone != NULL)
		hash_table_insert(zones, zone->name, zone);
	return zone;
}

static const struct pim_zone *pim_zone_load_any(const char *name)
{
	const struct pim_zone *zone = pim_zone_load(name);
	const char *current = zone != NULL ? NULL : pim_zone_current_name(name);

	return current == NULL ? zone : pim_zone_load(current);
}

static const struct pim_zone *pim_zone_find_name(const char *name)
{
	const struct pim_zone *zone;
	const char *const *namep, *windows;

	if (strcasecmp(name, "UTC") == 0 || strcasecmp(name, "GMT") == 0 || strcasecmp(name, "Etc/UTC") == 0)
		return &pim_zone_utc_zone;
	if ((zone = pim_zone_load_any(name)) != NULL)
		return zone;
	array_foreach(&zone_names, namep) {
		if (strcasecmp(*namep, name) == 0)
			return pim_zone_load(*namep);
	}
	windows = pim_windows_zone_find(name);
	if (windows == NULL)
		return NULL;
	return strcmp(windows, "Etc/UTC") == 0 ? &pim_zone_utc_zone : pim_zone_load_any(windows);
}

const struct pim_zone *pim_zone_find(const char *tzid)
{
	const struct pim_zone *zone;
	const char *p;

	pim_zones_init();
	if (strlen(tzid) > PIM_ZONE_MAX_NAME)
		return NULL;
	if ((zone = pim_zone_find_name(tzid)) != NULL)
		return zone;
	/* what stands before the zone ends with a slash */
	if (*tzid != '/' && strstr(tzid, "://") == NULL)
		return NULL;
	for (p = strchr(tzid, '/'); p != NULL && zone == NULL; p = strchr(p + 1, '/'))
		zone = pim_zone_find_name(p + 1);
	return zone;
}

const struct pim_zone *pim_zone_get(unsigned int idx)
{
	pim_zones_init();
	/* one that the table names and the folder has not: the next instead */
	while (idx < array_count(&zone_names)) {
		const struct pim_zone *zone = pim_zone_load(array_idx_elem(&zone_names, idx));

		if (zone != NULL)
			return zone;
		idx++;
	}
	return NULL;
}
