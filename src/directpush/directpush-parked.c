/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "llist.h"
#include "safe-memset.h"
#include "str.h"
#include "directpush-ipc-admin.h"
#include "directpush-admin.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-device.h"
#include "directpush-http.h"
#include "directpush-job.h"
#include "directpush-memory.h"
#include "directpush-request.h"
#include "directpush-foreign.h"
#include "directpush-user.h"
#include "directpush-parked.h"

struct directpush_parked {
	/* of the device, and of all */
	struct directpush_parked *prev, *next;
	struct directpush_parked *all_prev, *all_next;

	struct directpush_connection *conn;
	struct directpush_device *device;
	struct directpush_auth_login *login;
	struct directpush_order *order;
	/* when the order ends */
	struct directpush_timer deadline;
	uint64_t asked_msecs;

	struct eas_request *request;
	char *credentials;
	struct ip_addr remote_ip;

	/* a worker looking again: soon, now, or done with an answer */
	struct directpush_timer look_timer;
	struct directpush_watch *watch;
	struct directpush_job *job;
	/* NULL until then, with its strings */
	pool_t reply_pool;
	struct directpush_ipc_reply *reply;
	struct istream *reply_body;

	bool http10:1;
	bool close:1;
	/* something happened that a worker has to look at */
	bool look:1;
	/* is in parked_woken */
	bool woken:1;
	bool shutdown:1;
};

static const char *const parked_end_names[] = {
	"expired", "woken", "answered", "superseded", "limit", "gone",
	"kicked", "shutdown"
};

static struct directpush_parked *parked_all;
static unsigned int parked_count;
/* those that a change wakes, until directpush_parked_answer_woken() */
static ARRAY(struct directpush_parked *) parked_woken;
static struct directpush_heartbeat_average *parked_average;

static void parked_look(struct directpush_parked *parked);

void directpush_parked_init(void)
{
	i_array_init(&parked_woken, 16);
	parked_average = directpush_heartbeat_average_init(
		directpush_set->directpush_heartbeat_alert_window);
}

void directpush_parked_deinit(void)
{
	i_assert(parked_all == NULL);
	array_free(&parked_woken);
	directpush_heartbeat_average_deinit(&parked_average);
}

unsigned int directpush_parked_count(void)
{
	return parked_count;
}

struct directpush_parked *
directpush_parked_next(const struct directpush_parked *parked)
{
	return parked->next;
}

static unsigned int parked_get_waited_secs(const struct directpush_parked *parked)
{
	return (directpush_timer_now_msecs() - parked->asked_msecs) / 1000;
}

/*
 * Life
 */

static struct event_passthrough *
parked_event(const struct directpush_parked *parked, const char *name)
{
	return event_create_passthrough(directpush_event)->
		set_name(name)->
		add_str("user", parked->login->user->name)->
		add_str("device_id", parked->device->id)->
		add_str("cmd", eas_command_get(parked->request->command)->name);
}

static void parked_watch_stop(struct directpush_parked *parked)
{
	if (parked->watch != NULL)
		directpush_watch_stop(parked->watch);
	i_free(parked->watch);
}

static void parked_look_stop(struct directpush_parked *parked)
{
	directpush_timer_stop(&parked->look_timer);
	parked_watch_stop(parked);
	directpush_job_abort(&parked->job);
	i_stream_unref(&parked->reply_body);
}

static void parked_remove_woken(struct directpush_parked *parked)
{
	struct directpush_parked *const *elem;

	array_foreach(&parked_woken, elem) {
		if (*elem == parked) {
			array_delete(&parked_woken,
				     array_foreach_idx(&parked_woken, elem), 1);
			return;
		}
	}
}

static void parked_free(struct directpush_parked *parked,
			enum directpush_parked_end end)
{
	struct directpush_device *device = parked->device;
	pool_t pool = directpush_memory_get_pool();
	struct event_passthrough *e;

