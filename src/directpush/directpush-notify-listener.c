/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "istream.h"
#include "directpush-ipc-notify.h"
#include "directpush-admin.h"
#include "directpush-common.h"
#include "directpush-device.h"
#include "directpush-foreign.h"
#include "directpush-notify-listener.h"
#include "directpush-parked.h"
#include "directpush-user.h"

#include <limits.h>
#include <unistd.h>

/* lines handled before the ioloop gets its turn again */
#define NOTIFY_MAX_LINES_AT_ONCE 1000
/* several lines per read; a longer line than PIPE_BUF is not ours */
#define NOTIFY_BUFFER_BYTES (4*PIPE_BUF)

static int notify_fd = -1;
static struct io *notify_io;
static struct istream *notify_input;

static void notify_line(const char *line)
{
	struct directpush_ipc_notify notify;
	struct directpush_device *device, *next;
	struct directpush_user *user;

	if (*line == '\0')
		return;
	if (directpush_ipc_notify_parse(line, &notify) < 0) {
		e_debug(directpush_event, "FIFO: not a line of ours");
		return;
	}
	directpush_counter_add(DIRECTPUSH_COUNTER_NOTIFICATIONS);
	user = directpush_user_find(notify.user);
	for (device = user == NULL ? NULL : user->devices; device != NULL; device = next) {
		next = device->next;
		directpush_device_notify(device, &notify);
	}
	directpush_foreign_notify(&notify);
}

static void notify_input_ready(void *context ATTR_UNUSED)
{
	const char *line;
	unsigned int count = 0;

	while (count++ < NOTIFY_MAX_LINES_AT_ONCE &&
	       (line = i_stream_read_next_line(notify_input)) != NULL) T_BEGIN {
		notify_line(line);
	} T_END;
	if (count > NOTIFY_MAX_LINES_AT_ONCE)
		i_stream_set_input_pending(notify_input, TRUE);
	if (i_stream_get_data_size(notify_input) >= NOTIFY_BUFFER_BYTES) {
		/* garbage without an end */
		i_stream_skip(notify_input, NOTIFY_BUFFER_BYTES);
	}
	directpush_parked_answer_woken();
	if (notify_input->eof || notify_input->stream_errno != 0) {
		e_error(directpush_event, "FIFO: read() failed: %s",
			i_stream_get_error(notify_input));
		directpush_notify_listener_deinit();
	}
}

void directpush_notify_listener_init(int fd)
{
	i_assert(notify_fd == -1);
	notify_fd = fd;
	notify_input = i_stream_create_fd(fd, NOTIFY_BUFFER_BYTES);
	notify_io = io_add_istream(notify_input, notify_input_ready, NULL);
	i_stream_set_input_pending(notify_input, TRUE);
}

void directpush_notify_listener_deinit(void)
{
	if (notify_fd == -1)
		return;
	io_remove(&notify_io);
	i_stream_destroy(&notify_input);
	i_close_fd(&notify_fd);
}
