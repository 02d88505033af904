/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "fuzzer.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-notify.h"
#include "directpush-ipc-worker.h"

/* Whatever the other process sends: lines of every kind, and bodies. */
FUZZ_BEGIN_DATA(const unsigned char *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 1024);
	const char *line = t_strndup(data, size);
	struct directpush_ipc_run run;
	struct directpush_ipc_reply reply;
	struct directpush_ipc_park park;
	struct directpush_ipc_notify notify;
	struct istream *parent, *body;
	const char *error;

	(void)directpush_ipc_run_parse(pool, line, &run, &error);
	(void)directpush_ipc_reply_parse(pool, line, &reply, &error);
	(void)directpush_ipc_park_parse(pool, line, &park, &error);
	(void)directpush_ipc_notify_parse(line, &notify);

	parent = i_stream_create_from_data(data, size);
	body = i_stream_create_directpush_ipc_body(parent);
	while (i_stream_read(body) > 0)
		i_stream_skip(body, i_stream_get_data_size(body));
	i_stream_unref(&body);
	i_stream_unref(&parent);
	pool_unref(&pool);
}
FUZZ_END
