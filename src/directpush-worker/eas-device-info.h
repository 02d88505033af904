/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_DEVICE_INFO_H
#define EAS_DEVICE_INFO_H

/* Settings:DeviceInformation: what a phone tells of itself, by Settings or, from 14.1 on,
   inside Provision (quirk 43). */

#include "eas-status.h"

struct wbxml_node;
struct eas_device;

/* longer texts are cut */
#define EAS_DEVICE_INFO_MAX_LENGTH 1024

/* Take over what is in DeviceInformation/Set; an element that is not there is
   empty from now on. Returns the Status of the property.
   MS-ASCMD "DeviceInformation" (2.2.3.45) */
enum eas_status
eas_device_info_set(struct eas_device *device, const struct wbxml_node *info);

#endif
