/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "unichar.h"
#include "charset-utf8.h"
#include "eas-tnef-private.h"

/* The stream, all numbers little-endian:
     0  u32  signature
     4  u16  key (not looked at)
     6       attributes: u8 level, u32 id (type in the upper half), u32 size, data, u16 checksum (not
             looked at: some programs write wrong ones) */
#define TNEF_SIGNATURE 0x223e9f78
#define TNEF_HEADER_BYTES 6

#define TNEF_LEVEL_MESSAGE 1
#define TNEF_LEVEL_ATTACHMENT 2

/* MS-OXTNEF "idMessageAttr", "idAttachAttr": the lower half of the id */
enum tnef_attribute {
	TNEF_ATTRIBUTE_BODY		= 0x800c,
	TNEF_ATTRIBUTE_ATTACH_DATA	= 0x800f,
	TNEF_ATTRIBUTE_ATTACH_TITLE	= 0x8010,
	TNEF_ATTRIBUTE_ATTACH_BEGIN	= 0x9002,
	TNEF_ATTRIBUTE_MESSAGE_PROPS	= 0x9003,
	TNEF_ATTRIBUTE_ATTACH_PROPS	= 0x9005,
	TNEF_ATTRIBUTE_CODE_PAGE	= 0x9007
};

/* MS-OXPROPS: those looked at */
enum tnef_property {
	TNEF_PROPERTY_BODY		= 0x1000,
	TNEF_PROPERTY_RTF		= 0x1009,
	TNEF_PROPERTY_HTML		= 0x1013,
	TNEF_PROPERTY_ATTACH_DATA	= 0x3701,
	TNEF_PROPERTY_ATTACH_METHOD	= 0x3705,
	TNEF_PROPERTY_ATTACH_NAME	= 0x3707,
	TNEF_PROPERTY_ATTACH_TYPE	= 0x370e,
	TNEF_PROPERTY_ATTACH_CONTENT_ID	= 0x3712,
	TNEF_PROPERTY_CODE_PAGE		= 0x3fde
};

/* MS-OXCDATA "Property Data Types" (2.11.1) */
#define PROPERTY_TYPE_MULTIPLE 0x1000
#define PROPERTY_TYPE_STRING8 0x1e
#define PROPERTY_TYPE_UNICODE 0x1f
#define PROPERTY_TYPE_OBJECT 0x0d
#define PROPERTY_TYPE_BINARY 0x102
/* ids from here on carry a name of their own */
#define PROPERTY_NAMED 0x8000
#define PROPERTY_GUID_BYTES 16
#define ATTACH_METHOD_EMBEDDED 5

/* how many bytes a value of a fixed type takes */
static const struct {
	uint16_t type;
	unsigned int size;
} property_sizes[] = {
	{ 0x02, 4 }, { 0x03, 4 }, { 0x04, 4 }, { 0x05, 8 }, { 0x06, 8 }, { 0x07, 8 },
	{ 0x0a, 4 }, { 0x0b, 4 }, { 0x14, 8 }, { 0x40, 8 }, { 0x48, 16 }
};

struct tnef_reader {
	const unsigned char *pos, *end;
};

struct tnef_parser {
	pool_t pool;
	struct eas_tnef *tnef;
	/* the one whose attributes come now; NULL before the first */
	struct eas_tnef_attachment *attachment;
	unsigned int properties;
};

struct tnef_property_value {
	uint16_t id, type;
	struct eas_tnef_value value;
};

/* Returns NULL if there are not so many bytes. */
static const unsigned char *read_bytes(struct tnef_reader *reader, size_t size)
{
	const unsigned char *data = reader->pos;

	if ((size_t)(reader->end - reader->pos) < size)
		return NULL;
	reader->pos += size;
	return data;
}

static bool read_u16(struct tnef_reader *reader, uint16_t *value_r)
{
	const unsigned char *data = read_bytes(reader, 2);

	if (data != NULL)
		*value_r = le16_to_cpu_unaligned(data);
	return data != NULL;
}

