/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_BODY_H
#define DIRECTPUSH_IPC_BODY_H

/* Bodies between front and worker: counted frames (directpush-ipc-worker.h). */

struct istream;
struct ostream;

/* The bytes of one body, read from parent up to its end frame; parent then stands at the
   next line. EOF there; ABORT, a broken frame or an early end of parent is a stream
   error (EPIPE, EINVAL). Works with blocking and nonblocking parents. */
struct istream *i_stream_create_directpush_ipc_body(struct istream *parent);

/* A stream whose bytes go to parent as frames. o_stream_finish() writes the end frame;
   o_stream_abort() + directpush_ipc_body_abort() instead says ABORT. Works with blocking and
   nonblocking parents (no more than a frame is buffered here). */
struct ostream *o_stream_create_directpush_ipc_body(struct ostream *parent);
/* Append what gives up a body to a stream that stands between frames. */
void directpush_ipc_body_abort(struct ostream *parent);

#endif
