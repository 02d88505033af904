/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "pim-rrule.h"
#include "pim-zone.h"

#include <ctype.h>

#define PIM_WEEKS_MAX 53

static const char *const pim_freq_names[] = {
	"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
};
static const char *const pim_weekday_names[7] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
static const char *const pim_skip_names[] = { "OMIT", "BACKWARD", "FORWARD" };

const char *pim_weekday_name(unsigned int weekday)
{
	i_assert(weekday < 7);
	return pim_weekday_names[weekday];
}

static bool pim_name_find(const char *const *names, unsigned int count, const char *name, unsigned int *idx_r)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strcasecmp(names[i], name) == 0) {
			*idx_r = i;
			return TRUE;
		}
	}
	return FALSE;
}

bool pim_ordinals_have(const uint64_t words[PIM_ORDINAL_WORDS], unsigned int number)
{
	return number >= 1 && number <= PIM_ORDINAL_MAX &&
		(words[(number - 1) / 64] & (uint64_t)1 << (number - 1) % 64) != 0;
}

static bool pim_read_number(const char **p, int *value_r)
{
	bool negative = **p == '-';
	unsigned int digits = 0;

	if (**p == '-' || **p == '+')
		(*p)++;
	for (*value_r = 0; i_isdigit(**p); (*p)++) {
		if (++digits > 7)
			return FALSE;
		*value_r = *value_r * 10 + (**p - '0');
	}
	if (negative)
		*value_r = -*value_r;
	return digits > 0;
}

static bool pim_parse_number(const char *text, int *value_r)
{
	return pim_read_number(&text, value_r) && *text == '\0';
}

/* 0 is in no list but those of times */
static bool pim_parse_bits(const char *const *words, int min, int max, uint64_t *plus, uint64_t *minus)
{
	int number;

	for (; *words != NULL; words++) {
		if (!pim_parse_number(*words, &number) || number > max || number < min)
			return FALSE;
		if (number >= 0)
			*plus |= (uint64_t)1 << number;
		else
			*minus |= (uint64_t)1 << -number;
		if (number == 0 && min != 0)
			return FALSE;
	}
	return TRUE;
}

static bool pim_parse_ordinals(const char *const *words, int max, struct pim_ordinals *ordinals)
{
	int number;

	for (; *words != NULL; words++) {
		unsigned int idx;
		uint64_t *set;

		if (!pim_parse_number(*words, &number) || number == 0 || number > max || number < -max)
			return FALSE;
		idx = (number > 0 ? number : -number) - 1;
		set = number > 0 ? ordinals->plus : ordinals->minus;
		if ((set[idx / 64] & (uint64_t)1 << idx % 64) == 0)
			ordinals->count++;
		set[idx / 64] |= (uint64_t)1 << idx % 64;
	}
	return TRUE;
}

static bool pim_parse_months(const char *const *words, struct pim_rrule *rule)
{
	for (; *words != NULL; words++) {
		const char *p = *words;
		uint16_t *set = &rule->by_month;
		int month;

		if (!pim_read_number(&p, &month) || month < 1 || month > 13)
			return FALSE;
		if (*p == 'L' || *p == 'l') {
			set = &rule->by_leap_month;
			p++;
		}
		if (*p != '\0')
			return FALSE;
		*set |= 1 << month;
	}
	return TRUE;
}

static bool pim_parse_days(const char *const *words, struct pim_rrule *rule)
{
	for (; *words != NULL; words++) {
		const char *p = *words;
		unsigned int weekday;
		int number = 0;

		if (!i_isalpha(*p) && (!pim_read_number(&p, &number) || number == 0 ||
				       number > PIM_WEEKS_MAX || number < -PIM_WEEKS_MAX))
			return FALSE;
		if (!pim_name_find(pim_weekday_names, 7, p, &weekday))
			return FALSE;
		if (number == 0)
			rule->by_day[weekday].every = TRUE;
		else if (number > 0)
			rule->by_day[weekday].plus |= (uint64_t)1 << (number - 1);
		else
			rule->by_day[weekday].minus |= (uint64_t)1 << (-number - 1);
		rule->has_by_day = TRUE;
	}
	return TRUE;
}

