/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "crc32.h"
#include "file-create-locked.h"
#include "mkdir-parents.h"
#include "read-full.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "eas-request.h"
#include "eas-state-store-private.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_DIR_MODE 0700
#define STATE_FILE_MODE 0600
/* ".": no subject and no device is called so */
#define STATE_TEMP_SUFFIX ".tmp"
#define STATE_DAMAGED_SUFFIX ".bad"
#define STATE_NEWER_SUFFIX ".newer"
#define STATE_LOCK_SUFFIX ".lock"

/* docs/state-format.md "Header". Numbers are big-endian. */
#define STATE_MAGIC "DPstate"
#define STATE_MAGIC_SIZE 7
#define STATE_HEADER_VERSION 1
enum state_header_offset {
	STATE_OFFSET_MAGIC	= 0,
	STATE_OFFSET_VERSION	= 7,
	STATE_OFFSET_FORMAT	= 8,
	STATE_OFFSET_SIZE	= 12,
	STATE_OFFSET_CHECKSUM	= 20
};

static bool state_name_is_valid(const char *name)
{
	if (name[0] == '\0')
		return FALSE;
	for (; *name != '\0'; name++) {
		if (!i_isalnum(*name) && *name != '-')
			return FALSE;
	}
	return TRUE;
}

static struct eas_state_store *
state_store_init(const char *root, const char *name, struct event *event_parent)
{
	struct eas_state_store *store;

	store = i_new(struct eas_state_store, 1);
	store->event = event_create(event_parent);
	store->dir = i_strconcat(root, "/", name, NULL);
	store->lock_path = i_strconcat(store->dir, STATE_LOCK_SUFFIX, NULL);
	return store;
}

struct eas_state_store *
eas_state_store_init(const char *root, const char *device_id, struct event *event_parent)
{
	i_assert(strlen(device_id) <= EAS_DEVICE_ID_MAX_LENGTH &&
		 state_name_is_valid(device_id) &&
		 strcmp(device_id, EAS_STATE_USER_NAME) != 0);

	return state_store_init(root, device_id, event_parent);
}

struct eas_state_store *eas_state_store_init_user(const char *root, struct event *event_parent)
{
	return state_store_init(root, EAS_STATE_USER_NAME, event_parent);
}

void eas_state_store_deinit(struct eas_state_store **_store)
{
	struct eas_state_store *store = *_store;

	*_store = NULL;
	eas_state_store_unlock(store);
	event_unref(&store->event);
	i_free(store->lock_path);
	i_free(store->dir);
	i_free(store);
}

/*
 * Lock
 */

int eas_state_store_lock(struct eas_state_store *store)
{
	static const struct file_create_settings set = {
		.lock_timeout_secs = EAS_STATE_LOCK_SECS,
		.lock_settings = {
			.lock_method = FILE_LOCK_METHOD_FCNTL,
			.close_on_free = TRUE,
		},
		.mode = STATE_FILE_MODE,
		.mkdir_mode = STATE_DIR_MODE,
	};
	const char *error;
	bool created;

	i_assert(store->lock == NULL);

	if (file_create_locked(store->lock_path, &set, &store->lock,
			       &created, &error) < 0) {
		e_error(store->event, "Cannot lock the device: %s", error);
		return -1;
	}
	return 0;
}

/* The lock file stays as long as the device does: the next request
   need not make it again. */
void eas_state_store_unlock(struct eas_state_store *store)
{
	if (store->lock == NULL)
		return;
	if (access(store->dir, F_OK) < 0 && errno == ENOENT)
		file_lock_set_unlink_on_free(store->lock, TRUE);
	file_lock_free(&store->lock);
}

/*
 * Header
 */

const char *eas_state_store_path(const struct eas_state_store *store, const char *name)
{
	i_assert(state_name_is_valid(name));
	return t_strconcat(store->dir, "/", name, NULL);
}

static void state_header_make(unsigned char header_r[STATE_HEADER_SIZE],
			      unsigned int format, const void *data, size_t size)
{
	uint32_t crc;

	memcpy(header_r + STATE_OFFSET_MAGIC, STATE_MAGIC, STATE_MAGIC_SIZE);
	header_r[STATE_OFFSET_VERSION] = STATE_HEADER_VERSION;
	cpu32_to_be_unaligned(format, header_r + STATE_OFFSET_FORMAT);
	cpu64_to_be_unaligned(size, header_r + STATE_OFFSET_SIZE);
	crc = crc32_data(header_r, STATE_OFFSET_CHECKSUM);
	crc = crc32_data_more(crc, data, size);
	cpu32_to_be_unaligned(crc, header_r + STATE_OFFSET_CHECKSUM);
}

