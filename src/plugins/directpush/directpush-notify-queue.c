/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "ioloop.h"
#include "directpush-ipc-notify.h"
#include "directpush-notify-queue.h"

#include <fcntl.h>
#include <unistd.h>

struct queue_entry {
	char *user;
	char origin_device_id[EAS_DEVICE_ID_MAX_LENGTH + 1];
	struct directpush_ipc_notify notify;
};

struct directpush_notify_queue {
	struct event *event;
	char *path;
	int fd;
	struct timeout *to_resend;
	time_t last_logged;
	ARRAY(struct queue_entry) entries;
};

static struct event_category event_category_directpush = {
	.name = "directpush"
};

struct directpush_notify_queue *directpush_notify_queue_init(const char *fifo_path)
{
	struct directpush_notify_queue *queue;

	queue = i_new(struct directpush_notify_queue, 1);
	queue->event = event_create(NULL);
	event_add_category(queue->event, &event_category_directpush);
	event_set_append_log_prefix(queue->event, "directpush: ");
	queue->path = i_strdup(fifo_path);
	queue->fd = -1;
	i_array_init(&queue->entries, 1);
	return queue;
}

/* FALSE = the same was just said */
static bool queue_may_log(struct directpush_notify_queue *queue)
{
	time_t now = time(NULL);

	if (queue->last_logged != 0 &&
	    now - queue->last_logged < DIRECTPUSH_NOTIFY_LOG_INTERVAL_SECS)
		return FALSE;
	queue->last_logged = now;
	return TRUE;
}

