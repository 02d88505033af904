/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "eas-device.h"

bool eas_device_may_delete(struct eas_device *device, unsigned int count, unsigned int limit,
			   bool *now_r)
{
	struct eas_device_deletes *deletes = &device->deletes;

	*now_r = FALSE;
	if (count == 0)
		return TRUE;
	if (deletes->held != 0)
		return FALSE;
	if (limit == 0 || deletes->released + EAS_DEVICE_DELETES_SECS > ioloop_time)
		return TRUE;
	/* also when the clock was set back */
	if (deletes->since + EAS_DEVICE_DELETES_SECS <= ioloop_time ||
	    deletes->since > ioloop_time) {
		deletes->since = ioloop_time;
		deletes->count = 0;
	}
	device->dirty = TRUE;
	if (count > limit - I_MIN(limit, deletes->count)) {
		deletes->held = ioloop_time;
		*now_r = TRUE;
		return FALSE;
	}
	deletes->count += count;
	return TRUE;
}

bool eas_device_release(struct eas_device *device)
{
	if (device->deletes.held == 0)
		return FALSE;
	i_zero(&device->deletes);
	device->deletes.released = ioloop_time;
	device->dirty = TRUE;
	return TRUE;
}
