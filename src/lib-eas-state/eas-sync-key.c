/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strnum.h"
#include "eas-sync-key.h"

#define INSTANCE_DIGITS 8

static int hex_digit(char chr)
{
	if (chr >= '0' && chr <= '9')
		return chr - '0';
	if (chr >= 'a' && chr <= 'f')
		return chr - 'a' + 10;
	return -1;
}

int eas_sync_key_parse(const char *str, struct eas_sync_key *key_r)
{
	unsigned int i;

	i_zero(key_r);
	if (strcmp(str, "0") == 0)
		return 0;

	for (i = 0; i < INSTANCE_DIGITS; i++) {
		int digit = hex_digit(str[i]);

		if (digit < 0)
			return -1;
		key_r->instance = key_r->instance << 4 | digit;
	}
	str += INSTANCE_DIGITS;
	/* only the one form we write ourselves: "-012" is none */
	if (key_r->instance == 0 || *str++ != '-' || *str == '0' ||
	    str_to_uint32(str, &key_r->counter) < 0)
		return -1;
	return 1;
}

const char *eas_sync_key_format(const struct eas_sync_key *key)
{
	return t_strdup_printf("%08x-%u", key->instance, key->counter);
}
