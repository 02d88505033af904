/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "eas-tnef-private.h"

/* MS-OXRTFCP "Structures" (2.1), all numbers little-endian:
     0  u32  size of what follows
     4  u32  size when uncompressed
     8  u32  "LZFu" or "MELA"
    12  u32  checksum (not looked at)
    16       LZFu: runs of one byte of flags and eight tokens, lowest bit first. 0: one byte as it is. 1: two
             bytes, big-endian: offset in the dictionary (12 bits), length - 2 (4 bits); an offset that is
             the place of writing ends it. */
#define RTF_HEADER_BYTES 16
#define RTF_COMPRESSED 0x75465a4c
#define RTF_UNCOMPRESSED 0x414c454d
#define RTF_DICTIONARY_BYTES 4096

/* MS-OXRTFCP "Dictionary" (2.1.2.1) */
static const char rtf_dictionary[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
	"{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
	"MS Sans SerifSymbolArialTimes New RomanCourier"
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par "
	"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct rtf_decompress {
	const unsigned char *pos, *end;
	unsigned char dictionary[RTF_DICTIONARY_BYTES];
	unsigned int write;
	buffer_t *dest;
};

static void rtf_emit(struct rtf_decompress *ctx, unsigned char c)
{
	buffer_append_c(ctx->dest, c);
	ctx->dictionary[ctx->write] = c;
	ctx->write = (ctx->write + 1) % RTF_DICTIONARY_BYTES;
}

/* Returns FALSE at the end. */
static bool rtf_token(struct rtf_decompress *ctx, bool reference)
{
	unsigned int offset, len;

	if (ctx->pos == ctx->end)
		return FALSE;
	if (!reference) {
		rtf_emit(ctx, *ctx->pos++);
		return TRUE;
	}
	if (ctx->end - ctx->pos < 2)
		return FALSE;
	offset = ctx->pos[0] << 4 | ctx->pos[1] >> 4;
	len = (ctx->pos[1] & 0x0f) + 2;
	ctx->pos += 2;
	if (offset == ctx->write)
		return FALSE;
	for (; len > 0; len--, offset++)
		rtf_emit(ctx, ctx->dictionary[offset % RTF_DICTIONARY_BYTES]);
	return TRUE;
}

bool eas_tnef_rtf_decompress(const unsigned char *data, size_t size, buffer_t *dest)
{
	struct rtf_decompress ctx = {
		.pos = data + RTF_HEADER_BYTES,
		.end = data + size,
		.write = sizeof(rtf_dictionary) - 1,
		.dest = dest
	};
	unsigned char flags;
	uint32_t kind;

	if (size < RTF_HEADER_BYTES)
		return FALSE;
	kind = le32_to_cpu_unaligned(data + 8);
	if (kind == RTF_UNCOMPRESSED) {
		buffer_append(dest, ctx.pos, ctx.end - ctx.pos);
		return TRUE;
	}
	if (kind != RTF_COMPRESSED)
		return FALSE;
	memset(ctx.dictionary, ' ', sizeof(ctx.dictionary));
	memcpy(ctx.dictionary, rtf_dictionary, sizeof(rtf_dictionary) - 1);
	while (ctx.pos < ctx.end) {
		flags = *ctx.pos++;
		for (unsigned int i = 0; i < 8; i++, flags >>= 1) {
			if (dest->used > EAS_TNEF_MAX_RTF_BYTES)
				return FALSE;
			if (!rtf_token(&ctx, (flags & 1) != 0))
				return TRUE;
		}
	}
	return TRUE;
}
