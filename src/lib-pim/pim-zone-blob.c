/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "unichar.h"
#include "pim-windows-zone.h"
#include "pim-time.h"
#include "pim-zone-blob.h"
#include "pim-zone-private.h"

#define PIM_ZONE_YEAR_CHANGES 16

/* Offsets in the 172 bytes, little endian */
enum pim_zone_blob_offset {
	BLOB_BIAS = 0,
	BLOB_STANDARD_NAME = 4,
	BLOB_STANDARD_DATE = 68,
	BLOB_STANDARD_BIAS = 84,
	BLOB_DAYLIGHT_NAME = 88,
	BLOB_DAYLIGHT_DATE = 152,
	BLOB_DAYLIGHT_BIAS = 168
};

static unsigned int blob_get16(const unsigned char *data)
{
	return data[0] | data[1] << 8;
}

static int blob_get32(const unsigned char *data)
{
	return (int32_t)(blob_get16(data) | (uint32_t)blob_get16(data + 2) << 16);
}

static const char *blob_get_name(pool_t pool, const unsigned char *data)
{
	string_t *name = t_str_new(64);

	for (unsigned int i = 0; i < PIM_ZONE_BLOB_NAME_CHARS; i++) {
		unichar_t chr = blob_get16(data + i * 2);

		if (chr == 0)
			break;
		if (UTF16_VALID_HIGH_SURROGATE(chr) && i + 1 < PIM_ZONE_BLOB_NAME_CHARS &&
		    UTF16_VALID_LOW_SURROGATE(blob_get16(data + i * 2 + 2)))
			chr = uni_join_surrogate(chr, blob_get16(data + ++i * 2));
		if (!uni_is_valid_ucs4(chr))
			chr = UNICODE_REPLACEMENT_CHAR;
		uni_ucs4_to_utf8_c(chr, name);
	}
	return p_strdup(pool, str_c(name));
}

static bool blob_get_date(const unsigned char *data, struct pim_zone_blob_date *date_r)
{
	date_r->year = blob_get16(data);
	date_r->month = blob_get16(data + 2);
	date_r->weekday = blob_get16(data + 4);
	date_r->day = blob_get16(data + 6);
	date_r->hour = blob_get16(data + 8);
	date_r->minute = blob_get16(data + 10);
	date_r->second = blob_get16(data + 12);
	date_r->msecs = blob_get16(data + 14);
	if (date_r->month == 0)
		return TRUE;
	return date_r->month <= 12 && date_r->weekday <= 6 && date_r->day >= 1 &&
		date_r->day <= (date_r->year == 0 ? 5 : pim_days_in_month(date_r->year, date_r->month)) &&
		date_r->year <= PIM_MAX_YEAR && date_r->hour <= 23 && date_r->minute <= 59 &&
		date_r->second <= 59 && date_r->msecs <= 999;
}

static bool blob_bias_is_valid(int bias)
{
	return bias >= -PIM_ZONE_BLOB_MAX_BIAS_MINUTES && bias <= PIM_ZONE_BLOB_MAX_BIAS_MINUTES;
}

bool pim_zone_blob_parse(pool_t pool, const void *_data, size_t size, struct pim_zone_blob *blob_r,
			 const char **error_r)
{
	const unsigned char *data = _data;

	i_zero(blob_r);
	if (size != PIM_ZONE_BLOB_SIZE) {
		*error_r = t_strdup_printf("%zu bytes, not %u", size, PIM_ZONE_BLOB_SIZE);
		return FALSE;
	}
	blob_r->bias = blob_get32(data + BLOB_BIAS);
	blob_r->standard_bias = blob_get32(data + BLOB_STANDARD_BIAS);
	blob_r->daylight_bias = blob_get32(data + BLOB_DAYLIGHT_BIAS);
	if (!blob_bias_is_valid(blob_r->bias) || !blob_bias_is_valid(blob_r->standard_bias) ||
	    !blob_bias_is_valid(blob_r->daylight_bias) ||
	    !blob_bias_is_valid(blob_r->bias + blob_r->standard_bias) ||
	    !blob_bias_is_valid(blob_r->bias + blob_r->daylight_bias)) {
		*error_r = "an offset of more than a day";
		return FALSE;
	}
	if (!blob_get_date(data + BLOB_STANDARD_DATE, &blob_r->standard) ||
	    !blob_get_date(data + BLOB_DAYLIGHT_DATE, &blob_r->daylight)) {
		*error_r = "a date that does not exist";
		return FALSE;
	}
	blob_r->standard_name = blob_get_name(pool, data + BLOB_STANDARD_NAME);
	blob_r->daylight_name = blob_get_name(pool, data + BLOB_DAYLIGHT_NAME);
	return TRUE;
}

