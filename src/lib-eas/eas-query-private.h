/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_QUERY_PRIVATE_H
#define EAS_QUERY_PRIVATE_H

/* Between the two halves: eas-query-read.c decodes, eas-query.c judges. */

/* 0..8 are the tags of the base64 form.
   MS-ASHTTP "Command Parameters" (2.2.1.1.1.1.3) */
enum eas_query_parameter {
	EAS_QUERY_ATTACHMENT_NAME	= 0,
	EAS_QUERY_COLLECTION_ID		= 1,
	EAS_QUERY_ITEM_ID		= 3,
	EAS_QUERY_LONG_ID		= 4,
	EAS_QUERY_PARENT_ID		= 5,
	EAS_QUERY_OCCURRENCE		= 6,
	EAS_QUERY_OPTIONS		= 7,
	EAS_QUERY_USER			= 8,
	/* fields of their own in the base64 form */
	EAS_QUERY_CMD,
	EAS_QUERY_DEVICE_ID,
	EAS_QUERY_DEVICE_TYPE,
	EAS_QUERY_SAVE_IN_SENT,

	EAS_QUERY_PARAMETER_COUNT
};
/* of EAS_QUERY_OPTIONS */
#define EAS_QUERY_OPTION_SAVE_IN_SENT 0x01
#define EAS_QUERY_OPTION_ACCEPT_MULTIPART 0x02

/* What the query says, decoded but not judged. */
struct eas_query {
	/* NULL = not given */
	const char *params[EAS_QUERY_PARAMETER_COUNT];

	/* of the base64 form only */
	bool is_base64;
	unsigned int version, command_code;
	const unsigned char *device_id;
	size_t device_id_size;
	uint32_t policy_key;
	bool has_policy_key;
	unsigned int options;
};

/* Either form; "" is a query that says nothing. Strings are in the data stack.
   Returns FALSE if it is neither. */
bool eas_query_read(const char *text, struct eas_query *query_r);

#endif
