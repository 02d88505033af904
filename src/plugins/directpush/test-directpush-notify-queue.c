/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "net.h"
#include "str.h"
#include "path-util.h"
#include "directpush-ipc-notify.h"
#include "directpush-notify-queue.h"
#include "test-common.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *fifo_path;
static int fifo_fd = -1;

static void fifo_create(void)
{
	fifo_path = t_strdup_printf("%s/.test-directpush-notify.%s",
				    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp",
				    dec2str(getpid()));
	i_unlink_if_exists(fifo_path);
	if (mkfifo(fifo_path, 0600) < 0)
		i_fatal("mkfifo(%s) failed: %m", fifo_path);
	/* as the master process holds it */
	fifo_fd = open(fifo_path, O_RDWR | O_NONBLOCK);
	if (fifo_fd == -1)
		i_fatal("open(%s) failed: %m", fifo_path);
}

static void fifo_destroy(void)
{
	i_close_fd(&fifo_fd);
	i_unlink(fifo_path);
}

static void fifo_fill(void)
{
	static const char filler[4096];

	while (write(fifo_fd, filler, sizeof(filler)) > 0) ;
	test_assert(errno == EAGAIN);
}

/* Everything that is in the FIFO now, without the filler's NULs. */
static const char *fifo_drain(void)
{
	string_t *str = t_str_new(1024);
	char buf[4096];
	ssize_t i, ret;

	while ((ret = read(fifo_fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < ret; i++) {
			if (buf[i] != '\0')
				str_append_c(str, buf[i]);
		}
	}
	return str_c(str);
}

static const char *notify_line(const struct directpush_ipc_notify *notify)
{
	string_t *str = t_str_new(128);

	if (!directpush_ipc_notify_append(str, notify))
		i_unreached();
	return str_c(str);
}

static void
notify_make(struct directpush_ipc_notify *notify_r, const char *user, unsigned char guid)
{
	i_zero(notify_r);
	notify_r->user = user;
	notify_r->mailbox_guid[0] = guid;
	notify_r->changes = DIRECTPUSH_CHANGE_NEW;
	notify_r->origin_device_id = "";
}

static void test_directpush_notify_queue_at_once(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify;

	test_begin("notify queue: a line is written at once");
	fifo_create();
	queue = directpush_notify_queue_init(fifo_path);
	notify_make(&notify, "user1", 1);
	directpush_notify_queue_add(queue, &notify);
	test_assert(directpush_notify_queue_count(queue) == 0);
	test_assert_strcmp(fifo_drain(), notify_line(&notify));
	directpush_notify_queue_deinit(&queue);
	fifo_destroy();
	test_end();
}

static void stop_when_empty(struct directpush_notify_queue *queue)
{
	if (directpush_notify_queue_count(queue) == 0)
		io_loop_stop(current_ioloop);
}

static void test_directpush_notify_queue_full(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify, sum;
	struct ioloop *ioloop = io_loop_create();
	struct timeout *to;

	test_begin("notify queue: a full FIFO gets one line a mailbox later");
	fifo_create();
	queue = directpush_notify_queue_init(fifo_path);
	fifo_fill();
	notify_make(&notify, "user1", 1);
	notify.first_uid = notify.last_uid = 10;
	notify.modseq = 100;
	notify.origin_device_id = "phone1";
	directpush_notify_queue_add(queue, &notify);
	notify.first_uid = notify.last_uid = 7;
	notify.modseq = 101;
	notify.changes = DIRECTPUSH_CHANGE_FLAGS;
	directpush_notify_queue_add(queue, &notify);
	sum = notify;
	sum.changes = DIRECTPUSH_CHANGE_NEW | DIRECTPUSH_CHANGE_FLAGS;
	sum.first_uid = 7;
	sum.last_uid = 10;
	test_assert(directpush_notify_queue_count(queue) == 1);

	/* another device's change of the same mailbox: nobody's */
	notify.origin_device_id = "phone2";
	directpush_notify_queue_add(queue, &notify);
	sum.origin_device_id = "";
	notify_make(&notify, "user2", 1);
	directpush_notify_queue_add(queue, &notify);
	test_assert(directpush_notify_queue_count(queue) == 2);

	test_assert_strcmp(fifo_drain(), "");
	/* the timer does the rest */
	to = timeout_add_short(10, stop_when_empty, queue);
	io_loop_run(ioloop);
	timeout_remove(&to);
	test_assert_strcmp(fifo_drain(),
			   t_strconcat(notify_line(&sum), notify_line(&notify), NULL));
	directpush_notify_queue_deinit(&queue);
	fifo_destroy();
	io_loop_destroy(&ioloop);
	test_end();
}

static void test_directpush_notify_queue_shrinks(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify, sum;
	unsigned int i;

	test_begin("notify queue: too many mailboxes become any mailbox of the user");
	fifo_create();
	queue = directpush_notify_queue_init(fifo_path);
	fifo_fill();
	for (i = 0; i <= DIRECTPUSH_NOTIFY_QUEUE_MAX_ENTRIES; i++) {
		notify_make(&notify, "user1", i & 0xff);
		notify.mailbox_guid[1] = 1 + (i >> 8);
		directpush_notify_queue_add(queue, &notify);
	}
	test_assert(directpush_notify_queue_count(queue) == 1);
	(void)fifo_drain();
	/* without a timer the last try is at the end */
	directpush_notify_queue_deinit(&queue);
	notify_make(&sum, "user1", 0);
	test_assert_strcmp(fifo_drain(), notify_line(&sum));
	fifo_destroy();
	test_end();
}

static void test_directpush_notify_queue_lost(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify;

	test_begin("notify queue: what is lost in the end is said");
	fifo_create();
	queue = directpush_notify_queue_init(fifo_path);
	fifo_fill();
	notify_make(&notify, "user1", 1);
	directpush_notify_queue_add(queue, &notify);
	test_expect_error_string("1 notifications are lost");
	directpush_notify_queue_deinit(&queue);
	test_expect_no_more_errors();
	fifo_destroy();
	test_end();
}

static void test_directpush_notify_queue_missing(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify;

	test_begin("notify queue: a missing FIFO is said once and keeps nothing");
	fifo_create();
	fifo_destroy();
	queue = directpush_notify_queue_init(fifo_path);
	notify_make(&notify, "user1", 1);
	test_expect_error_string("No such file or directory");
	directpush_notify_queue_add(queue, &notify);
	test_expect_no_more_errors();
	directpush_notify_queue_add(queue, &notify);
	test_assert(directpush_notify_queue_count(queue) == 0);
	directpush_notify_queue_deinit(&queue);
	test_end();
}

static void test_directpush_notify_queue_restart(void)
{
	struct directpush_notify_queue *queue;
	struct directpush_ipc_notify notify;

	test_begin("notify queue: a FIFO made anew is found again");
	fifo_create();
	queue = directpush_notify_queue_init(fifo_path);
	notify_make(&notify, "user1", 1);
	directpush_notify_queue_add(queue, &notify);
	fifo_destroy();
	fifo_create();
	directpush_notify_queue_add(queue, &notify);
	test_assert_strcmp(fifo_drain(), notify_line(&notify));
	directpush_notify_queue_deinit(&queue);
	fifo_destroy();
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_notify_queue_at_once,
		test_directpush_notify_queue_full,
		test_directpush_notify_queue_shrinks,
		test_directpush_notify_queue_lost,
		test_directpush_notify_queue_missing,
		test_directpush_notify_queue_restart,
		NULL
	};
	/* a FIFO without readers */
	signal(SIGPIPE, SIG_IGN);
	return test_run(test_functions);
}
