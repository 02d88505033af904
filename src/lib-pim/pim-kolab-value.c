/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The small values both schemas have: times, durations, numbers, addresses, zone names. */

#include "lib.h"
#include "hex-binary.h"
#include "str.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

#include <ctype.h>

static bool kolab_digits(const char **p, unsigned int count, int *value_r)
{
	*value_r = 0;
	while (count-- > 0) {
		if (!i_isdigit(**p))
			return FALSE;
		*value_r = *value_r * 10 + (*(*p)++ - '0');
	}
	return TRUE;
}

static void kolab_skip(const char **p, char c)
{
	if (**p == c)
		(*p)++;
}

static int kolab_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

void kolab_time_add_days(struct kolab_time *time, int days)
{
	for (; days > 0; days--) {
		if (++time->day <= kolab_month_days(time->year, time->month))
			continue;
		time->day = 1;
		if (++time->month > 12) {
			time->month = 1;
			time->year++;
		}
	}
	for (; days < 0; days++) {
		if (--time->day > 0)
			continue;
		if (--time->month < 1) {
			time->month = 12;
			time->year--;
		}
		time->day = kolab_month_days(time->year, time->month);
	}
}

/* Z, +01:00 or nothing */
static bool kolab_time_parse_offset(const char **p, struct kolab_time *time)
{
	int hours, minutes = 0, total, sign = **p == '-' ? 1 : -1;

	if (**p == 'Z') {
		(*p)++;
		time->utc = TRUE;
		return TRUE;
	}
	if (**p != '+' && **p != '-')
		return TRUE;
	(*p)++;
	if (!kolab_digits(p, 2, &hours))
		return FALSE;
	kolab_skip(p, ':');
	if (**p != '\0' && !kolab_digits(p, 2, &minutes))
		return FALSE;
	if (hours > 14 || minutes > 59)
		return FALSE;
	total = time->hour * 60 + time->minute + sign * (hours * 60 + minutes);
	if (total < 0)
		kolab_time_add_days(time, -1);
	else if (total >= 24 * 60)
		kolab_time_add_days(time, 1);
	total = (total + 24 * 60) % (24 * 60);
	time->hour = total / 60;
	time->minute = total % 60;
	time->utc = TRUE;
	return TRUE;
}

bool kolab_time_parse(const char *text, struct kolab_time *time_r)
{
	const char *p = text;

	i_zero(time_r);
	if (!kolab_digits(&p, 4, &time_r->year))
		return FALSE;
	kolab_skip(&p, '-');
	if (!kolab_digits(&p, 2, &time_r->month))
		return FALSE;
	kolab_skip(&p, '-');
	if (!kolab_digits(&p, 2, &time_r->day) ||
	    time_r->year < 1 || time_r->month < 1 || time_r->month > 12 ||
	    time_r->day < 1 || time_r->day > kolab_month_days(time_r->year, time_r->month))
		return FALSE;
	if (*p == '\0') {
		time_r->date_only = TRUE;
		return TRUE;
	}
	if (*p++ != 'T' || !kolab_digits(&p, 2, &time_r->hour))
		return FALSE;
	kolab_skip(&p, ':');
	if (!kolab_digits(&p, 2, &time_r->minute))
		return FALSE;
	kolab_skip(&p, ':');
	if (!kolab_digits(&p, 2, &time_r->second))
		return FALSE;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (time_r->hour > 23 || time_r->minute > 59 || time_r->second > 60 ||
	    !kolab_time_parse_offset(&p, time_r))
		return FALSE;
	/* XML knows no leap seconds */
	time_r->second = I_MIN(time_r->second, 59);
	return *p == '\0';
}

const char *kolab_time_ical(const struct kolab_time *time)
{
	const char *date = t_strdup_printf("%04d%02d%02d", time->year, time->month, time->day);

	if (time->date_only)
		return date;
	return t_strdup_printf("%sT%02d%02d%02d%s", date, time->hour, time->minute, time->second,
			       time->utc ? "Z" : "");
}

