/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-request.h"

void eas_request_copy(pool_t pool, const struct eas_request *src,
		      struct eas_request *dest_r)
{
	*dest_r = *src;
	dest_r->device_id = p_strdup(pool, src->device_id);
	dest_r->device_type = p_strdup(pool, src->device_type);
	dest_r->user_agent = p_strdup(pool, src->user_agent);
	dest_r->query_user = p_strdup(pool, src->query_user);
	dest_r->attachment_name = p_strdup(pool, src->attachment_name);
	dest_r->collection_id = p_strdup(pool, src->collection_id);
	dest_r->item_id = p_strdup(pool, src->item_id);
	dest_r->long_id = p_strdup(pool, src->long_id);
	dest_r->occurrence = p_strdup(pool, src->occurrence);
	dest_r->parent_id = p_strdup(pool, src->parent_id);
	dest_r->content_type = p_strdup(pool, src->content_type);
	dest_r->accept_language = p_strdup(pool, src->accept_language);
}
