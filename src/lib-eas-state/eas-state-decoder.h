/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATE_DECODER_H
#define EAS_STATE_DECODER_H

/* Reads the numbers that state files are made of (numpack: 7 bits a byte). Whatever the bytes are, nothing is
   read beyond them: after the first error everything reads as 0, so that only the end need be checked. */

struct eas_state_decoder {
	/* the caller's, for what it keeps; may be NULL */
	pool_t pool;
	const uint8_t *data, *end;
	/* the first error; NULL = none */
	const char *error;
};

/* error: a sentence, constant */
void eas_state_decode_fail(struct eas_state_decoder *dec, const char *error);
uint64_t eas_state_decode_num(struct eas_state_decoder *dec);
uint32_t eas_state_decode_num32(struct eas_state_decoder *dec);
/* How many of something follow: each takes a byte at least. */
unsigned int eas_state_decode_count(struct eas_state_decoder *dec);

#endif