static void blob_put16(unsigned char *data, unsigned int value)
{
	data[0] = value & 0xff;
	data[1] = value >> 8 & 0xff;
}

static void blob_put32(unsigned char *data, int value)
{
	blob_put16(data, (uint32_t)value & 0xffff);
	blob_put16(data + 2, (uint32_t)value >> 16);
}

/* cut where it does not fit: the last of the 32 stays 0 */
static void blob_put_name(unsigned char *data, const char *name)
{
	unsigned int count = 0;
	unichar_t chr;
	int len;

	while (*name != '\0' && (len = uni_utf8_get_char(name, &chr)) > 0) {
		bool pair = chr >= UTF16_SURROGATE_BASE;

		name += len;
		if (count + (pair ? 2 : 1) >= PIM_ZONE_BLOB_NAME_CHARS)
			break;
		blob_put16(data + count++ * 2, pair ? UTF16_SURROGATE_HIGH(chr) : chr);
		if (pair)
			blob_put16(data + count++ * 2, UTF16_SURROGATE_LOW(chr));
	}
}

static void blob_put_date(unsigned char *data, const struct pim_zone_blob_date *date)
{
	blob_put16(data, date->year);
	blob_put16(data + 2, date->month);
	blob_put16(data + 4, date->weekday);
	blob_put16(data + 6, date->day);
	blob_put16(data + 8, date->hour);
	blob_put16(data + 10, date->minute);
	blob_put16(data + 12, date->second);
	blob_put16(data + 14, date->msecs);
}

void pim_zone_blob_write(buffer_t *dest, const struct pim_zone_blob *blob)
{
	/* zeroed */
	unsigned char *data = buffer_append_space_unsafe(dest, PIM_ZONE_BLOB_SIZE);

	memset(data, 0, PIM_ZONE_BLOB_SIZE);
	blob_put32(data + BLOB_BIAS, blob->bias);
	blob_put_name(data + BLOB_STANDARD_NAME, blob->standard_name);
	blob_put_date(data + BLOB_STANDARD_DATE, &blob->standard);
	blob_put32(data + BLOB_STANDARD_BIAS, blob->standard_bias);
	blob_put_name(data + BLOB_DAYLIGHT_NAME, blob->daylight_name);
	blob_put_date(data + BLOB_DAYLIGHT_DATE, &blob->daylight);
	blob_put32(data + BLOB_DAYLIGHT_BIAS, blob->daylight_bias);
}

/* Zone -> blob */

static void blob_set_time(struct pim_zone_blob_date *date, unsigned int secs)
{
	date->hour = secs / 3600;
	date->minute = secs / 60 % 60;
	date->second = secs % 60;
}

/* as a weekday of a week of its month, which is the last if it is that too */
static void blob_date_from_wall(int64_t wall, struct pim_zone_blob_date *date_r)
{
	int64_t days = pim_days_of_wall(wall);
	unsigned int day;
	int year;

	i_zero(date_r);
	pim_civil_from_days(days, &year, &date_r->month, &day);
	date_r->weekday = pim_weekday_of_days(days);
	date_r->day = day + 7 > pim_days_in_month(year, date_r->month) ? 5 : (day - 1) / 7 + 1;
	blob_set_time(date_r, wall - days * PIM_DAY_SECS);
}