const char *kolab_time_xml(const struct kolab_time *time)
{
	const char *date = t_strdup_printf("%04d-%02d-%02d", time->year, time->month, time->day);

	if (time->date_only)
		return date;
	return t_strdup_printf("%sT%02d:%02d:%02d%s", date, time->hour, time->minute, time->second,
			       time->utc ? "Z" : "");
}

/* Skip "digits unit" pairs in the order of units. Returns how many there were. */
static unsigned int kolab_duration_skip(const char **p, const char *units)
{
	unsigned int count = 0;

	while (i_isdigit(**p)) {
		size_t digits = strspn(*p, "0123456789");

		/* what libkolabxml can count */
		if (digits > 7)
			return 0;
		while (*units != '\0' && *units != (*p)[digits])
			units++;
		if (*units == '\0')
			return 0;
		units++;
		*p += digits + 1;
		count++;
	}
	return count;
}

bool kolab_duration_is_valid(const char *text)
{
	const char *p = text;
	unsigned int count;

	if (*p == '+' || *p == '-')
		p++;
	if (*p++ != 'P')
		return FALSE;
	if (i_isdigit(*p) && p[strspn(p, "0123456789")] == 'W')
		return kolab_duration_skip(&p, "W") == 1 && *p == '\0';
	count = kolab_duration_skip(&p, "D");
	if (*p == 'T') {
		p++;
		if (kolab_duration_skip(&p, "HMS") == 0)
			return FALSE;
		count++;
	}
	return count > 0 && *p == '\0';
}

bool kolab_integer_is_valid(const char *text, int min, int max)
{
	const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
	int value;

	if (digits[0] == '\0' || strlen(digits) > 9 || digits[strspn(digits, "0123456789")] != '\0')
		return FALSE;
	value = atoi(text);
	return value >= min && value <= max;
}

static void kolab_uri_append_coded(string_t *dest, const char *text)
{
	for (; *text != '\0'; text++) {
		if (i_isalnum(*text) || strchr("-._~", *text) != NULL)
			str_append_c(dest, *text);
		else
			str_printfa(dest, "%%%02X", (unsigned char)*text);
	}
}

static const char *kolab_uri_decode(const char *text)
{
	string_t *dest = t_str_new(strlen(text) + 1);
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		if (*text == '%' && i_isxdigit(text[1]) && i_isxdigit(text[2]) &&
		    !(text[1] == '0' && text[2] == '0')) {
			str_append_c(dest, (strchr(digits, i_toupper(text[1])) - digits) << 4 |
				     (strchr(digits, i_toupper(text[2])) - digits));
			text += 2;
		} else {
			str_append_c(dest, *text);
		}
	}
	return str_c(dest);
}

const char *kolab_address_encode(const char *address, const char *name)
{
	string_t *dest;

	if (strncasecmp(address, "mailto:", 7) != 0 || address[7] == '\0' ||
	    strpbrk(address + 7, "<>%") != NULL)
		return NULL;
	dest = t_str_new(128);
	str_append(dest, "mailto:");
	if (name != NULL)
		kolab_uri_append_coded(dest, name);
	kolab_uri_append_coded(dest, "<");
	kolab_uri_append_coded(dest, address + 7);
	kolab_uri_append_coded(dest, ">");
	return str_c(dest);
}

const char *kolab_address_decode(const char *text, const char **name_r)
{
	const char *decoded, *begin, *end, *p;

	*name_r = NULL;
	if (strncasecmp(text, "mailto:", 7) != 0)
		return text;
	decoded = kolab_uri_decode(text + 7);
	begin = strchr(decoded, '<');
	end = begin == NULL ? NULL : strchr(begin, '>');
	if (end == NULL)
		return t_strconcat("mailto:", decoded, NULL);
	for (p = begin; p > decoded && p[-1] == ' '; p--) ;
	if (p > decoded)
		*name_r = t_strdup_until(decoded, p);
	return t_strconcat("mailto:", t_strdup_until(begin + 1, end), NULL);
}