static bool read_u32(struct tnef_reader *reader, uint32_t *value_r)
{
	const unsigned char *data = read_bytes(reader, 4);

	if (data != NULL)
		*value_r = le32_to_cpu_unaligned(data);
	return data != NULL;
}

/* Values of variable size end at a multiple of 4; the very last one may lack its filling. */
static bool read_padded(struct tnef_reader *reader, struct eas_tnef_value *value_r)
{
	uint32_t size;

	if (!read_u32(reader, &size))
		return FALSE;
	value_r->data = read_bytes(reader, size);
	value_r->size = size;
	if (value_r->data == NULL)
		return FALSE;
	size = (4 - size % 4) % 4;
	reader->pos += I_MIN(size, (size_t)(reader->end - reader->pos));
	return TRUE;
}

/*
 * Text
 */

static const char *charset_name(pool_t pool, uint32_t code_page)
{
	if (code_page == 65001)
		return "utf-8";
	if (code_page == 20127)
		return "us-ascii";
	if (code_page > 28590 && code_page <= 28605)
		return p_strdup_printf(pool, "iso-8859-%u", code_page - 28590);
	if (code_page >= 1250 && code_page <= 1258)
		return p_strdup_printf(pool, "windows-%u", code_page);
	return p_strdup_printf(pool, "cp%u", code_page);
}

/* Without the NULs at the end. */
static struct eas_tnef_value text_trim(struct eas_tnef_value value)
{
	while (value.size > 0 && value.data[value.size - 1] == '\0')
		value.size--;
	return value;
}

static void utf16_append(buffer_t *dest, const struct eas_tnef_value *value)
{
	unichar_t chr, low;
	size_t i;

	for (i = 0; i + 2 <= value->size; i += 2) {
		chr = le16_to_cpu_unaligned(value->data + i);
		if (UTF16_VALID_HIGH_SURROGATE(chr) && i + 4 <= value->size) {
			low = le16_to_cpu_unaligned(value->data + i + 2);
			if (UTF16_VALID_LOW_SURROGATE(low)) {
				chr = uni_join_surrogate(chr, low);
				i += 2;
			}
		}
		if (!uni_is_valid_ucs4(chr))
			chr = UNICODE_REPLACEMENT_CHAR;
		uni_ucs4_to_utf8_c(chr, dest);
	}
}

/* As UTF-8, whatever it was. */
static struct eas_tnef_value
text_to_utf8(struct tnef_parser *parser, uint16_t type, struct eas_tnef_value value)
{
	buffer_t *utf8 = buffer_create_dynamic(parser->pool, value.size + 1);
	enum charset_result result;
	const char *text;

	if (type == PROPERTY_TYPE_UNICODE) {
		utf16_append(utf8, &value);
	} else {
		text = p_strndup(parser->pool, value.data, value.size);
		if (charset_to_utf8_str(parser->tnef->text_charset, NULL, text, utf8,
					&result) < 0)
			str_append(utf8, text);
	}
	value.data = utf8->data;
	value.size = utf8->used;
	return text_trim(value);
}

/*
 * Properties
 */

/* MS-OXTNEF "MsgPropertyList": a named property says its name before its value */
static bool property_skip_name(struct tnef_reader *reader)
{
	struct eas_tnef_value name;
	uint32_t kind, id;

	if (read_bytes(reader, PROPERTY_GUID_BYTES) == NULL || !read_u32(reader, &kind))
		return FALSE;
	return kind == 0 ? read_u32(reader, &id) : read_padded(reader, &name);
}

static unsigned int property_fixed_size(uint16_t type)
{
	for (unsigned int i = 0; i < N_ELEMENTS(property_sizes); i++) {
		if (property_sizes[i].type == type)
			return property_sizes[i].size;
	}
	return 0;
}

static bool property_type_is_variable(uint16_t type)
{
	return type == PROPERTY_TYPE_STRING8 || type == PROPERTY_TYPE_UNICODE ||
		type == PROPERTY_TYPE_OBJECT || type == PROPERTY_TYPE_BINARY;
}

