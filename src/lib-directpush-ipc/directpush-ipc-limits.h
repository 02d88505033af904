/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_LIMITS_H
#define DIRECTPUSH_IPC_LIMITS_H

/* Defaults of the settings that front and worker both read, so that they agree. */

/* No heartbeat may be longer. MS-ASCMD "HeartbeatInterval (Sync)" (2.2.3.84.2) */
#define DIRECTPUSH_HEARTBEAT_LIMIT_SECS (59*60)

#define DIRECTPUSH_DEFAULT_HEARTBEAT_MIN_SECS 60
#define DIRECTPUSH_DEFAULT_HEARTBEAT_MAX_SECS DIRECTPUSH_HEARTBEAT_LIMIT_SECS
#define DIRECTPUSH_DEFAULT_MAX_REQUEST_BYTES (4*1024*1024)
#define DIRECTPUSH_DEFAULT_MAX_SEND_BYTES (64*1024*1024)

#endif
