/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "numpack.h"
#include "eas-state-decoder.h"

void eas_state_decode_fail(struct eas_state_decoder *dec, const char *error)
{
	if (dec->error == NULL)
		dec->error = error;
	dec->data = dec->end;
}

uint64_t eas_state_decode_num(struct eas_state_decoder *dec)
{
	uint64_t num;

	if (dec->error != NULL || numpack_decode(&dec->data, dec->end, &num) < 0) {
		eas_state_decode_fail(dec, "A number is cut off");
		return 0;
	}
	return num;
}

uint32_t eas_state_decode_num32(struct eas_state_decoder *dec)
{
	uint64_t num = eas_state_decode_num(dec);

	if (num > UINT32_MAX) {
		eas_state_decode_fail(dec, "A number is too large");
		return 0;
	}
	return num;
}

unsigned int eas_state_decode_count(struct eas_state_decoder *dec)
{
	uint64_t count = eas_state_decode_num(dec);

	if (count > (size_t)(dec->end - dec->data)) {
		eas_state_decode_fail(dec, "There are fewer entries than said");
		return 0;
	}
	return count;
}
