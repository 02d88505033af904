/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TZif files (RFC 8536) and the TZ strings they end with. */

#include "lib.h"
#include "pim-zone-private.h"

#include <ctype.h>

#define TZIF_HEADER_SIZE 44
#define TZIF_TYPE_SIZE 6
#define TZIF_MAX_FOOTER 255
#define TZIF_MAX_COUNT (PIM_ZONE_MAX_FILE_BYTES)
#define POSIX_DEFAULT_SECS (2*3600)
#define POSIX_MAX_RULE_HOURS 167

/* Header, RFC 8536 3.1: six counts after 20 bytes. */
enum tzif_count {
	TZIF_ISUT = 0,
	TZIF_ISSTD = 1,
	TZIF_LEAP = 2,
	TZIF_TIME = 3,
	TZIF_TYPE = 4,
	TZIF_CHAR = 5,
	TZIF_COUNTS = 6
};

struct tzif {
	const unsigned char *data, *end;
	unsigned int counts[TZIF_COUNTS];
};

static uint32_t tzif_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t tzif_be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)tzif_be32(p) << 32 | tzif_be32(p + 4));
}

static bool tzif_read_header(struct tzif *tzif)
{
	if (tzif->end - tzif->data < TZIF_HEADER_SIZE || memcmp(tzif->data, "TZif", 4) != 0)
		return FALSE;
	for (unsigned int i = 0; i < TZIF_COUNTS; i++) {
		tzif->counts[i] = tzif_be32(tzif->data + 20 + i * 4);
		if (tzif->counts[i] > TZIF_MAX_COUNT)
			return FALSE;
	}
	tzif->data += TZIF_HEADER_SIZE;
	return TRUE;
}

static size_t tzif_body_size(const struct tzif *tzif, size_t time_size)
{
	return tzif->counts[TZIF_TIME] * (time_size + 1) + tzif->counts[TZIF_TYPE] * TZIF_TYPE_SIZE +
		tzif->counts[TZIF_CHAR] + tzif->counts[TZIF_LEAP] * (time_size + 4) +
		tzif->counts[TZIF_ISSTD] + tzif->counts[TZIF_ISUT];
}

/* the 64-bit body lies behind the one of 32 bits */
static bool tzif_find_body(struct tzif *tzif, const char **error_r)
{
	unsigned char version;

	if (!tzif_read_header(tzif)) {
		*error_r = "not a TZif file";
		return FALSE;
	}
	version = tzif->data[4 - TZIF_HEADER_SIZE];
	if (version < '2') {
		*error_r = "TZif file without 64-bit data";
		return FALSE;
	}
	if ((size_t)(tzif->end - tzif->data) < tzif_body_size(tzif, 4)) {
		*error_r = "TZif file ends early";
		return FALSE;
	}
	tzif->data += tzif_body_size(tzif, 4);
	if (!tzif_read_header(tzif) || (size_t)(tzif->end - tzif->data) < tzif_body_size(tzif, 8)) {
		*error_r = "TZif file ends early";
		return FALSE;
	}
	if (tzif->counts[TZIF_TYPE] == 0 || tzif->counts[TZIF_TIME] > PIM_ZONE_MAX_TRANSITIONS ||
	    tzif->counts[TZIF_LEAP] > 0) {
		*error_r = "TZif file with no types, too many transitions, or leap seconds";
		return FALSE;
	}
	return TRUE;
}

static bool tzif_read_transitions(pool_t pool, const struct tzif *tzif, struct pim_zone *zone)
{
	unsigned int count = tzif->counts[TZIF_TIME];
	const unsigned char *idx = tzif->data + count * 8, *types = idx + count;
	struct pim_zone_transition *transitions = p_new(pool, struct pim_zone_transition, count + 1);

	for (unsigned int i = 0; i <= count; i++) {
		/* one more: the type before the first */
		unsigned int type = i == count ? 0 : idx[i];
		int offset;

		if (type >= tzif->counts[TZIF_TYPE])
			return FALSE;
		offset = (int32_t)tzif_be32(types + type * TZIF_TYPE_SIZE);
		if (offset < -PIM_ZONE_MAX_OFFSET_SECS || offset > PIM_ZONE_MAX_OFFSET_SECS)
			return FALSE;
		if (i == count) {
			zone->first_offset = offset;
			break;
		}
		transitions[i].utc = tzif_be64(tzif->data + i * 8);
		transitions[i].offset = offset;
		if (i > 0 && transitions[i].utc <= transitions[i - 1].utc)
			return FALSE;
	}
	zone->transitions = transitions;
	zone->transition_count = count;
	return TRUE;
}