uint32_t eas_state_header_checksum(const unsigned char *header)
{
	return be32_to_cpu_unaligned(header + STATE_OFFSET_CHECKSUM);
}

/* Returns NULL if it is whole and of one of these formats, else what is wrong. *size becomes that of
   header and payload, where more may follow. */
static const char *
state_file_check(const unsigned char *data, size_t *_size, bool more_may_follow,
		 unsigned int oldest, unsigned int newest, unsigned int *format_r,
		 bool *damaged_r, bool *newer_r)
{
	size_t size = *_size;
	uint64_t payload;
	unsigned char header[STATE_HEADER_SIZE];
	unsigned int file_format;

	*damaged_r = TRUE;
	*newer_r = FALSE;
	if (size < STATE_HEADER_SIZE)
		return "it is too short";
	if (memcmp(data, STATE_MAGIC, STATE_MAGIC_SIZE) != 0)
		return "it is not a state file";
	if (data[STATE_OFFSET_VERSION] > STATE_HEADER_VERSION) {
		*damaged_r = FALSE;
		*newer_r = TRUE;
		return "a newer version wrote it";
	}
	payload = be64_to_cpu_unaligned(data + STATE_OFFSET_SIZE);
	if (more_may_follow && payload < size - STATE_HEADER_SIZE)
		*_size = size = STATE_HEADER_SIZE + payload;
	file_format = be32_to_cpu_unaligned(data + STATE_OFFSET_FORMAT);
	state_header_make(header, file_format, data + STATE_HEADER_SIZE,
			  size - STATE_HEADER_SIZE);
	if (memcmp(data, header, STATE_HEADER_SIZE) != 0)
		return "size or checksum is wrong";
	*damaged_r = FALSE;
	*format_r = file_format;
	if (file_format > newest) {
		*newer_r = TRUE;
		return "a newer version wrote it";
	}
	return file_format < oldest ? "an older version wrote it" : NULL;
}

/*
 * Read
 */

/* Returns 1, 0 = there is no such file, -1 = cannot be read now (logged). */
static int
state_file_read(struct eas_state_store *store, const char *path, pool_t pool,
		unsigned char **data_r, size_t *size_r)
{
	struct stat st;
	int fd, ret;

	if ((fd = open(path, O_RDONLY)) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		e_error(store->event, "open(%s) failed: %m", path);
		return -1;
	}
	if (fstat(fd, &st) < 0) {
		e_error(store->event, "fstat(%s) failed: %m", path);
		ret = -1;
	} else {
		*size_r = I_MIN((uoff_t)st.st_size, STATE_HEADER_SIZE + EAS_STATE_MAX_BYTES);
		*data_r = p_malloc(pool, *size_r + 1);
		if ((ret = read_full(fd, *data_r, *size_r)) < 0)
			e_error(store->event, "read(%s) failed: %m", path);
		else if (ret == 0) {
			/* shorter than a moment ago */
			*size_r = 0;
			ret = 1;
		}
	}
	i_close_fd(&fd);
	return ret;
}

/* Put a damaged file aside: it is logged once, and somebody can look at it. */
void eas_state_store_set_aside(struct eas_state_store *store, const char *path)
{
	const char *aside = t_strconcat(path, STATE_DAMAGED_SUFFIX, NULL);

	if (store->lock != NULL && rename(path, aside) < 0 && errno != ENOENT)
		e_error(store->event, "rename(%s, %s) failed: %m", path, aside);
}

/* It stays where it is until it is replaced; a second name keeps it for an upgrade that is made again. */
static void
state_file_keep_newer(struct eas_state_store *store, const char *path)
{
	const char *kept = t_strconcat(path, STATE_NEWER_SUFFIX, NULL);

	if (store->lock == NULL)
		return;
	i_unlink_if_exists(kept);
	if (link(path, kept) < 0 && errno != ENOENT)
		e_error(store->event, "link(%s, %s) failed: %m", path, kept);
}

enum eas_state_result
eas_state_store_read(struct eas_state_store *store, const char *name, unsigned int format,
		     pool_t pool, const unsigned char **data_r, size_t *size_r)
{
	return eas_state_store_read_formats(store, name, format, format, pool,
					    &format, data_r, size_r);
}

enum eas_state_result
eas_state_store_read_formats(struct eas_state_store *store, const char *name,
			     unsigned int oldest, unsigned int newest, pool_t pool,
			     unsigned int *format_r, const unsigned char **data_r,
			     size_t *size_r)
{
	return eas_state_store_read_file(store, name, oldest, newest, pool, format_r,
					 data_r, size_r, NULL);
}

