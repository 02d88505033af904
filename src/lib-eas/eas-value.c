/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base32.h"
#include "buffer.h"
#include "sha2.h"
#include "str.h"
#include "eas-value.h"

#include <time.h>

/* 1601-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define EAS_DATE_MIN (-11644473600LL)
#define EAS_DATE_MAX 253402300799LL

/* Take exactly count digits. */
static bool
eas_date_digits(const char **text, unsigned int count, int *number_r)
{
	*number_r = 0;
	for (; count > 0; count--, (*text)++) {
		if (**text < '0' || **text > '9')
			return FALSE;
		*number_r = *number_r * 10 + (**text - '0');
	}
	return TRUE;
}

static void eas_date_skip(const char **text, char c)
{
	if (**text == c)
		(*text)++;
}

static bool eas_date_read(const char *text, struct tm *tm)
{
	if (!eas_date_digits(&text, 4, &tm->tm_year))
		return FALSE;
	eas_date_skip(&text, '-');
	if (!eas_date_digits(&text, 2, &tm->tm_mon))
		return FALSE;
	eas_date_skip(&text, '-');
	if (!eas_date_digits(&text, 2, &tm->tm_mday) || *text++ != 'T' ||
	    !eas_date_digits(&text, 2, &tm->tm_hour))
		return FALSE;
	eas_date_skip(&text, ':');
	if (!eas_date_digits(&text, 2, &tm->tm_min))
		return FALSE;
	eas_date_skip(&text, ':');
	if (!eas_date_digits(&text, 2, &tm->tm_sec))
		return FALSE;
	if (*text == '.') {
		text++;
		text += strspn(text, "0123456789");
	}
	eas_date_skip(&text, 'Z');
	return *text == '\0';
}

int eas_date_parse(const char *text, time_t *utc_r)
{
	struct tm tm;
	time_t utc;

	i_zero(&tm);
	if (!eas_date_read(text, &tm))
		return -1;
	if (tm.tm_year < 1601 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
	    tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
	    tm.tm_min > 59 || tm.tm_sec > 60)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	utc = timegm(&tm);
	/* February 30 becomes March 2: good enough for what a client may send */
	if (utc < EAS_DATE_MIN || utc > EAS_DATE_MAX)
		return -1;
	*utc_r = utc;
	return 0;
}

static struct tm eas_date_split(time_t utc)
{
	struct tm tm;

	utc = I_MAX(utc, EAS_DATE_MIN);
	utc = I_MIN(utc, EAS_DATE_MAX);
	if (gmtime_r(&utc, &tm) == NULL)
		i_unreached();
	tm.tm_year += 1900;
	tm.tm_mon++;
	return tm;
}

const char *eas_date_format(time_t utc)
{
	struct tm tm = eas_date_split(utc);

	return t_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.000Z",
			       tm.tm_year, tm.tm_mon, tm.tm_mday,
			       tm.tm_hour, tm.tm_min, tm.tm_sec);
}

const char *eas_date_format_compact(time_t utc)
{
	struct tm tm = eas_date_split(utc);

	return t_strdup_printf("%04d%02d%02dT%02d%02d%02dZ",
			       tm.tm_year, tm.tm_mon, tm.tm_mday,
			       tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int eas_bool_parse(const char *text, bool *value_r)
{
	if (*text == '\0' || strcmp(text, "1") == 0 ||
	    strcasecmp(text, "true") == 0) {
		*value_r = TRUE;
		return 0;
	}
	if (strcmp(text, "0") == 0 || strcasecmp(text, "false") == 0) {
		*value_r = FALSE;
		return 0;
	}
	return -1;
}

int eas_uint_parse(const char *text, unsigned int *value_r)
{
	uint64_t value = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = I_MIN(value * 10 + (*text - '0'), UINT_MAX);
	}
	*value_r = value;
	return 0;
}

int eas_uint_parse_range(const char *text, unsigned int min, unsigned int max,
			 unsigned int *value_r)
{
	unsigned int value;

	if (eas_uint_parse(text, &value) < 0 || value < min || value > max)
		return -1;
	*value_r = value;
	return 0;
}

void eas_id_make(const void *data, size_t size, char id_r[EAS_ID_LENGTH + 1])
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(data, size, digest);
	T_BEGIN {
		string_t *id = t_str_new(EAS_ID_LENGTH + 1);

		base32_encode(FALSE, digest, EAS_ID_DIGEST_BITS / 8, id);
		i_assert(str_len(id) == EAS_ID_LENGTH);
		memcpy(id_r, str_lcase(str_c_modifiable(id)), EAS_ID_LENGTH + 1);
	} T_END;
}

bool eas_id_is_valid(const char *id)
{
	return strlen(id) == EAS_ID_LENGTH &&
		strspn(id, "abcdefghijklmnopqrstuvwxyz234567") == EAS_ID_LENGTH;
}
