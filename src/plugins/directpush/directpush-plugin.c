/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "mail-storage-hooks.h"
#include "mail-storage-private.h"
#include "mail-storage-settings.h"
#include "directpush-ipc-notify.h"
#include "directpush-notify-queue.h"
#include "directpush-plugin.h"

#define DIRECTPUSH_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, directpush_user_module)

static MODULE_CONTEXT_DEFINE_INIT(directpush_user_module,
				  &mail_user_module_register);

static struct directpush_notify_queue *queue;

struct directpush_plugin_user *directpush_plugin_user_get(struct mail_user *user)
{
	return DIRECTPUSH_USER_CONTEXT(user);
}

struct directpush_notify_queue *directpush_plugin_queue_get(void)
{
	i_assert(queue != NULL);
	return queue;
}

void directpush_plugin_set_origin_device(struct mail_user *user, const char *device_id)
{
	struct directpush_plugin_user *duser = DIRECTPUSH_USER_CONTEXT(user);

	if (duser != NULL) {
		i_free(duser->origin_device_id);
		duser->origin_device_id = i_strdup(device_id == NULL ? "" : device_id);
	}
}

static void directpush_plugin_user_deinit(struct mail_user *user)
{
	struct directpush_plugin_user *duser = DIRECTPUSH_USER_CONTEXT(user);

	i_assert(duser != NULL);
	directpush_notify_queue_flush(queue);
	i_free(duser->origin_device_id);
	duser->module_ctx.super.deinit(user);
}

static void directpush_plugin_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct directpush_plugin_user *duser;

	duser = p_new(user->pool, struct directpush_plugin_user, 1);
	duser->module_ctx.super = *v;
	user->vlast = &duser->module_ctx.super;
	v->deinit = directpush_plugin_user_deinit;
	duser->origin_device_id = i_strdup("");
	MODULE_CONTEXT_SET(user, directpush_user_module, duser);

	/* all users of a process have the same base_dir */
	if (queue == NULL) {
		queue = directpush_notify_queue_init(t_strconcat(
			user->set->base_dir, "/"DIRECTPUSH_IPC_NOTIFY_FIFO, NULL));
	}
}

static struct mail_storage_hooks directpush_mail_storage_hooks = {
	.mail_user_created = directpush_plugin_user_created
};

void directpush_plugin_init(struct module *module)
{
	directpush_notify_storage_init();
	mail_storage_hooks_add(module, &directpush_mail_storage_hooks);
}

void directpush_plugin_deinit(void)
{
	mail_storage_hooks_remove(&directpush_mail_storage_hooks);
	directpush_notify_storage_deinit();
	directpush_notify_queue_deinit(&queue);
}

const char *directpush_plugin_version = DOVECOT_ABI_VERSION;
const char *directpush_plugin_dependencies[] = { "notify", NULL };