	e = parked_event(parked, "directpush_request_woken")->
		add_str("reason", parked_end_names[end])->
		add_int("waited_secs", parked_get_waited_secs(parked));
	e_debug(e->event(), "user %s: device %s: %s ended after %u s: %s",
		parked->login->user->name, device->id,
		eas_command_get(parked->request->command)->name,
		parked_get_waited_secs(parked), parked_end_names[end]);

	if (end == DIRECTPUSH_PARKED_END_EXPIRED)
		directpush_counter_add(DIRECTPUSH_COUNTER_EXPIRED);
	else if (end == DIRECTPUSH_PARKED_END_WOKEN)
		directpush_counter_add(DIRECTPUSH_COUNTER_WOKEN);
	parked->conn->parked = NULL;
	directpush_timer_stop(&parked->deadline);
	parked_look_stop(parked);
	if (parked->woken)
		parked_remove_woken(parked);
	DLLIST_REMOVE_FULL(&parked_all, parked, all_prev, all_next);
	DLLIST2_REMOVE(&device->parked_head, &device->parked_tail, parked);
	device->parked_count--;
	device->user->parked_count--;
	parked_count--;

	safe_memset(parked->credentials, 0, strlen(parked->credentials));
	p_free(pool, parked->credentials);
	directpush_order_unref(&parked->order);
	directpush_auth_login_unref(&parked->login);
	directpush_device_unref(&device);
	pool_unref(&parked->reply_pool);
	p_free(pool, parked->request);
	p_free(pool, parked);
	directpush_refresh_proctitle();
}

/* Returns -1 if the connection went with it. */
static int parked_answer(struct directpush_parked *parked, const void *body,
			 size_t size, enum directpush_parked_end end)
{
	struct directpush_connection *conn = parked->conn;
	bool close = parked->close;
	int ret;

	if (parked->reply != NULL) {
		/* lib-http is already there for the worker's answer */
		return 0;
	}
	T_BEGIN {
		string_t *response = t_str_new(512);

		directpush_http_append_response(response, body, size,
						parked->http10, close);
		if (end == DIRECTPUSH_PARKED_END_EXPIRED ||
		    end == DIRECTPUSH_PARKED_END_WOKEN) {
			directpush_device_answered(parked->device, conn,
				parked_get_waited_secs(parked),
				end == DIRECTPUSH_PARKED_END_EXPIRED);
		}
		parked_free(parked, end);
		ret = directpush_connection_answer(conn, response, close);
	} T_END;
	return ret;
}

static int parked_answer_expired(struct directpush_parked *parked,
				 enum directpush_parked_end end)
{
	const struct directpush_ipc_park *park = &parked->order->park;
	struct directpush_order *order = parked->order;
	int ret;

	directpush_order_ref(order);
	ret = parked_answer(parked, park->expired, park->expired_size, end);
	directpush_order_unref(&order);
	return ret;
}

static void parked_deadline(struct directpush_parked *parked)
{
	(void)parked_answer_expired(parked, parked->shutdown ?
				    DIRECTPUSH_PARKED_END_SHUTDOWN :
				    DIRECTPUSH_PARKED_END_EXPIRED);
}

static void parked_check_heartbeat(const struct directpush_parked *parked)
{
	const struct directpush_settings *set = directpush_set;

	if (parked->request->command != EAS_COMMAND_PING ||
	    !directpush_heartbeat_average_add(parked_average,
					      parked->order->park.heartbeat_secs,
					      set->directpush_heartbeat_alert))
		return;
	e_warning(directpush_event, "The last %u heartbeats that phones asked for "
		  "are %u seconds long on average: a firewall or proxy seems to cut "
		  "long requests, which costs the phones' batteries. Let it keep "
		  "quiet connections for %u seconds at least (directpush_heartbeat_alert).",
		  set->directpush_heartbeat_alert_window,
		  directpush_heartbeat_average_get(parked_average),
		  set->directpush_heartbeat_alert);
}