/* The last of its values: those looked at have only one. */
static bool property_read_values(struct tnef_reader *reader, struct tnef_property_value *prop)
{
	uint16_t type = prop->type & ~PROPERTY_TYPE_MULTIPLE;
	bool variable = property_type_is_variable(type);
	unsigned int size = property_fixed_size(type);
	uint32_t count = 1;

	if (!variable && size == 0)
		return FALSE;
	if ((variable || type != prop->type) && !read_u32(reader, &count))
		return FALSE;
	/* none at all is an empty one */
	prop->value.data = reader->pos;
	for (; count > 0; count--) {
		if (variable) {
			if (!read_padded(reader, &prop->value))
				return FALSE;
			continue;
		}
		prop->value.data = read_bytes(reader, size);
		prop->value.size = size;
		if (prop->value.data == NULL)
			return FALSE;
	}
	prop->type = type;
	return TRUE;
}

static bool property_read(struct tnef_reader *reader, struct tnef_property_value *prop_r)
{
	i_zero(prop_r);
	if (!read_u16(reader, &prop_r->type) || !read_u16(reader, &prop_r->id))
		return FALSE;
	if (prop_r->id >= PROPERTY_NAMED && !property_skip_name(reader))
		return FALSE;
	return property_read_values(reader, prop_r);
}

static const char *
property_string(struct tnef_parser *parser, const struct tnef_property_value *prop)
{
	struct eas_tnef_value text = text_to_utf8(parser, prop->type, prop->value);

	return p_strndup(parser->pool, text.data, text.size);
}

static void message_rtf(struct tnef_parser *parser, const struct eas_tnef_value *value)
{
	buffer_t *rtf = buffer_create_dynamic(parser->pool, 4096);

	if (!eas_tnef_rtf_decompress(value->data, value->size, rtf))
		return;
	parser->tnef->rtf.data = rtf->data;
	parser->tnef->rtf.size = rtf->used;
}

static void
message_property(struct tnef_parser *parser, const struct tnef_property_value *prop)
{
	struct eas_tnef *tnef = parser->tnef;

	switch (prop->id) {
	case TNEF_PROPERTY_BODY:
		tnef->text = text_trim(prop->value);
		if (prop->type == PROPERTY_TYPE_UNICODE) {
			tnef->text = text_to_utf8(parser, prop->type, prop->value);
			tnef->text_charset = "utf-8";
		}
		break;
	case TNEF_PROPERTY_HTML:
		tnef->html = text_trim(prop->value);
		if (prop->type == PROPERTY_TYPE_UNICODE) {
			tnef->html = text_to_utf8(parser, prop->type, prop->value);
			tnef->html_charset = "utf-8";
		}
		break;
	case TNEF_PROPERTY_RTF:
		message_rtf(parser, &prop->value);
		break;
	case TNEF_PROPERTY_CODE_PAGE:
		if (prop->value.size == 4) {
			tnef->html_charset = charset_name(parser->pool,
				le32_to_cpu_unaligned(prop->value.data));
		}
		break;
	}
}

static void
attachment_property(struct tnef_parser *parser, const struct tnef_property_value *prop)
{
	struct eas_tnef_attachment *attachment = parser->attachment;

	switch (prop->id) {
	case TNEF_PROPERTY_ATTACH_NAME:
		attachment->name = property_string(parser, prop);
		break;
	case TNEF_PROPERTY_ATTACH_TYPE:
		attachment->content_type = property_string(parser, prop);
		break;
	case TNEF_PROPERTY_ATTACH_CONTENT_ID:
		attachment->content_id = property_string(parser, prop);
		break;
	case TNEF_PROPERTY_ATTACH_METHOD:
		attachment->embedded = prop->value.size == 4 &&
			le32_to_cpu_unaligned(prop->value.data) == ATTACH_METHOD_EMBEDDED;
		break;
	case TNEF_PROPERTY_ATTACH_DATA:
		/* an object says first of which kind it is */
		if (attachment->data.data == NULL && prop->value.size > PROPERTY_GUID_BYTES) {
			attachment->data.data = prop->value.data + PROPERTY_GUID_BYTES;
			attachment->data.size = prop->value.size - PROPERTY_GUID_BYTES;
		}
		break;
	}
}

