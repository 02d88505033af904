/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "hash.h"
#include "directpush-memory.h"
#include "directpush-user.h"

static HASH_TABLE(char *, struct directpush_user *) users;

void directpush_users_init(void)
{
	hash_table_create(&users, default_pool, 0, str_hash, strcmp);
}

void directpush_users_deinit(void)
{
	i_assert(hash_table_count(users) == 0);
	hash_table_destroy(&users);
}

struct directpush_user *directpush_user_find(const char *name)
{
	return hash_table_lookup(users, name);
}

struct directpush_user *directpush_user_get(const char *name)
{
	struct directpush_user *user = directpush_user_find(name);

	if (user == NULL) {
		user = p_new(directpush_memory_get_pool(), struct directpush_user, 1);
		user->name = p_strdup(directpush_memory_get_pool(), name);
		hash_table_insert(users, user->name, user);
	}
	user->refcount++;
	return user;
}

void directpush_user_ref(struct directpush_user *user)
{
	i_assert(user->refcount > 0);
	user->refcount++;
}

void directpush_user_unref(struct directpush_user **_user)
{
	struct directpush_user *user = *_user;

	*_user = NULL;
	if (user == NULL)
		return;
	i_assert(user->refcount > 0);
	if (--user->refcount > 0)
		return;
	i_assert(user->workers == NULL && user->devices == NULL &&
		 user->jobs_head == NULL);
	hash_table_remove(users, user->name);
	p_free(directpush_memory_get_pool(), user->name);
	p_free(directpush_memory_get_pool(), user);
}

void directpush_users_foreach(directpush_user_callback_t *callback, void *context)
{
	struct hash_iterate_context *iter;
	struct directpush_user *user;
	char *name;

	iter = hash_table_iterate_init(users);
	while (hash_table_iterate(iter, users, &name, &user))
		callback(user, context);
	hash_table_iterate_deinit(&iter);
}