static void parked_check_limits(struct directpush_parked *parked)
{
	struct directpush_device *device = parked->device, *other;
	struct directpush_parked *oldest;

	if (device->parked_count > directpush_set->directpush_max_parked_per_device) {
		(void)parked_answer_expired(device->parked_head,
					    DIRECTPUSH_PARKED_END_LIMIT);
	}
	if (device->user->parked_count <= directpush_set->directpush_max_parked_per_user)
		return;
	/* Not the new one, though it may have been asked first: its connection is not
	   ready for an answer of ours. It is the last one of its device. */
	oldest = NULL;
	for (other = device->user->devices; other != NULL; other = other->next) {
		if (other->parked_head != NULL && other->parked_head != parked &&
		    (oldest == NULL ||
		     other->parked_head->asked_msecs < oldest->asked_msecs))
			oldest = other->parked_head;
	}
	(void)parked_answer_expired(oldest, DIRECTPUSH_PARKED_END_LIMIT);
}

static void parked_set_deadline(struct directpush_parked *parked)
{
	uint64_t due = parked->asked_msecs +
		parked->order->park.heartbeat_secs * 1000ULL;
	uint64_t now = directpush_timer_now_msecs();

	directpush_timer_start(&parked->deadline, due > now ? due - now : 0,
			       parked_deadline, parked);
}

void directpush_parked_create(const struct directpush_parked_params *params)
{
	struct directpush_device *device = params->device;
	pool_t pool = directpush_memory_get_pool();
	struct directpush_parked *parked;
	struct event_passthrough *e;

	parked = p_new(pool, struct directpush_parked, 1);
	parked->conn = params->conn;
	parked->conn->parked = parked;
	parked->device = device;
	directpush_device_ref(device);
	parked->login = params->login;
	directpush_auth_login_ref(parked->login);
	parked->order = params->order;
	directpush_order_ref(parked->order);
	parked->asked_msecs = params->asked_msecs;
	parked->request = eas_request_dup(pool, params->request);
	parked->credentials = p_strdup(pool, params->credentials);
	parked->remote_ip = params->remote_ip;
	parked->http10 = params->http10;
	parked->close = params->close;

	directpush_counter_add(DIRECTPUSH_COUNTER_PARKED);
	DLLIST_PREPEND_FULL(&parked_all, parked, all_prev, all_next);
	DLLIST2_APPEND(&device->parked_head, &device->parked_tail, parked);
	device->parked_count++;
	device->user->parked_count++;
	parked_count++;
	parked_set_deadline(parked);

	e = parked_event(parked, "directpush_request_parked")->
		add_int("heartbeat_secs", parked->order->park.heartbeat_secs);
	e_debug(e->event(), "user %s: device %s: %s waits for %u s, %u folders",
		device->user->name, device->id,
		eas_command_get(parked->request->command)->name,
		parked->order->park.heartbeat_secs,
		parked->order->park.folders_count);
	if (params->look) {
		parked->look = TRUE;
		parked_look(parked);
	}
	parked_check_heartbeat(parked);
	parked_check_limits(parked);
	directpush_refresh_proctitle();
}

/*
 * A worker looks again
 */

static void parked_replay(struct directpush_parked *parked)
{
	directpush_timer_stop(&parked->deadline);
	(void)directpush_connection_replay(parked->conn, parked->http10,
					   parked->close);
}

static void parked_look_reply(void *context, const struct directpush_ipc_reply *reply,
			      struct istream *body)
{
	struct directpush_parked *parked = context;

	parked->job = NULL;
	parked_watch_stop(parked);
	parked->reply_pool = pool_alloconly_create("directpush parked reply", 512);
	parked->reply = p_new(parked->reply_pool, struct directpush_ipc_reply, 1);
	*parked->reply = *reply;
	parked->reply->content_type = p_strdup(parked->reply_pool, reply->content_type);
	parked->reply->headers = p_strdup(parked->reply_pool, reply->headers);
	if (body != NULL && reply->content_length > 0) {
		parked->reply_body = body;
		i_stream_ref(body);
	}
	parked_replay(parked);
}