static bool pim_parse_list(const char *name, const char *const *words, struct pim_rrule *rule, bool *known_r)
{
	uint64_t plus = 0, minus = 0;
	bool valid;

	*known_r = TRUE;
	if (strcasecmp(name, "BYMONTH") == 0)
		return pim_parse_months(words, rule);
	if (strcasecmp(name, "BYDAY") == 0)
		return pim_parse_days(words, rule);
	if (strcasecmp(name, "BYMONTHDAY") == 0) {
		valid = pim_parse_bits(words, -31, 31, &plus, &minus);
		rule->by_monthday |= plus;
		rule->by_monthday_end |= minus;
		return valid;
	}
	if (strcasecmp(name, "BYHOUR") == 0) {
		valid = pim_parse_bits(words, 0, 23, &plus, &minus);
		rule->by_hour |= plus;
		return valid;
	}
	if (strcasecmp(name, "BYMINUTE") == 0)
		return pim_parse_bits(words, 0, 59, &rule->by_minute, &minus);
	/* no clock of ours shows the 60th */
	if (strcasecmp(name, "BYSECOND") == 0)
		return pim_parse_bits(words, 0, 60, &rule->by_second, &minus);
	if (strcasecmp(name, "BYYEARDAY") == 0)
		return pim_parse_ordinals(words, PIM_ORDINAL_MAX, &rule->by_yearday);
	if (strcasecmp(name, "BYWEEKNO") == 0)
		return pim_parse_ordinals(words, PIM_WEEKS_MAX, &rule->by_weekno);
	if (strcasecmp(name, "BYSETPOS") == 0)
		return pim_parse_ordinals(words, PIM_ORDINAL_MAX, &rule->by_setpos);
	*known_r = FALSE;
	return TRUE;
}

static bool pim_parse_until(const char *value, struct pim_rrule *rule)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		return FALSE;
	rule->until = time.wall;
	rule->until_kind = time.is_date ? PIM_UNTIL_DATE : time.zone != NULL ? PIM_UNTIL_UTC : PIM_UNTIL_WALL;
	return TRUE;
}

static bool pim_parse_rscale(const char *value, struct pim_rrule *rule)
{
	if (strlen(value) >= sizeof(rule->rscale))
		return FALSE;
	for (const char *p = value; *p != '\0'; p++) {
		if (!i_isalnum(*p) && *p != '-')
			return FALSE;
	}
	if (strcasecmp(value, "GREGORIAN") != 0 && i_strocpy(rule->rscale, value, sizeof(rule->rscale)) < 0)
		return FALSE;
	str_ucase(rule->rscale);
	return TRUE;
}

/* the parts with one value */
static bool pim_parse_single(const char *name, const char *value, struct pim_rrule *rule, bool *known_r)
{
	unsigned int idx;
	int number;

	*known_r = TRUE;
	if (strcasecmp(name, "INTERVAL") == 0) {
		if (!pim_parse_number(value, &number) || number < 1 || number > PIM_RRULE_MAX_INTERVAL)
			return FALSE;
		rule->interval = number;
	} else if (strcasecmp(name, "COUNT") == 0) {
		if (!pim_parse_number(value, &number) || number < 1 || number > PIM_RRULE_MAX_COUNT)
			return FALSE;
		rule->count = number;
	} else if (strcasecmp(name, "UNTIL") == 0) {
		return pim_parse_until(value, rule);
	} else if (strcasecmp(name, "WKST") == 0) {
		rule->has_week_start = TRUE;
		return pim_name_find(pim_weekday_names, 7, value, &rule->week_start);
	} else if (strcasecmp(name, "SKIP") == 0) {
		if (!pim_name_find(pim_skip_names, N_ELEMENTS(pim_skip_names), value, &idx))
			return FALSE;
		rule->skip = idx;
	} else if (strcasecmp(name, "RSCALE") == 0) {
		return pim_parse_rscale(value, rule);
	} else {
		*known_r = FALSE;
	}
	return TRUE;
}

