/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "write-full.h"
#include "eas-state-store-private.h"
#include "eas-state-log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* docs/state-format.md "Records". Numbers are big-endian. The checksum goes on from the one before, so that a record is
   never taken for one of another file. */
#define RECORD_HEADER_SIZE 8
enum record_offset {
	RECORD_OFFSET_SIZE	= 0,
	RECORD_OFFSET_CHECKSUM	= 4
};

static void record_header_make(unsigned char header_r[RECORD_HEADER_SIZE],
			       uint32_t before, const void *data, size_t size)
{
	uint32_t crc;

	cpu32_to_be_unaligned(size, header_r + RECORD_OFFSET_SIZE);
	crc = crc32_data_more(before, header_r, RECORD_OFFSET_CHECKSUM);
	crc = crc32_data_more(crc, data, size);
	cpu32_to_be_unaligned(crc, header_r + RECORD_OFFSET_CHECKSUM);
}

static uint32_t record_header_checksum(const unsigned char *header)
{
	return be32_to_cpu_unaligned(header + RECORD_OFFSET_CHECKSUM);
}

/* The record at the end. Returns 1, 0 = there is none, or it is cut off: nobody was told of it; -1 = it is damaged. */
static int record_parse(const unsigned char *file, const struct eas_state_end *end,
			struct eas_state_record *record_r)
{
	const unsigned char *data = file + end->offset;
	size_t left = end->file_size - end->offset;
	unsigned char header[RECORD_HEADER_SIZE];

	if (left < RECORD_HEADER_SIZE)
		return 0;
	record_r->size = be32_to_cpu_unaligned(data + RECORD_OFFSET_SIZE);
	record_r->data = data + RECORD_HEADER_SIZE;
	if (record_r->size == 0 || record_r->size > left - RECORD_HEADER_SIZE)
		return 0;
	record_header_make(header, end->checksum, record_r->data, record_r->size);
	return memcmp(header, data, RECORD_HEADER_SIZE) == 0 ? 1 : -1;
}

static ino_t log_get_ino(struct eas_state_store *store, const char *name)
{
	struct eas_state_stamp stamp;

	eas_state_store_get_stamp(store, name, &stamp);
	return stamp.ino;
}

enum eas_state_result
eas_state_log_read(struct eas_state_store *store, const char *name, unsigned int oldest,
		   unsigned int newest, pool_t pool, unsigned int *format_r,
		   struct eas_state_log *log_r)
{
	ino_t ino = log_get_ino(store, name);
	struct eas_state_record record;
	enum eas_state_result result;
	const unsigned char *file;
	size_t file_size;
	int ret;

	i_zero(log_r);
	p_array_init(&log_r->records, pool, 8);
	result = eas_state_store_read_file(store, name, oldest, newest, pool, format_r,
					   &log_r->whole.data, &log_r->whole.size,
					   &file_size);
	if (result != EAS_STATE_OK)
		return result;
	file = log_r->whole.data - STATE_HEADER_SIZE;
	log_r->end.ino = ino;
	log_r->end.file_size = file_size;
	log_r->end.offset = STATE_HEADER_SIZE + log_r->whole.size;
	log_r->end.checksum = eas_state_header_checksum(file);
	while ((ret = record_parse(file, &log_r->end, &record)) > 0) {
		array_push_back(&log_r->records, &record);
		log_r->end.checksum = record_header_checksum(file + log_r->end.offset);
		log_r->end.offset += RECORD_HEADER_SIZE + record.size;
	}
	if (ret < 0) {
		const char *path = eas_state_store_path(store, name);

		e_error(store->event, "State file %s is ignored: a record is damaged", path);
		eas_state_store_set_aside(store, path);
		return EAS_STATE_CORRUPT;
	}
	return EAS_STATE_OK;
}

int eas_state_log_write(struct eas_state_store *store, const char *name, unsigned int format,
			const void *data, size_t size, struct eas_state_end *end_r)
{
	i_zero(end_r);
	if (eas_state_store_write_file(store, name, format, data, size, &end_r->checksum) < 0)
		return -1;
	end_r->ino = log_get_ino(store, name);
	end_r->file_size = end_r->offset = STATE_HEADER_SIZE + size;
	return 0;
}

/* What cannot be written whole is taken away again. Returns 0, -1. */
static int
record_write(struct eas_state_store *store, const char *path, int fd,
	     const struct eas_state_end *end, const unsigned char *header,
	     const void *data, size_t size, bool durable)
{
	if (end->file_size > end->offset && ftruncate(fd, end->offset) < 0) {
		e_error(store->event, "ftruncate(%s) failed: %m", path);
		return -1;
	}
	if (pwrite_full(fd, header, RECORD_HEADER_SIZE, end->offset) < 0 ||
	    pwrite_full(fd, data, size, end->offset + RECORD_HEADER_SIZE) < 0) {
		e_error(store->event, "write(%s) failed: %m", path);
	} else if (durable && fdatasync(fd) < 0) {
		e_error(store->event, "fdatasync(%s) failed: %m", path);
	} else {
		return 0;
	}
	if (ftruncate(fd, end->offset) < 0)
		e_error(store->event, "ftruncate(%s) failed: %m", path);
	return -1;
}

int eas_state_log_append(struct eas_state_store *store, const char *name,
			 struct eas_state_end *end, const void *data, size_t size,
			 bool durable)
{
	const char *path = eas_state_store_path(store, name);
	unsigned char header[RECORD_HEADER_SIZE];
	struct stat st;
	int fd, ret = 0;

	i_assert(store->lock != NULL);
	i_assert(size > 0 && size <= UINT32_MAX);

	if ((fd = open(path, O_WRONLY)) == -1) {
		if (errno == ENOENT)
			return 0;
		e_error(store->event, "open(%s) failed: %m", path);
		return -1;
	}
	if (fstat(fd, &st) < 0) {
		e_error(store->event, "fstat(%s) failed: %m", path);
		ret = -1;
	} else if (st.st_ino == end->ino && (uoff_t)st.st_size == end->file_size &&
		   end->offset + RECORD_HEADER_SIZE + size <= EAS_STATE_MAX_BYTES) {
		record_header_make(header, end->checksum, data, size);
		ret = record_write(store, path, fd, end, header, data, size, durable) < 0 ?
			-1 : 1;
	}
	/* NFS tells of a full disk here */
	if (close(fd) < 0 && ret > 0) {
		e_error(store->event, "close(%s) failed: %m", path);
		ret = -1;
	}
	if (ret > 0) {
		end->checksum = record_header_checksum(header);
		end->offset += RECORD_HEADER_SIZE + size;
		end->file_size = end->offset;
	}
	return ret;
}
