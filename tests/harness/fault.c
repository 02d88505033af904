/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into a worker: lets the n-th operation on its files fail, or kills the process
   there. fault.py makes it and holds the other end of struct control. */

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
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, FAIL, KILL };

struct control {
	/* what to do at operation number n */
	uint32_t action, n, error;
	/* operations since it was armed */
	uint32_t count;
	/* 1: it was done; name: where */
	uint32_t fired;
	/* not all files of the user's, ours only */
	uint32_t ours_only;
	char name[40];
};

static struct control *control;
/* only files below it */
static const char *prefix;
static size_t prefix_len;

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
	return path != NULL && strncmp(path, prefix, prefix_len) == 0 &&
		(control->ours_only == 0 || strstr(path, "/directpush/") != NULL);
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

#define ARMED() (control != NULL && control->action != OFF)
#define FAULT_PATH(path, name) (ARMED() && is_ours(path) && fault_due(name))
#define FAULT_FD(fd, name) (ARMED() && is_our_fd(fd) && fault_due(name))
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