struct pim_zone *pim_zone_from_tzif(pool_t pool, const char *name, const void *data, size_t size,
				    const char **error_r)
{
	struct tzif tzif = { .data = data, .end = (const unsigned char *)data + size };
	struct pim_zone *zone = p_new(pool, struct pim_zone, 1);
	const unsigned char *footer, *footer_end;

	if (!tzif_find_body(&tzif, error_r))
		return NULL;
	if (!tzif_read_transitions(pool, &tzif, zone)) {
		*error_r = "TZif file with transitions out of bounds";
		return NULL;
	}
	footer = tzif.data + tzif_body_size(&tzif, 8);
	footer_end = footer == tzif.end || *footer != '\n' ? NULL :
		memchr(footer + 1, '\n', tzif.end - footer - 1);
	if (footer_end == NULL || footer_end - footer > TZIF_MAX_FOOTER) {
		*error_r = "TZif file without its last line";
		return NULL;
	}
	/* an empty one: nothing is known of later */
	if (footer_end > footer + 1) {
		zone->has_rules = TRUE;
		if (!pim_zone_rules_parse(t_strdup_until(footer + 1, footer_end), &zone->rules)) {
			*error_r = "TZif file with a last line that is no TZ string";
			return NULL;
		}
	}
	zone->name = p_strdup(pool, name);
	return zone;
}

/* POSIX.1-2017 8.3 TZ, RFC 8536 3.3.1 */

static bool posix_skip_name(const char **p)
{
	const char *start = *p;

	if (*start == '<') {
		*p = strchr(start, '>');
		if (*p == NULL)
			return FALSE;
		return *(*p)++ != '\0';
	}
	while (i_isalpha(**p))
		(*p)++;
	return *p - start >= 3;
}

static bool posix_number(const char **p, unsigned int max, unsigned int *value_r)
{
	const char *start = *p;

	*value_r = 0;
	while (i_isdigit(**p) && *value_r <= max)
		*value_r = *value_r * 10 + (*(*p)++ - '0');
	return *p > start && *value_r <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool posix_time(const char **p, unsigned int max_hours, int *secs_r)
{
	unsigned int value, unit = 3600;
	int sign = **p == '-' ? -1 : 1;

	if (**p == '-' || **p == '+')
		(*p)++;
	if (!posix_number(p, max_hours, &value))
		return FALSE;
	*secs_r = value * unit;
	while (**p == ':' && unit > 1) {
		(*p)++;
		unit /= 60;
		if (!posix_number(p, 59, &value))
			return FALSE;
		*secs_r += value * unit;
	}
	*secs_r *= sign;
	return TRUE;
}

/* ,Mm.w.d[/time] ,Jn[/time] ,n[/time] */
static bool posix_rule(const char **p, struct pim_zone_rule *rule_r)
{
	i_zero(rule_r);
	if (*(*p)++ != ',')
		return FALSE;
	if (**p == 'M') {
		(*p)++;
		rule_r->kind = PIM_ZONE_RULE_WEEKDAY;
		if (!posix_number(p, 12, &rule_r->month) || *(*p)++ != '.' ||
		    !posix_number(p, 5, &rule_r->week) || *(*p)++ != '.' ||
		    !posix_number(p, 6, &rule_r->weekday) || rule_r->month == 0 || rule_r->week == 0)
			return FALSE;
	} else if (**p == 'J') {
		(*p)++;
		rule_r->kind = PIM_ZONE_RULE_JULIAN;
		if (!posix_number(p, 365, &rule_r->day) || rule_r->day == 0)
			return FALSE;
	} else {
		rule_r->kind = PIM_ZONE_RULE_YEARDAY;
		if (!posix_number(p, 365, &rule_r->day))
			return FALSE;
	}
	rule_r->secs = POSIX_DEFAULT_SECS;
	if (**p != '/')
		return TRUE;
	(*p)++;
	return posix_time(p, POSIX_MAX_RULE_HOURS, &rule_r->secs);
}

bool pim_zone_rules_parse(const char *text, struct pim_zone_rules *rules_r)
{
	int standard, daylight;
	struct pim_zone_rule start, end;

	i_zero(rules_r);
	/* west is positive there */
	if (!posix_skip_name(&text) || !posix_time(&text, 24, &standard))
		return FALSE;
	rules_r->winter_offset = rules_r->summer_offset = -standard;
	if (*text == '\0')
		return TRUE;
	daylight = standard - 3600;
	if (!posix_skip_name(&text) || (*text != ',' && !posix_time(&text, 24, &daylight)) ||
	    !posix_rule(&text, &start) || !posix_rule(&text, &end) || *text != '\0')
		return FALSE;
	if (daylight == standard)
		return TRUE;
	rules_r->has_changes = TRUE;
	if (daylight < standard) {
		rules_r->summer_offset = -daylight;
		rules_r->begin = start;
		rules_r->end = end;
	} else {
		/* Dublin: "daylight" is the winter */
		rules_r->winter_offset = -daylight;
		rules_r->begin = end;
		rules_r->end = start;
	}
	return TRUE;
}