static bool parse_properties(struct tnef_parser *parser, struct tnef_reader reader,
			     void (*handler)(struct tnef_parser *,
					     const struct tnef_property_value *))
{
	struct tnef_property_value prop;
	uint32_t count;

	if (!read_u32(&reader, &count))
		return FALSE;
	for (; count > 0; count--) {
		if (++parser->properties > EAS_TNEF_MAX_PROPERTIES ||
		    !property_read(&reader, &prop))
			return FALSE;
		handler(parser, &prop);
	}
	return TRUE;
}

/*
 * Attributes
 */

static bool message_attribute(struct tnef_parser *parser, uint16_t id,
			      const struct eas_tnef_value *value)
{
	struct tnef_reader reader = { value->data, value->data + value->size };
	uint32_t code_page;

	switch (id) {
	case TNEF_ATTRIBUTE_CODE_PAGE:
		if (!read_u32(&reader, &code_page))
			return FALSE;
		parser->tnef->text_charset = parser->tnef->html_charset =
			charset_name(parser->pool, code_page);
		return TRUE;
	case TNEF_ATTRIBUTE_BODY:
		parser->tnef->text = text_trim(*value);
		return TRUE;
	case TNEF_ATTRIBUTE_MESSAGE_PROPS:
		return parse_properties(parser, reader, message_property);
	default:
		return TRUE;
	}
}

static bool attachment_attribute(struct tnef_parser *parser, uint16_t id,
				 const struct eas_tnef_value *value)
{
	struct tnef_reader reader = { value->data, value->data + value->size };
	struct tnef_property_value title = { .value = *value };

	if (id == TNEF_ATTRIBUTE_ATTACH_BEGIN) {
		if (array_count(&parser->tnef->attachments) == EAS_TNEF_MAX_ATTACHMENTS)
			return FALSE;
		parser->attachment = array_append_space(&parser->tnef->attachments);
		return TRUE;
	}
	if (parser->attachment == NULL)
		return FALSE;
	switch (id) {
	case TNEF_ATTRIBUTE_ATTACH_TITLE:
		/* the short name of old; the long one, where there is one, comes later */
		parser->attachment->name = property_string(parser, &title);
		return TRUE;
	case TNEF_ATTRIBUTE_ATTACH_DATA:
		parser->attachment->data = *value;
		return TRUE;
	case TNEF_ATTRIBUTE_ATTACH_PROPS:
		return parse_properties(parser, reader, attachment_property);
	default:
		return TRUE;
	}
}

static bool parse_attribute(struct tnef_parser *parser, struct tnef_reader *reader)
{
	const unsigned char *level = read_bytes(reader, 1);
	struct eas_tnef_value value;
	uint32_t id, size;
	uint16_t checksum;

	if (level == NULL || !read_u32(reader, &id) || !read_u32(reader, &size))
		return FALSE;
	value.data = read_bytes(reader, size);
	value.size = size;
	if (value.data == NULL || !read_u16(reader, &checksum))
		return FALSE;
	switch (*level) {
	case TNEF_LEVEL_MESSAGE:
		return message_attribute(parser, id & 0xffff, &value);
	case TNEF_LEVEL_ATTACHMENT:
		return attachment_attribute(parser, id & 0xffff, &value);
	default:
		return FALSE;
	}
}

bool eas_tnef_parse(pool_t pool, const void *data, size_t size, struct eas_tnef *tnef_r)
{
	struct tnef_reader reader;
	struct tnef_parser parser = { .pool = pool, .tnef = tnef_r };

	i_zero(tnef_r);
	tnef_r->text_charset = tnef_r->html_charset = "windows-1252";
	p_array_init(&tnef_r->attachments, pool, 4);
	if (size < TNEF_HEADER_BYTES || size > EAS_TNEF_MAX_BYTES ||
	    le32_to_cpu_unaligned(data) != TNEF_SIGNATURE)
		return FALSE;
	reader.pos = CONST_PTR_OFFSET(data, TNEF_HEADER_BYTES);
	reader.end = CONST_PTR_OFFSET(data, size);
	while (reader.pos < reader.end) {
		if (!parse_attribute(&parser, &reader))
			return FALSE;
	}
	return TRUE;
}
