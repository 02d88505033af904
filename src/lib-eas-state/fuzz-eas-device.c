/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "fuzzer.h"
#include "eas-device.h"

FUZZ_BEGIN_DATA(const unsigned char *data, size_t size)
{
	struct event *event = event_create(NULL);
	struct eas_device *device = eas_device_new(NULL, event);
	struct eas_device *again = eas_device_new(NULL, event);
	const char *error;

	if (eas_device_decode(device, data, size, &error) == 0) {
		/* what was read can be written and read again */
		buffer_t *buf = t_buffer_create(1024);

		eas_device_encode(buf, device);
		if (eas_device_decode(again, buf->data, buf->used, &error) < 0)
			i_panic("written bytes are refused: %s", error);
	}
	eas_device_free(&again);
	eas_device_free(&device);
	event_unref(&event);
}
FUZZ_END