static unsigned int pim_bits_count(uint64_t bits)
{
	unsigned int count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

static const char *pim_rrule_check(const struct pim_rrule *rule, bool has_freq)
{
	if (!has_freq)
		return "FREQ is missing";
	if (rule->count > 0 && rule->until_kind != PIM_UNTIL_NONE)
		return "COUNT and UNTIL";
	if (I_MAX(pim_bits_count(rule->by_hour), 1) * I_MAX(pim_bits_count(rule->by_minute), 1) *
	    I_MAX(pim_bits_count(rule->by_second), 1) > PIM_RRULE_MAX_TIMES)
		return "too many times of a day";
	if (rule->rscale[0] == '\0' && (rule->by_leap_month != 0 || (rule->by_month & 1 << 13) != 0))
		return "BYMONTH that the Gregorian calendar has not";
	return NULL;
}

void pim_rrule_init(struct pim_rrule *rule_r, enum pim_freq freq)
{
	i_zero(rule_r);
	rule_r->freq = freq;
	rule_r->interval = 1;
	rule_r->week_start = 1;
}

static int pim_rrule_parse_part(const char *part, struct pim_rrule *rule, bool *has_freq, const char **error_r)
{
	const char *equal = strchr(part, '='), *name;
	unsigned int freq;
	bool known, valid;

	if (equal == NULL || equal[1] == '\0') {
		*error_r = t_strconcat("no value: ", part, NULL);
		return -1;
	}
	name = t_strdup_until(part, equal++);
	if (strcasecmp(name, "FREQ") == 0) {
		valid = known = pim_name_find(pim_freq_names, N_ELEMENTS(pim_freq_names), equal, &freq);
		if (valid)
			rule->freq = freq;
		*has_freq = TRUE;
	} else {
		valid = pim_parse_single(name, equal, rule, &known);
		if (!known)
			valid = pim_parse_list(name, t_strsplit(equal, ","), rule, &known);
	}
	if (!valid || (!known && strncasecmp(name, "X-", 2) != 0)) {
		*error_r = t_strconcat(valid ? "unknown part: " : "wrong value: ", part, NULL);
		return -1;
	}
	return 0;
}

int pim_rrule_parse(const char *value, struct pim_rrule *rule_r, const char **error_r)
{
	const char *const *parts;
	bool has_freq = FALSE;

	pim_rrule_init(rule_r, PIM_FREQ_DAILY);
	if (strlen(value) > PIM_RRULE_MAX_BYTES) {
		*error_r = "too long";
		return -1;
	}
	for (parts = t_strsplit(value, ";"); *parts != NULL; parts++) {
		if (**parts != '\0' && pim_rrule_parse_part(*parts, rule_r, &has_freq, error_r) < 0)
			return -1;
	}
	*error_r = pim_rrule_check(rule_r, has_freq);
	return *error_r == NULL ? 0 : -1;
}

/* Writing */

static void pim_write_number(string_t *dest, const char *name, int number)
{
	str_append(dest, str_len(dest) > 0 && str_data(dest)[str_len(dest) - 1] == '=' ? "" : ",");
	str_printfa(dest, "%d%s", number, name);
}

static void pim_write_name(string_t *dest, const char *name)
{
	str_printfa(dest, ";%s=", name);
}

static void pim_write_bits(string_t *dest, const char *name, uint64_t plus, uint64_t minus)
{
	if (plus == 0 && minus == 0)
		return;
	pim_write_name(dest, name);
	for (int i = 0; i < 64; i++) {
		if ((plus & (uint64_t)1 << i) != 0)
			pim_write_number(dest, "", i);
	}
	for (int i = 1; i < 64; i++) {
		if ((minus & (uint64_t)1 << i) != 0)
			pim_write_number(dest, "", -i);
	}
}

static void pim_write_ordinals(string_t *dest, const char *name, const struct pim_ordinals *ordinals)
{
	if (ordinals->count == 0)
		return;
	pim_write_name(dest, name);
	for (unsigned int i = 1; i <= PIM_ORDINAL_MAX; i++) {
		if (pim_ordinals_have(ordinals->plus, i))
			pim_write_number(dest, "", i);
	}
	for (unsigned int i = 1; i <= PIM_ORDINAL_MAX; i++) {
		if (pim_ordinals_have(ordinals->minus, i))
			pim_write_number(dest, "", -(int)i);
	}
}

static void pim_write_months(string_t *dest, const struct pim_rrule *rule)
{
	if (rule->by_month == 0 && rule->by_leap_month == 0)
		return;
	pim_write_name(dest, "BYMONTH");
	for (unsigned int month = 1; month <= 13; month++) {
		if ((rule->by_month & 1 << month) != 0)
			pim_write_number(dest, "", month);
		if ((rule->by_leap_month & 1 << month) != 0)
			pim_write_number(dest, "L", month);
	}
}

static void pim_write_days(string_t *dest, const struct pim_rrule *rule)
{
	if (!rule->has_by_day)
		return;
	pim_write_name(dest, "BYDAY");
	/* Monday first, as everybody does */
	for (unsigned int i = 1; i <= 7; i++) {
		const struct pim_rrule_day *day = &rule->by_day[i % 7];
		const char *name = pim_weekday_names[i % 7];

		if (day->every)
			str_printfa(dest, "%s%s", str_data(dest)[str_len(dest) - 1] == '=' ? "" : ",", name);
		for (int n = 1; n <= PIM_WEEKS_MAX; n++) {
			if ((day->plus & (uint64_t)1 << (n - 1)) != 0)
				pim_write_number(dest, name, n);
		}
		for (int n = 1; n <= PIM_WEEKS_MAX; n++) {
			if ((day->minus & (uint64_t)1 << (n - 1)) != 0)
				pim_write_number(dest, name, -n);
		}
	}
}

void pim_rrule_write(string_t *dest, const struct pim_rrule *rule)
{
	struct pim_time until = {
		.wall = rule->until, .is_date = rule->until_kind == PIM_UNTIL_DATE,
		.zone = rule->until_kind == PIM_UNTIL_UTC ? pim_zone_utc() : NULL,
	};

	if (rule->rscale[0] != '\0')
		str_printfa(dest, "RSCALE=%s;", rule->rscale);
	str_printfa(dest, "FREQ=%s", pim_freq_names[rule->freq]);
	if (rule->until_kind != PIM_UNTIL_NONE)
		str_printfa(dest, ";UNTIL=%s", pim_time_format(&until));
	if (rule->count > 0)
		str_printfa(dest, ";COUNT=%u", rule->count);
	if (rule->interval != 1)
		str_printfa(dest, ";INTERVAL=%u", rule->interval);
	pim_write_bits(dest, "BYSECOND", rule->by_second, 0);
	pim_write_bits(dest, "BYMINUTE", rule->by_minute, 0);
	pim_write_bits(dest, "BYHOUR", rule->by_hour, 0);
	pim_write_days(dest, rule);
	pim_write_bits(dest, "BYMONTHDAY", rule->by_monthday, rule->by_monthday_end);
	pim_write_ordinals(dest, "BYYEARDAY", &rule->by_yearday);
	pim_write_ordinals(dest, "BYWEEKNO", &rule->by_weekno);
	pim_write_months(dest, rule);
	pim_write_ordinals(dest, "BYSETPOS", &rule->by_setpos);
	if (rule->has_week_start)
		str_printfa(dest, ";WKST=%s", pim_weekday_names[rule->week_start]);
	if (rule->skip != PIM_SKIP_OMIT)
		str_printfa(dest, ";SKIP=%s", pim_skip_names[rule->skip]);
}

bool pim_rrule_equals(const struct pim_rrule *rule1, const struct pim_rrule *rule2)
{
	bool equal;

	T_BEGIN {
		string_t *text1 = t_str_new(128), *text2 = t_str_new(128);

		pim_rrule_write(text1, rule1);
		pim_rrule_write(text2, rule2);
		equal = str_equals(text1, text2);
	} T_END;
	return equal;
}
