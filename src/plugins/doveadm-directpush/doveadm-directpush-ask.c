/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One question to the front over its admin socket. Blocking, but not for ever. */

#include "lib.h"
#include "net.h"
#include "istream.h"
#include "strescape.h"
#include "write-full.h"
#include "master-service.h"
#include "directpush-compat.h"
#include "directpush-ipc-admin.h"
#include "directpush-doveadm.h"

#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define ASK_TIMEOUT_SECS 30
#define ASK_MAX_LINE 8192

static int ask_connect(const char *path)
{
	const struct timeval timeout = { .tv_sec = ASK_TIMEOUT_SECS };
	int fd = net_connect_unix(path);

	if (fd == -1) {
		i_error("net_connect_unix(%s) failed: %m%s", path,
			errno != ENOENT && errno != ECONNREFUSED ? "" :
			" (does `protocols` name directpush?)");
		return -1;
	}
	net_set_nonblock(fd, FALSE);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0) {
		i_error("setsockopt(%s) failed: %m", path);
		i_close_fd(&fd);
	}
	return fd;
}

/* Returns 1 = the answer is complete, 0 = there is more, -1 = it is an error. */
static int
ask_handle_line(const char *line,
		int (*callback)(const char *line, void *context, const char **error_r),
		void *context, const char **error_r)
{
	if (*line == '\0')
		return 1;
	if (str_begins_with(line, "-\t")) {
		*error_r = t_str_tabunescape(line + 2);
		return -1;
	}
	return callback(line, context, error_r);
}

static int
ask_read(struct istream *input,
	 int (*callback)(const char *line, void *context, const char **error_r),
	 void *context, const char **error_r)
{
	const char *line;
	bool handshaked = FALSE;
	int ret = 0;

	while (ret == 0 && (line = i_stream_read_next_line(input)) != NULL) {
		if (!handshaked) {
			if (!version_string_verify(line, DIRECTPUSH_IPC_ADMIN_SERVICE,
						   DIRECTPUSH_IPC_ADMIN_MAJOR)) {
				*error_r = "front and doveadm plugin are not of the same "
					"version";
				return -1;
			}
			handshaked = TRUE;
			continue;
		}
		T_BEGIN {
			ret = ask_handle_line(line, callback, context, error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
	}
	if (ret == 0) {
		*error_r = input->stream_errno == EAGAIN ? "no answer in time" :
			input->stream_errno != 0 ? i_stream_get_error(input) :
			"the connection was closed early";
	}
	return ret > 0 ? 0 : -1;
}

int doveadm_directpush_ask(const char *request,
			   int (*callback)(const char *line, void *context,
					   const char **error_r), void *context)
{
	const char *path = t_strconcat(doveadm_settings->base_dir,
				       "/"DIRECTPUSH_IPC_ADMIN_SOCKET, NULL);
	const char *lines = t_strconcat(DIRECTPUSH_IPC_ADMIN_HANDSHAKE, request, NULL);
	const char *error = NULL;
	struct istream *input;
	int fd, ret;

	if ((fd = ask_connect(path)) == -1) {
		doveadm_exit_code = EX_TEMPFAIL;
		return -1;
	}
	if (write_full(fd, lines, strlen(lines)) < 0) {
		i_error("write(%s) failed: %m", path);
		doveadm_exit_code = EX_TEMPFAIL;
		i_close_fd(&fd);
		return -1;
	}
	input = i_stream_create_fd_autoclose(&fd, ASK_MAX_LINE);
	if ((ret = ask_read(input, callback, context, &error)) < 0) {
		i_error("%s: %s", path, error);
		doveadm_exit_code = EX_TEMPFAIL;
	}
	i_stream_destroy(&input);
	return ret;
}
