/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_BODY_H
#define EAS_BODY_H

/* Which body the device wants, and making it: type preference, truncation on a character
   boundary, preview, HTML <-> text, MIME.

   MS-ASAIRS "BodyPreference", "Body", "Data", "Truncated", "EstimatedDataSize", "Preview" */

#include "eas-version.h"

struct wbxml_node;

enum eas_body_type {
	EAS_BODY_TYPE_NONE	= 0,
	EAS_BODY_TYPE_TEXT	= 1,
	EAS_BODY_TYPE_HTML	= 2,
	EAS_BODY_TYPE_RTF	= 3,
	EAS_BODY_TYPE_MIME	= 4
};

/* Sync Options MIMESupport */
enum eas_mime_support {
	EAS_MIME_SUPPORT_NEVER	= 0,
	EAS_MIME_SUPPORT_SMIME	= 1,
	EAS_MIME_SUPPORT_ALWAYS	= 2
};

struct eas_body_preference {
	enum eas_body_type type;
	/* bytes; UOFF_T_MAX = whole */
	uoff_t truncation_size;
	bool all_or_none;
	/* characters, 0 = none, at most 255 (14.0) */
	unsigned int preview;
};
#define EAS_BODY_MAX_PREFERENCES 4

struct eas_body_options {
	enum eas_version version;
	/* in the order of the device's wish */
	struct eas_body_preference preferences[EAS_BODY_MAX_PREFERENCES];
	unsigned int preferences_count;
	/* sent at all? (quirk 48) */
	bool mime_support_sent;
	enum eas_mime_support mime_support;
	/* bytes; UOFF_T_MAX = whole */
	uoff_t mime_truncation_size;
};

/* Take BodyPreference, MIMESupport and MIMETruncation out of an Options element (Sync,
   ItemOperations, Search). node may be NULL: no preference, no body data.
   Returns 0, or -1 with a sentence: not legal (Status 4). */
int eas_body_options_parse(const struct wbxml_node *options_node,
			   enum eas_version version,
			   struct eas_body_options *options_r,
			   const char **error_r);

#endif
