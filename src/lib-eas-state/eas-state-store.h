/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATE_STORE_H
#define EAS_STATE_STORE_H

/* Where the server keeps what it remembers about a device: the only file that knows.
   <root>/<device id>/<name>, one file a subject ("device", "folder-<id>"), written whole
   by temp file, fdatasync and rename, with a versioned header and a checksum. One lock a
   device. docs/state-format.md has the bytes. */

struct eas_state_store;

/* where a device has its id; no device is called so */
#define EAS_STATE_USER_NAME "all-devices"

#define EAS_STATE_LOCK_SECS 30
#define EAS_STATE_MAX_BYTES (64*1024*1024)

enum eas_state_result {
	EAS_STATE_OK = 1,
	EAS_STATE_NONE = 0,
	/* cannot be read or written now: change nothing, answer "try again" */
	EAS_STATE_TEMPFAIL = -1,
	/* is there but damaged, or written by a newer version: as good as lost (logged) */
	EAS_STATE_CORRUPT = -2
};

/* device_id: [A-Za-z0-9]{1,32}, checked (assert). Nothing is created before the first write. */
struct eas_state_store *
eas_state_store_init(const char *root, const char *device_id, struct event *event_parent);
/* The store of what the user wants on all devices. It has a lock of its own; who holds a device's
   lock too took that one first. */
struct eas_state_store *eas_state_store_init_user(const char *root, struct event *event_parent);
/* Unlocks. */
void eas_state_store_deinit(struct eas_state_store **store);

/* Take the device's lock, across processes and hosts. Returns 0, -1 on failure (logged) or
   after EAS_STATE_LOCK_SECS. Not recursive. */
int eas_state_store_lock(struct eas_state_store *store);
void eas_state_store_unlock(struct eas_state_store *store);

/* Payload in pool. type is the subject's format version. */
enum eas_state_result
eas_state_store_read(struct eas_state_store *store, const char *name, unsigned int format,
		     pool_t pool, const unsigned char **data_r, size_t *size_r);
/* The same, of any format from oldest to newest; *format_r is the one it has. */
enum eas_state_result
eas_state_store_read_formats(struct eas_state_store *store, const char *name,
			     unsigned int oldest, unsigned int newest, pool_t pool,
			     unsigned int *format_r, const unsigned char **data_r,
			     size_t *size_r);
int eas_state_store_write(struct eas_state_store *store, const char *name,
			  unsigned int format, const void *data, size_t size);
/* Which file a subject is at the moment: another one after each write. All zero = there is none. */
struct eas_state_stamp {
	ino_t ino;
	off_t size;
	time_t mtime, ctime;
	unsigned long mtime_nsecs, ctime_nsecs;
};
void eas_state_store_get_stamp(struct eas_state_store *store, const char *name,
			       struct eas_state_stamp *stamp_r);
/* When a subject was written, also if it was damaged and has been set aside since; 0 = never. */
time_t eas_state_store_get_written(struct eas_state_store *store, const char *name);
int eas_state_store_delete(struct eas_state_store *store, const char *name);
/* Names of all subjects of the device. */
int eas_state_store_list(struct eas_state_store *store, pool_t pool,
			 ARRAY_TYPE(const_string) *names_r);

/* The devices below root. */
int eas_state_store_devices(const char *root, pool_t pool,
			    ARRAY_TYPE(const_string) *device_ids_r,
			    const char **error_r);
/* Forget the device altogether. */
int eas_state_store_remove(struct eas_state_store **store);

#endif