enum eas_state_result
eas_state_store_read_file(struct eas_state_store *store, const char *name,
			  unsigned int oldest, unsigned int newest, pool_t pool,
			  unsigned int *format_r, const unsigned char **data_r,
			  size_t *size_r, size_t *file_size_r)
{
	const char *path = eas_state_store_path(store, name);
	const char *error;
	unsigned char *data;
	size_t size;
	bool damaged, newer;
	int ret;

	*data_r = NULL;
	*size_r = 0;
	if ((ret = state_file_read(store, path, pool, &data, &size)) < 0)
		return EAS_STATE_TEMPFAIL;
	if (ret == 0)
		return EAS_STATE_NONE;
	if (file_size_r != NULL)
		*file_size_r = size;
	error = state_file_check(data, &size, file_size_r != NULL, oldest, newest,
				 format_r, &damaged, &newer);
	if (error != NULL) {
		e_error(store->event, "State file %s is ignored: %s", path, error);
		if (damaged)
			eas_state_store_set_aside(store, path);
		else if (newer)
			state_file_keep_newer(store, path);
		return EAS_STATE_CORRUPT;
	}
	*data_r = data + STATE_HEADER_SIZE;
	*size_r = size - STATE_HEADER_SIZE;
	return EAS_STATE_OK;
}

/*
 * Write
 */

static int
state_dir_sync(struct eas_state_store *store, const char *dir)
{
	int fd, ret;

	if ((fd = open(dir, O_RDONLY | O_DIRECTORY)) == -1) {
		e_error(store->event, "open(%s) failed: %m", dir);
		return -1;
	}
	/* not every file system can */
	if ((ret = fsync(fd)) < 0 && errno == EINVAL)
		ret = 0;
	if (ret < 0)
		e_error(store->event, "fsync(%s) failed: %m", dir);
	i_close_fd(&fd);
	return ret;
}

static int state_dir_create(struct eas_state_store *store)
{
	const char *root = t_strdup_until(store->dir, strrchr(store->dir, '/'));

	if (mkdir_parents(store->dir, STATE_DIR_MODE) == 0)
		return state_dir_sync(store, root);
	if (errno == EEXIST)
		return 0;
	e_error(store->event, "mkdir(%s) failed: %m", store->dir);
	return -1;
}

static int
state_file_write(struct eas_state_store *store, int fd, const char *path,
		 const unsigned char *header, const void *data, size_t size)
{
	if (write_full(fd, header, STATE_HEADER_SIZE) < 0 ||
	    write_full(fd, data, size) < 0) {
		e_error(store->event, "write(%s) failed: %m", path);
		return -1;
	}
	if (fdatasync(fd) < 0) {
		e_error(store->event, "fdatasync(%s) failed: %m", path);
		return -1;
	}
	return 0;
}

static int
state_file_replace(struct eas_state_store *store, const char *path,
		   const unsigned char *header, const void *data, size_t size)
{
	const char *temp_path = t_strconcat(path, STATE_TEMP_SUFFIX, NULL);
	bool is_new = access(path, F_OK) < 0;
	int fd, ret;

	fd = open(temp_path, O_WRONLY | O_CREAT | O_TRUNC, STATE_FILE_MODE);
	if (fd == -1 && errno == ENOENT) {
		if (state_dir_create(store) < 0)
			return -1;
		fd = open(temp_path, O_WRONLY | O_CREAT | O_TRUNC, STATE_FILE_MODE);
	}
	if (fd == -1) {
		e_error(store->event, "open(%s) failed: %m", temp_path);
		return -1;
	}
	ret = state_file_write(store, fd, temp_path, header, data, size);
	/* NFS tells of a full disk here */
	if (close(fd) < 0 && ret == 0) {
		e_error(store->event, "close(%s) failed: %m", temp_path);
		ret = -1;
	}
	if (ret == 0 && (ret = rename(temp_path, path)) < 0)
		e_error(store->event, "rename(%s, %s) failed: %m", temp_path, path);
	if (ret < 0)
		i_unlink_if_exists(temp_path);
	else if (is_new) {
		/* Without it a crash could leave no file at all. One that was
		   replaced is there in any case, in its old or its new form. */
		ret = state_dir_sync(store, store->dir);
	}
	return ret;
}