static int queue_open(struct directpush_notify_queue *queue)
{
	if (queue->fd != -1)
		return 0;
	queue->fd = open(queue->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (queue->fd != -1)
		return 0;
	if (queue_may_log(queue)) {
		e_error(queue->event, "open(%s) failed: %m%s", queue->path,
			errno != ENOENT && errno != ENXIO ? "" :
			" (does `protocols` name directpush?)");
	}
	return -1;
}

/* Returns 1 = written, 0 = FIFO is full, -1 = cannot be written at all. */
static int queue_write(struct directpush_notify_queue *queue, const string_t *line)
{
	ssize_t ret;
	unsigned int attempt;

	for (attempt = 0; attempt < 2; attempt++) {
		if (queue_open(queue) < 0)
			return -1;
		ret = write(queue->fd, str_data(line), str_len(line));
		if (ret == (ssize_t)str_len(line))
			return 1;
		if (ret < 0 && errno == EAGAIN)
			return 0;
		if (ret >= 0)
			errno = EIO;
		else if (errno == EPIPE && attempt == 0) {
			/* Dovecot was restarted */
			i_close_fd_path(&queue->fd, queue->path);
			continue;
		}
		break;
	}
	if (queue_may_log(queue))
		e_error(queue->event, "write(%s) failed: %m", queue->path);
	i_close_fd_path(&queue->fd, queue->path);
	return -1;
}

static int
queue_send(struct directpush_notify_queue *queue, const struct directpush_ipc_notify *notify)
{
	int ret;

	T_BEGIN {
		string_t *line = t_str_new(256);

		if (directpush_ipc_notify_append(line, notify)) {
			ret = queue_write(queue, line);
		} else {
			e_debug(queue->event, "User name is too long for a notification");
			ret = -1;
		}
	} T_END;
	return ret;
}

static void queue_resend(struct directpush_notify_queue *queue)
{
	directpush_notify_queue_flush(queue);
}

static void queue_set_timer(struct directpush_notify_queue *queue)
{
	if (array_count(&queue->entries) == 0)
		timeout_remove(&queue->to_resend);
	else if (queue->to_resend == NULL && current_ioloop != NULL) {
		queue->to_resend =
			timeout_add_short_to(io_loop_get_root(), DIRECTPUSH_NOTIFY_RESEND_MSECS,
				       queue_resend, queue);
	}
}

static void
entry_merge(struct queue_entry *entry, const struct directpush_ipc_notify *notify)
{
	struct directpush_ipc_notify *sum = &entry->notify;

	sum->changes |= notify->changes;
	if (notify->first_uid != 0) {
		sum->first_uid = sum->first_uid == 0 ? notify->first_uid :
			I_MIN(sum->first_uid, notify->first_uid);
		sum->last_uid = I_MAX(sum->last_uid, notify->last_uid);
	}
	sum->modseq = I_MAX(sum->modseq, notify->modseq);
	/* changes of two origins wake both devices */
	if (strcmp(entry->origin_device_id, notify->origin_device_id) != 0)
		entry->origin_device_id[0] = '\0';
}

static void
queue_merge(struct directpush_notify_queue *queue, const struct directpush_ipc_notify *notify)
{
	struct queue_entry *entry;

	array_foreach_modifiable(&queue->entries, entry) {
		if (strcmp(entry->user, notify->user) == 0 &&
		    guid_128_equals(entry->notify.mailbox_guid, notify->mailbox_guid)) {
			entry_merge(entry, notify);
			return;
		}
	}
	entry = array_append_space(&queue->entries);
	entry->user = i_strdup(notify->user);
	entry->notify = *notify;
	i_strocpy(entry->origin_device_id, notify->origin_device_id,
		  sizeof(entry->origin_device_id));
}

/* One entry a user: something changed in any of its mailboxes. */
static void queue_shrink(struct directpush_notify_queue *queue)
{
	ARRAY(struct queue_entry) old;
	struct queue_entry *entry;

	i_array_init(&old, array_count(&queue->entries));
	array_append_array(&old, &queue->entries);
	array_clear(&queue->entries);
	array_foreach_modifiable(&old, entry) {
		entry->notify.user = entry->user;
		entry->notify.origin_device_id = entry->origin_device_id;
		guid_128_empty(entry->notify.mailbox_guid);
		entry->notify.first_uid = entry->notify.last_uid = 0;
		entry->notify.modseq = 0;
		queue_merge(queue, &entry->notify);
		i_free(entry->user);
	}
	array_free(&old);
}

void directpush_notify_queue_flush(struct directpush_notify_queue *queue)
{
	struct queue_entry *entry;
	unsigned int done = 0;

	array_foreach_modifiable(&queue->entries, entry) {
		entry->notify.user = entry->user;
		entry->notify.origin_device_id = entry->origin_device_id;
		/* Without a front there is no parked phone either: do not keep it. */
		if (queue_send(queue, &entry->notify) == 0)
			break;
		i_free(entry->user);
		done++;
	}
	array_delete(&queue->entries, 0, done);
	queue_set_timer(queue);
}

void directpush_notify_queue_add(struct directpush_notify_queue *queue,
				 const struct directpush_ipc_notify *notify)
{
	directpush_notify_queue_flush(queue);
	if (array_count(&queue->entries) == 0 && queue_send(queue, notify) != 0)
		return;
	queue_merge(queue, notify);
	if (array_count(&queue->entries) > DIRECTPUSH_NOTIFY_QUEUE_MAX_ENTRIES)
		queue_shrink(queue);
	queue_set_timer(queue);
}

unsigned int directpush_notify_queue_count(const struct directpush_notify_queue *queue)
{
	return array_count(&queue->entries);
}

void directpush_notify_queue_deinit(struct directpush_notify_queue **_queue)
{
	struct directpush_notify_queue *queue = *_queue;
	struct queue_entry *entry;

	if (queue == NULL)
		return;
	*_queue = NULL;

	directpush_notify_queue_flush(queue);
	timeout_remove(&queue->to_resend);
	if (array_count(&queue->entries) > 0) {
		e_warning(queue->event, "%s stayed full: %u notifications are lost",
			  queue->path, array_count(&queue->entries));
	}
	array_foreach_modifiable(&queue->entries, entry)
		i_free(entry->user);
	array_free(&queue->entries);
	i_close_fd_path(&queue->fd, queue->path);
	event_unref(&queue->event);
	i_free(queue->path);
	i_free(queue);
}