/* In the words of the zone's own rule, where it has one and they can be said: right in other years too. */
static void blob_date_from_change(const struct pim_zone_change *change, const struct pim_zone_rule *rule, int year,
				  struct pim_zone_blob_date *date_r)
{
	int64_t wall = change->utc + change->offset_before;

	blob_date_from_wall(wall, date_r);
	if (rule == NULL || rule->kind != PIM_ZONE_RULE_WEEKDAY || rule->secs < 0 || rule->secs > PIM_DAY_SECS ||
	    pim_zone_rule_wall(rule, year) != wall)
		return;
	date_r->month = rule->month;
	date_r->weekday = rule->weekday;
	date_r->day = rule->week;
	if (rule->secs < PIM_DAY_SECS)
		blob_set_time(date_r, rule->secs);
	else {
		/* 24:00, as Windows writes it */
		blob_set_time(date_r, PIM_DAY_SECS - 1);
		date_r->msecs = 999;
	}
}

/* A change that is none, so that a year can have one change only: the clock is put back as it begins. */
static void blob_new_year(int year, int offset_before, int offset_after, struct pim_zone_change *change_r)
{
	change_r->utc = pim_days_from_civil(year, 1, 1) * PIM_DAY_SECS - offset_before;
	change_r->offset_before = offset_before;
	change_r->offset_after = offset_after;
}

/* one pair of changes */
struct blob_pair {
	struct pim_zone_change begin, end;
};

static int blob_pair_offset(const struct blob_pair *pair, int64_t utc)
{
	bool begun = utc >= pair->begin.utc, ended = utc >= pair->end.utc;
	bool summer = pair->begin.utc < pair->end.utc ? begun && !ended : begun || !ended;

	return summer ? pair->begin.offset_after : pair->end.offset_after;
}

/* for how long in the year is it wrong? */
static int64_t blob_pair_wrong_secs(const struct blob_pair *pair, const struct pim_zone_change *changes,
				    unsigned int count, int year)
{
	int64_t from = pim_days_from_civil(year, 1, 1) * PIM_DAY_SECS - changes[0].offset_before;
	int64_t until = pim_days_from_civil(year + 1, 1, 1) * PIM_DAY_SECS - changes[count - 1].offset_after;
	int64_t secs = 0;

	for (unsigned int i = 0; i <= count; i++) {
		int64_t end = i == count ? until : changes[i].utc;
		int offset = i == 0 ? changes[0].offset_before : changes[i - 1].offset_after;

		/* both of the pair's changes are also changes of the zone, or the new year */
		if (end > from && blob_pair_offset(pair, from) != offset)
			secs += end - from;
		from = I_MAX(from, end);
	}
	return secs;
}

static void blob_pair_try(const struct blob_pair *pair, const struct pim_zone_change *changes, unsigned int count,
			  int year, struct blob_pair *best, int64_t *best_secs)
{
	int64_t secs = blob_pair_wrong_secs(pair, changes, count, year);

	if (*best_secs < 0 || secs < *best_secs) {
		*best = *pair;
		*best_secs = secs;
	}
}

static void blob_choose_pair(const struct pim_zone_change *changes, unsigned int count, int year,
			     struct blob_pair *best_r)
{
	struct blob_pair pair;
	int64_t best_secs = -1;

	for (unsigned int i = 0; i < count; i++) {
		bool is_begin = changes[i].offset_after > changes[i].offset_before;

		/* alone */
		*(is_begin ? &pair.begin : &pair.end) = changes[i];
		blob_new_year(year, changes[i].offset_after, changes[i].offset_before,
			      is_begin ? &pair.end : &pair.begin);
		blob_pair_try(&pair, changes, count, year, best_r, &best_secs);
		for (unsigned int j = 0; j < count && is_begin; j++) {
			if (changes[j].offset_before != changes[i].offset_after ||
			    changes[j].offset_after != changes[i].offset_before)
				continue;
			pair.end = changes[j];
			blob_pair_try(&pair, changes, count, year, best_r, &best_secs);
		}
	}
}

