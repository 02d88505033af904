/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_REPLY_H
#define EAS_REPLY_H

/* The answer of one command on its way to the front. It is held back up to
   EAS_REPLY_BUFFER_BYTES, so that most answers have a Content-Length (some phones want one) and a late
   failure can still become another answer; a longer one, or one that takes longer than
   EAS_REPLY_HOLD_SECS, flows from then on. The last byte never leaves before
   eas_reply_finish(): a handler saves its state before it returns. */

struct wbxml_writer;
struct directpush_ipc_park;
struct ostream;

#define EAS_REPLY_BUFFER_BYTES (1024*1024)
#define EAS_REPLY_HOLD_SECS 8

#define EAS_CONTENT_TYPE_WBXML "application/vnd.ms-sync.wbxml"
#define EAS_CONTENT_TYPE_MULTIPART "application/vnd.ms-sync.multipart"

struct eas_reply *eas_reply_create(struct ostream *output);
/* Send what is left. Without any content: 200 with an empty body.
   Returns 0, -1 if the front is gone. */
int eas_reply_finish(struct eas_reply **reply);

/* The WBXML document of the answer: HTTP 200. The same writer at every call. */
struct wbxml_writer *eas_reply_wbxml(struct eas_reply *reply);
/* Bytes of another kind (multipart, an attachment) with their content type. */
struct ostream *eas_reply_stream(struct eas_reply *reply, const char *content_type);
/* An empty HTTP answer. Whatever was written and has not left yet is dropped; if some has
   left already, the answer is aborted: the phone sees a broken line, not a half
   truth. */
void eas_reply_http_status(struct eas_reply *reply, unsigned int status);
/* 503, our fault or a passing one, with Retry-After. */
void eas_reply_unavailable(struct eas_reply *reply, unsigned int retry_after_secs);
/* Drop what was written and has not left yet, to begin again. Returns FALSE if some has left. */
bool eas_reply_restart(struct eas_reply *reply);
/* "Name: value" */
void eas_reply_add_header(struct eas_reply *reply, const char *name, const char *value);
/* Park the request instead of answering. The order is encoded at once. */
void eas_reply_park(struct eas_reply *reply, const struct directpush_ipc_park *park);
/* The device starts over: tell it in headers what is spoken here. */
void eas_reply_announce(struct eas_reply *reply);
/* for the log */
void eas_reply_set_eas_status(struct eas_reply *reply, unsigned int eas_status);
/* Give the phone what is there now (long work ahead). */
void eas_reply_flush(struct eas_reply *reply);

#endif
