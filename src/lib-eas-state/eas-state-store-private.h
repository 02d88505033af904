/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATE_STORE_PRIVATE_H
#define EAS_STATE_STORE_PRIVATE_H

/* What eas-state-log.c needs of the files. */

#include "eas-state-store.h"

#define STATE_HEADER_SIZE 24

struct eas_state_store {
	struct event *event;
	/* <root>/<device id> */
	char *dir;
	char *lock_path;
	struct file_lock *lock;
};

/* of the subject's file; data stack */
const char *eas_state_store_path(const struct eas_state_store *store, const char *name);
/* Put a damaged file aside, if the store is locked. */
void eas_state_store_set_aside(struct eas_state_store *store, const char *path);
/* header: STATE_HEADER_SIZE bytes */
uint32_t eas_state_header_checksum(const unsigned char *header);
/* As eas_state_store_read_formats(). file_size_r != NULL: more may follow behind the payload; the file has so many
   bytes with it. The header stands before the payload. */
enum eas_state_result
eas_state_store_read_file(struct eas_state_store *store, const char *name,
			  unsigned int oldest, unsigned int newest, pool_t pool,
			  unsigned int *format_r, const unsigned char **data_r,
			  size_t *size_r, size_t *file_size_r);
/* As eas_state_store_write(). */
int eas_state_store_write_file(struct eas_state_store *store, const char *name,
			       unsigned int format, const void *data, size_t size,
			       uint32_t *checksum_r);

#endif