static void parked_look_park(void *context, const char *fields)
{
	struct directpush_parked *parked = context;
	struct directpush_order **device_order, *order;
	const char *error;

	parked->job = NULL;
	order = directpush_order_create(fields, &parked->order->key, &error);
	if (order == NULL) {
		e_error(directpush_event, "user %s: worker sent a broken order: %s",
			parked->login->user->name, error);
		parked_watch_stop(parked);
		return;
	}
	order->looked_msecs = directpush_timer_now_msecs();
	/* the deadline is what the phone asked for at first */
	order->park.heartbeat_secs = parked->order->park.heartbeat_secs;
	device_order = directpush_device_get_order(parked->device,
						   parked->request->command);
	if (*device_order == parked->order) {
		directpush_order_unref(device_order);
		directpush_order_ref(order);
		*device_order = order;
	}
	directpush_order_unref(&parked->order);
	parked->order = order;

	directpush_foreign_add(parked->device, order);
	if (directpush_watch_concerns(parked->watch, order))
		parked->look = TRUE;
	parked_watch_stop(parked);
	if (parked->look)
		parked_look(parked);
}

static void parked_look_failed(void *context, unsigned int status,
			       unsigned int retry_after_secs, const char *reason)
{
	struct directpush_parked *parked = context;
	struct directpush_ipc_reply reply;

	parked->job = NULL;
	parked_watch_stop(parked);
	if (status == 401 || status == 403) {
		i_zero(&reply);
		reply.status = status;
		reply.retry_after_secs = retry_after_secs;
		parked_look_reply(parked, &reply, NULL);
		return;
	}
	/* Nothing is lost: the phone asks again, and its order is stale. */
	e_debug(directpush_event, "user %s: device %s: Can't look again: %s",
		parked->login->user->name, parked->device->id, reason);
	(void)parked_answer_expired(parked, DIRECTPUSH_PARKED_END_EXPIRED);
}

static const struct directpush_job_callbacks parked_look_callbacks = {
	.reply = parked_look_reply,
	.park = parked_look_park,
	.failed = parked_look_failed
};

static void parked_look_now(struct directpush_parked *parked)
{
	struct directpush_job_params params;

	parked->look = FALSE;
	directpush_counter_add(DIRECTPUSH_COUNTER_LOOKED_AGAIN);
	i_zero(&params);
	params.login = parked->login;
	params.auth.conn = parked->conn;
	params.auth.credentials = parked->credentials;
	params.auth.device_id = parked->device->id;
	params.auth.remote_ip = parked->remote_ip;
	params.run.request = *parked->request;
	params.run.remote_ip = parked->remote_ip;
	params.run.session_id = directpush_connection_get_session_id(parked->conn);
	params.run.recheck = TRUE;
	params.run.as_asked = parked->order->park.as_asked;
	params.run.as_asked_size = parked->order->park.as_asked_size;
	params.run.elapsed_secs = parked_get_waited_secs(parked);
	params.run.heartbeat_max_secs = parked->order->park.heartbeat_secs;
	params.run.sync_lost = parked->device->sync_lost;
	params.run.folders_changed = parked->order->folders_changed;
	parked->watch = i_new(struct directpush_watch, 1);
	directpush_watch_start(parked->watch, parked->device);
	parked->job = directpush_job_start(&params, &parked_look_callbacks, parked);
}

/* Soon: changes of flags and expunges come in bursts. */
static void parked_look(struct directpush_parked *parked)
{
	if (parked->job != NULL || parked->reply != NULL ||
	    parked->look_timer.running)
		return;
	directpush_timer_start(&parked->look_timer,
			       directpush_set->directpush_coalesce_time,
			       parked_look_now, parked);
}

/*
 * What happens to it
 */

void directpush_parked_notify(struct directpush_parked *parked,
			      const struct directpush_ipc_notify *notify)
{
	switch (directpush_order_apply(parked->order, parked->device->id, notify)) {
	case DIRECTPUSH_ORDER_EFFECT_NONE:
		break;
	case DIRECTPUSH_ORDER_EFFECT_LOOK:
		parked->look = TRUE;
		parked_look(parked);
		break;
	case DIRECTPUSH_ORDER_EFFECT_WAKE:
		if (!parked->woken && parked->reply == NULL) {
			parked->woken = TRUE;
			array_push_back(&parked_woken, &parked);
		}
		break;
	}
}

