/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SYNC_KEY_H
#define EAS_SYNC_KEY_H

/* A collection's SyncKey: "5f3a9c21-12". The first part is drawn at random when the device starts
   the folder at key 0, the second counts the answers. So neither an invented key nor one from
   before a restart is taken for a current one. To the client it is an opaque string.

   MS-ASCMD "SyncKey (Sync)" (2.2.3.181.4) */

struct eas_sync_key {
	/* never 0 */
	uint32_t instance;
	/* 1 = answer to key 0 */
	uint32_t counter;
};

#define EAS_SYNC_KEY_MAX_LENGTH (8 + 1 + 10)

/* Returns 1 = a key of ours, 0 = "0", -1 = anything else. */
int eas_sync_key_parse(const char *str, struct eas_sync_key *key_r);
/* On the data stack. */
const char *eas_sync_key_format(const struct eas_sync_key *key);

#endif
