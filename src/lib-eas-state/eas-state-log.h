/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATE_LOG_H
#define EAS_STATE_LOG_H

/* A subject that grows: what was written whole, and records that were appended since, so that a small change of
   something large costs little. A record is there whole or not at all. docs/state-format.md "Records" */

#include "eas-state-store.h"

/* where the next record goes */
struct eas_state_end {
	ino_t ino;
	/* of the file; more than offset if a crash left half a record */
	uoff_t file_size;
	uoff_t offset;
	uint32_t checksum;
};

struct eas_state_record {
	const unsigned char *data;
	size_t size;
};

struct eas_state_log {
	/* as it was written whole */
	struct eas_state_record whole;
	/* in the order in which they were appended */
	ARRAY(struct eas_state_record) records;
	struct eas_state_end end;
};

/* As eas_state_store_read_formats(); everything lives in pool. */
enum eas_state_result
eas_state_log_read(struct eas_state_store *store, const char *name, unsigned int oldest,
		   unsigned int newest, pool_t pool, unsigned int *format_r,
		   struct eas_state_log *log_r);
/* Write it whole; records are gone. Returns 0, -1 (logged). */
int eas_state_log_write(struct eas_state_store *store, const char *name, unsigned int format,
			const void *data, size_t size, struct eas_state_end *end_r);
/* Append a record; the store must be locked. durable: it survives a crash of the machine. Returns 1; 0 = the file is
   not the one that end is of; -1 = it cannot be written (logged). */
int eas_state_log_append(struct eas_state_store *store, const char *name,
			 struct eas_state_end *end, const void *data, size_t size,
			 bool durable);

#endif