static int blob_minutes(int offset)
{
	return (offset >= 0 ? offset + 30 : offset - 30) / 60;
}

static void blob_set_names(const struct pim_zone *zone, struct pim_zone_blob *blob)
{
	const char *name = zone == pim_zone_utc() ? "UTC" : pim_windows_zone_name(pim_zone_get_name(zone));
	const char *standard = name == NULL ? NULL : strstr(name, "Standard");

	blob->standard_name = name == NULL ? "" : name;
	blob->daylight_name = standard == NULL ? blob->standard_name :
		t_strconcat(t_strdup_until(name, standard), "Daylight", standard + strlen("Standard"), NULL);
}

void pim_zone_blob_project(const struct pim_zone *zone, int year, struct pim_zone_blob *blob_r)
{
	const struct pim_zone_rules *rules = pim_zone_get_rules(zone);
	struct pim_zone_change changes[PIM_ZONE_YEAR_CHANGES];
	struct blob_pair pair;
	unsigned int count;

	i_zero(blob_r);
	i_zero(&pair);
	count = pim_zone_get_changes(zone, year, changes, N_ELEMENTS(changes));
	if (count == 0) {
		blob_r->bias = -blob_minutes(pim_zone_offset(zone, pim_days_from_civil(year, 7, 1) *
							     PIM_DAY_SECS));
		return;
	}
	blob_choose_pair(changes, count, year, &pair);
	blob_r->bias = -blob_minutes(pair.begin.offset_before);
	blob_r->daylight_bias = -blob_minutes(pair.begin.offset_after) - blob_r->bias;
	blob_date_from_change(&pair.begin, rules == NULL || !rules->has_changes ? NULL : &rules->begin, year,
			      &blob_r->daylight);
	blob_date_from_change(&pair.end, rules == NULL || !rules->has_changes ? NULL : &rules->end, year,
			      &blob_r->standard);
}

void pim_zone_blob_from_zone(const struct pim_zone *zone, int year, struct pim_zone_blob *blob_r)
{
	pim_zone_blob_project(zone, year, blob_r);
	blob_set_names(zone, blob_r);
}

/* Blob -> zone */

static void blob_rule_from_date(const struct pim_zone_blob_date *date, struct pim_zone_rule *rule_r)
{
	i_zero(rule_r);
	rule_r->kind = date->year == 0 ? PIM_ZONE_RULE_WEEKDAY : PIM_ZONE_RULE_DATE;
	rule_r->month = date->month;
	rule_r->weekday = date->weekday;
	rule_r->week = rule_r->day = date->day;
	rule_r->secs = date->hour * 3600 + date->minute * 60 + date->second + (date->msecs >= 500 ? 1 : 0);
}

void pim_zone_blob_get_rules(const struct pim_zone_blob *blob, struct pim_zone_rules *rules_r)
{
	int standard = -(blob->bias + blob->standard_bias) * 60;
	int daylight = -(blob->bias + blob->daylight_bias) * 60;

	i_zero(rules_r);
	rules_r->winter_offset = rules_r->summer_offset = standard;
	if (blob->standard.month == 0 || blob->daylight.month == 0 || standard == daylight)
		return;
	rules_r->has_changes = TRUE;
	rules_r->winter_offset = I_MIN(standard, daylight);
	rules_r->summer_offset = I_MAX(standard, daylight);
	blob_rule_from_date(daylight > standard ? &blob->daylight : &blob->standard, &rules_r->begin);
	blob_rule_from_date(daylight > standard ? &blob->standard : &blob->daylight, &rules_r->end);
}

struct pim_zone *pim_zone_blob_to_zone(pool_t pool, const char *name, const struct pim_zone_blob *blob)
{
	struct pim_zone_rules rules;

	pim_zone_blob_get_rules(blob, &rules);
	return pim_zone_from_rules(pool, name, &rules);
}