static void parked_answer_changed(struct directpush_parked *parked)
{
	string_t *body = t_str_new(256);

	directpush_order_append_changed(parked->order, body);
	(void)parked_answer(parked, str_data(body), str_len(body),
			    DIRECTPUSH_PARKED_END_WOKEN);
}

void directpush_parked_answer_woken(void)
{
	struct directpush_parked *parked;

	while (array_count(&parked_woken) > 0) {
		parked = array_idx_elem(&parked_woken, 0);
		array_pop_front(&parked_woken);
		parked->woken = FALSE;
		T_BEGIN {
			parked_answer_changed(parked);
		} T_END;
	}
}

int directpush_parked_superseded(struct directpush_parked *parked)
{
	return parked_answer_expired(parked, DIRECTPUSH_PARKED_END_SUPERSEDED);
}

void directpush_parked_end_older(struct directpush_device *device,
				 enum eas_command_id command)
{
	struct directpush_parked *parked, *next;

	for (parked = device->parked_head; parked != NULL; parked = next) {
		next = parked->next;
		if (parked->request->command == command)
			(void)directpush_parked_superseded(parked);
	}
}

void directpush_parked_connection_lost(struct directpush_parked *parked)
{
	directpush_device_closed(parked->device, parked_get_waited_secs(parked));
	parked_free(parked, DIRECTPUSH_PARKED_END_GONE);
}

void directpush_parked_replayed(struct directpush_parked *parked,
				struct http_server_request *req)
{
	i_assert(parked->reply != NULL);
	directpush_request_create_answered(parked->conn, req, parked->login,
					   parked->request, parked->reply,
					   parked->reply_body);
	parked_free(parked, DIRECTPUSH_PARKED_END_ANSWERED);
}

unsigned int directpush_parked_kick(struct directpush_user *user,
				    const char *device_id)
{
	struct directpush_device *device;
	struct directpush_parked *parked, *next;
	unsigned int count = 0;

	for (device = user->devices; device != NULL; device = device->next) {
		if (*device_id == '\0' || strcmp(device->id, device_id) == 0)
			directpush_device_forget_orders(device);
	}
	/* The last answer of a device may be the end of it, and of others that are unused:
	   walk what is certain to stay. */
	for (parked = parked_all; parked != NULL; parked = next) {
		next = parked->all_next;
		device = parked->device;
		if (device->user != user ||
		    (*device_id != '\0' && strcmp(device->id, device_id) != 0))
			continue;
		(void)parked_answer_expired(parked, DIRECTPUSH_PARKED_END_KICKED);
		count++;
	}
	return count;
}

void directpush_parked_shutdown(unsigned int spread_secs)
{
	struct directpush_parked *parked;
	unsigned int i = 0, count = parked_count;

	for (parked = parked_all; parked != NULL; parked = parked->all_next, i++) {
		parked->shutdown = TRUE;
		parked->close = TRUE;
		directpush_timer_start(&parked->deadline,
				       (uint64_t)spread_secs * 1000 * i / count,
				       parked_deadline, parked);
	}
}

void directpush_parked_foreach(directpush_parked_callback_t *callback, void *context)
{
	struct directpush_ipc_admin_who who;
	struct directpush_parked *parked;

	for (parked = parked_all; parked != NULL; parked = parked->all_next) {
		i_zero(&who);
		who.user = parked->login->user->name;
		who.device_id = parked->device->id;
		who.device_type = parked->request->device_type;
		who.user_agent = parked->request->user_agent;
		who.remote_ip = parked->remote_ip;
		who.command = parked->request->command;
		who.version = parked->request->version;
		who.parked = TRUE;
		who.age_secs = parked_get_waited_secs(parked);
		who.heartbeat_secs = parked->order->park.heartbeat_secs;
		who.folders_count = parked->order->park.folders_count;
		who.heartbeat_limit_secs = parked->device->heartbeat.limit_secs;
		callback(&who, context);
	}
}
