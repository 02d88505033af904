/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_VERSION_H
#define EAS_VERSION_H

/* Protocol versions: rows of eas-versions.def, in order, so that "since" is a comparison. */

enum eas_version {
#define EAS_VERSION(ident, number, name) EAS_VERSION_##ident = number,
#include "eas-versions.def"
	EAS_VERSION_ANY = 0
};

/* "16.1" -> EAS_VERSION_16_1. Returns -1 for anything we do not speak. */
int eas_version_parse(const char *str, enum eas_version *version_r);
/* "16.1": exactly as it stands in MS-ASProtocolVersion. */
const char *eas_version_get_name(enum eas_version version);
/* The base64 query's version byte (121 = 12.1). Returns -1 for unknown. */
int eas_version_from_byte(unsigned int byte, enum eas_version *version_r);
/* "12.1,14.0,..." up to max: the text of MS-ASProtocolVersions. */
const char *eas_version_list(enum eas_version max);

#endif
