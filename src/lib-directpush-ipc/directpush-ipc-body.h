/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_BODY_H
#define DIRECTPUSH_IPC_BODY_H

/* Bodies between front and worker: counted frames (directpush-ipc-worker.h). */

struct istream;
struct ostream;

/* The bytes of one body, read from parent up to its end frame; parent then stands at the
   next line. EOF there; ABORT, a broken frame or an early end of parent is a stream
   error (EPIPE, EINVAL). Works with blocking and nonblocking parents. A body that is not read
   to its end leaves parent in the middle of it. */
struct istream *i_stream_create_directpush_ipc_body(struct istream *parent);

/* A stream whose bytes go to parent as frames. Bytes are gathered (up to 16 kB) until a frame
   is full, or until o_stream_flush(). o_stream_finish() writes the end frame and leaves
   parent open; as with every ostream it is called again while it returns 0.
   o_stream_abort() + directpush_ipc_body_abort() instead says ABORT. Works with blocking and
   nonblocking parents: parent takes whole frames or nothing, so it always stands between
   frames. Its buffer size is raised to hold one frame. */
struct ostream *o_stream_create_directpush_ipc_body(struct ostream *parent);
/* Append what gives up a body to a stream that stands between frames. */
void directpush_ipc_body_abort(struct ostream *parent);

#endif
