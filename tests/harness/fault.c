/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into front and workers: lets the n-th operation of a worker fail, or kills it
   there; sets the clock of all. fault.py makes it and holds the other end of struct control. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OFF, FAIL, KILL };
/* which operations count: on the user's files, on those of ours only, locks of the user's
   files, allocations, and on the FIFO that tells the front */
enum { FILES, OURS, LOCKS, MEMORY, FIFO };

struct control {
	/* what to do at operation number n */
	uint32_t action, n, error;
	/* operations since it was armed */
	uint32_t count;
	/* 1: it was done; name: where */
	uint32_t fired;
	uint32_t kind;
	char name[40];
	/* added to CLOCK_REALTIME */
	int64_t clock_secs;
};

static struct control *control;
/* only files below it */
static const char *prefix;
static size_t prefix_len;
/* what fails is a worker's */
static bool is_worker;

__attribute__((constructor)) static void fault_init(void)
{
	const char *path = getenv("FAULT_CONTROL");
	int fd;

	prefix = getenv("FAULT_PREFIX");
	if (path == NULL || prefix == NULL)
		return;
	/* the process writes its title over its environment */
	prefix = strdup(prefix);
	prefix_len = strlen(prefix);
	is_worker = strstr(program_invocation_short_name, "worker") != NULL;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		control = NULL;
	close(fd);
}

static bool is_ours(const char *path)
{
	if (path != NULL && control->kind == FIFO)
		return strstr(path, "/directpush-notify") != NULL;
	return path != NULL && strncmp(path, prefix, prefix_len) == 0 &&
		(control->kind != OURS || strstr(path, "/directpush/") != NULL);
}

static bool is_our_fd(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t len;
	int old_errno = errno;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	errno = old_errno;
	if (len < 0)
		return false;
	path[len] = '\0';
	return is_ours(path);
}

/* Count one. Returns true if it is to fail. */
static bool fault_due(const char *name)
{
	if (__atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST) != control->n)
		return false;
	strncpy(control->name, name, sizeof(control->name) - 1);
	__atomic_store_n(&control->fired, 1, __ATOMIC_SEQ_CST);
	if (control->action == KILL)
		kill(getpid(), SIGKILL);
	errno = (int)control->error;
	return true;
}

#define ARMED() (control != NULL && control->action != OFF && is_worker)
#define ARMED_FILES() (ARMED() && control->kind != LOCKS && control->kind != MEMORY)
#define FAULT_PATH(path, name) (ARMED_FILES() && is_ours(path) && fault_due(name))
#define FAULT_FD(fd, name) (ARMED_FILES() && is_our_fd(fd) && fault_due(name))
#define FAULT_MEMORY(name) (ARMED() && control->kind == MEMORY && fault_due(name))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name) \
int name(const char *path, int flags, ...) \
{ \
	mode_t mode = 0; \
	if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
		va_list args; \
		va_start(args, flags); \
		mode = va_arg(args, mode_t); \
		va_end(args); \
	} \
	if ((flags & O_DIRECTORY) == 0 && FAULT_PATH(path, "open")) \
		return -1; \
	return REAL(name)(path, flags, mode); \
}
OPEN(open)
OPEN(open64)

/* what _FORTIFY_SOURCE makes of open() without a mode */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return FAULT_PATH(path, "open") ? -1 : REAL(__open_2)(path, flags);
}
int __open64_2(const char *path, int flags)
{
	return FAULT_PATH(path, "open") ? -1 : REAL(__open64_2)(path, flags);
}

ssize_t write(int fd, const void *data, size_t size)
{
	return FAULT_FD(fd, "write") ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	return FAULT_FD(fd, "pwrite") ? -1 : REAL(pwrite64)(fd, data, size, offset);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	return FAULT_FD(fd, "pwrite") ? -1 : REAL(pwrite)(fd, data, size, offset);
}
ssize_t writev(int fd, const struct iovec *iov, int count)
{
	return FAULT_FD(fd, "writev") ? -1 : REAL(writev)(fd, iov, count);
}
int fdatasync(int fd)
{
	return FAULT_FD(fd, "fdatasync") ? -1 : REAL(fdatasync)(fd);
}
int fsync(int fd)
{
	return FAULT_FD(fd, "fsync") ? -1 : REAL(fsync)(fd);
}
int ftruncate64(int fd, off64_t length)
{
	return FAULT_FD(fd, "ftruncate") ? -1 : REAL(ftruncate64)(fd, length);
}
int flock(int fd, int operation)
{
	return (operation & LOCK_UN) == 0 && FAULT_FD(fd, "flock") ? -1 : REAL(flock)(fd, operation);
}

static bool fault_lock(int fd, int cmd, const void *arg)
{
	const struct flock *lock = arg;

	if (cmd != F_SETLK && cmd != F_SETLKW)
		return false;
	return ARMED() && control->kind == LOCKS && lock->l_type != F_UNLCK &&
		is_our_fd(fd) && fault_due("lock");
}

#define FCNTL(name) \
int name(int fd, int cmd, ...) \
{ \
	va_list args; \
	void *arg; \
	va_start(args, cmd); \
	arg = va_arg(args, void *); \
	va_end(args); \
	return fault_lock(fd, cmd, arg) ? -1 : REAL(name)(fd, cmd, arg); \
}
FCNTL(fcntl)
FCNTL(fcntl64)
int rename(const char *old, const char *new)
{
	return FAULT_PATH(new, "rename") ? -1 : REAL(rename)(old, new);
}
int link(const char *old, const char *new)
{
	return FAULT_PATH(new, "link") ? -1 : REAL(link)(old, new);
}
int unlink(const char *path)
{
	return FAULT_PATH(path, "unlink") ? -1 : REAL(unlink)(path);
}
int mkdir(const char *path, mode_t mode)
{
	return FAULT_PATH(path, "mkdir") ? -1 : REAL(mkdir)(path, mode);
}

/*
 * Memory
 */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *mem, size_t size);

void *malloc(size_t size)
{
	return FAULT_MEMORY("malloc") ? NULL : __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
	return FAULT_MEMORY("calloc") ? NULL : __libc_calloc(count, size);
}
void *realloc(void *mem, size_t size)
{
	return FAULT_MEMORY("realloc") ? NULL : __libc_realloc(mem, size);
}

/*
 * Clock
 */

static time_t clock_get_jump(void)
{
	return control == NULL ? 0 : __atomic_load_n(&control->clock_secs, __ATOMIC_SEQ_CST);
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int ret = REAL(clock_gettime)(clock, ts);

	if (ret == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		ts->tv_sec += clock_get_jump();
	return ret;
}
int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	int ret = REAL(gettimeofday)(tv, zone);

	if (ret == 0)
		tv->tv_sec += clock_get_jump();
	return ret;
}
time_t time(time_t *now_r)
{
	time_t now = REAL(time)(NULL) + clock_get_jump();

	if (now_r != NULL)
		*now_r = now;
	return now;
}