int eas_state_store_write(struct eas_state_store *store, const char *name,
			  unsigned int format, const void *data, size_t size)
{
	uint32_t checksum;

	return eas_state_store_write_file(store, name, format, data, size, &checksum);
}

int eas_state_store_write_file(struct eas_state_store *store, const char *name,
			       unsigned int format, const void *data, size_t size,
			       uint32_t *checksum_r)
{
	unsigned char header[STATE_HEADER_SIZE];
	int ret;

	i_assert(store->lock != NULL);

	if (size > EAS_STATE_MAX_BYTES) {
		e_error(store->event, "State %s is too large (%zu bytes)", name, size);
		return -1;
	}
	state_header_make(header, format, data, size);
	*checksum_r = eas_state_header_checksum(header);
	T_BEGIN {
		ret = state_file_replace(store, eas_state_store_path(store, name), header,
					 data, size);
	} T_END;
	return ret;
}

void eas_state_store_get_stamp(struct eas_state_store *store, const char *name,
			       struct eas_state_stamp *stamp_r)
{
	struct stat st;

	i_zero(stamp_r);
	if (stat(eas_state_store_path(store, name), &st) < 0)
		return;
	stamp_r->ino = st.st_ino;
	stamp_r->size = st.st_size;
	stamp_r->mtime = st.st_mtime;
	stamp_r->mtime_nsecs = ST_MTIME_NSEC(st);
	stamp_r->ctime = st.st_ctime;
	stamp_r->ctime_nsecs = ST_CTIME_NSEC(st);
}

time_t eas_state_store_get_written(struct eas_state_store *store, const char *name)
{
	const char *path = eas_state_store_path(store, name);
	struct stat st;

	if (stat(path, &st) == 0 ||
	    stat(t_strconcat(path, STATE_DAMAGED_SUFFIX, NULL), &st) == 0)
		return st.st_mtime;
	return 0;
}

int eas_state_store_delete(struct eas_state_store *store, const char *name)
{
	const char *path = t_strconcat(store->dir, "/", name, NULL);

	i_assert(store->lock != NULL);
	i_assert(state_name_is_valid(name));

	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR) {
		e_error(store->event, "unlink(%s) failed: %m", path);
		return -1;
	}
	return 0;
}

/*
 * List
 */

/* Returns 0, -1 with the reason. A directory that is not there is empty. */
static int
state_dir_list(const char *dir, size_t max_length, pool_t pool,
	       ARRAY_TYPE(const_string) *names_r, const char **error_r)
{
	struct dirent *d;
	DIR *dirp;
	int ret = 0;

	p_array_init(names_r, pool, 16);
	if ((dirp = opendir(dir)) == NULL) {
		if (errno == ENOENT)
			return 0;
		*error_r = t_strdup_printf("opendir(%s) failed: %m", dir);
		return -1;
	}
	for (errno = 0; (d = readdir(dirp)) != NULL; errno = 0) {
		if (state_name_is_valid(d->d_name) && strlen(d->d_name) <= max_length &&
		    strcmp(d->d_name, EAS_STATE_USER_NAME) != 0) {
			const char *name = p_strdup(pool, d->d_name);

			array_push_back(names_r, &name);
		}
	}
	if (errno != 0) {
		*error_r = t_strdup_printf("readdir(%s) failed: %m", dir);
		ret = -1;
	}
	if (closedir(dirp) < 0 && ret == 0) {
		*error_r = t_strdup_printf("closedir(%s) failed: %m", dir);
		ret = -1;
	}
	array_sort(names_r, i_strcmp_p);
	return ret;
}

int eas_state_store_list(struct eas_state_store *store, pool_t pool,
			 ARRAY_TYPE(const_string) *names_r)
{
	const char *error;

	if (state_dir_list(store->dir, NAME_MAX, pool, names_r, &error) < 0) {
		e_error(store->event, "%s", error);
		return -1;
	}
	return 0;
}

int eas_state_store_devices(const char *root, pool_t pool,
			    ARRAY_TYPE(const_string) *device_ids_r,
			    const char **error_r)
{
	/* the directory is the user's, who may put there what no device is called */
	return state_dir_list(root, EAS_DEVICE_ID_MAX_LENGTH, pool, device_ids_r, error_r);
}

int eas_state_store_remove(struct eas_state_store **_store)
{
	struct eas_state_store *store = *_store;
	const char *error;
	int ret = 0;

	i_assert(store->lock != NULL);

	if (unlink_directory(store->dir, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0) {
		e_error(store->event, "Cannot remove the device: %s", error);
		ret = -1;
	}
	eas_state_store_deinit(_store);
	return ret;
}
