/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_ORIGIN_H
#define DIRECTPUSH_IPC_ORIGIN_H

/* Worker -> mail plugin, inside one process: on whose behalf the next changes are made. The
   plugin is loaded by mail_plugins, or is not, so the worker doesn't link to it but finds
   the function among the mail plugins:

     module = module_dir_find(mail_storage_service_modules, DIRECTPUSH_PLUGIN_MODULE);
     set_origin = module == NULL ? NULL :
	module_get_symbol_quiet(module, DIRECTPUSH_PLUGIN_SET_ORIGIN);

   Without the plugin no change wakes a phone: the worker says so in its log. */

struct mail_user;

#define DIRECTPUSH_PLUGIN_MODULE "directpush_plugin"
#define DIRECTPUSH_PLUGIN_SET_ORIGIN "directpush_plugin_set_origin_device"

/* From now on changes in this user's mailboxes carry this device id (copied); NULL = nobody's. */
typedef void directpush_plugin_set_origin_device_t(struct mail_user *user,
						   const char *device_id);

#endif
