/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "directpush-remote.h"

/* addresses looked at in one header */
#define FORWARDED_FOR_MAX 32

struct remote_network {
	struct ip_addr ip;
	unsigned int bits;
};

static ARRAY(struct remote_network) remote_networks;

static int remote_add_networks(const char *setting, const char *list,
			       const char **error_r)
{
	const char *const *nets = t_strsplit_spaces(list, ", ");
	struct remote_network net;

	for (; *nets != NULL; nets++) {
		if (net_parse_range(*nets, &net.ip, &net.bits) < 0) {
			*error_r = t_strdup_printf("%s: Invalid network: %s",
						   setting, *nets);
			return -1;
		}
		array_push_back(&remote_networks, &net);
	}
	return 0;
}

int directpush_remote_init(const char *haproxy_networks, const char *login_networks,
			   const char **error_r)
{
	i_array_init(&remote_networks, 4);
	if (remote_add_networks("haproxy_trusted_networks", haproxy_networks,
				error_r) < 0)
		return -1;
	return remote_add_networks("login_trusted_networks", login_networks, error_r);
}

void directpush_remote_deinit(void)
{
	array_free(&remote_networks);
}

bool directpush_remote_is_trusted(const struct ip_addr *ip)
{
	const struct remote_network *net;

	if (ip->family == 0)
		return FALSE;
	array_foreach(&remote_networks, net) {
		if (net_is_in_network(ip, &net->ip, net->bits))
			return TRUE;
	}
	return FALSE;
}

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711" */
static int forwarded_address_parse(const char *text, struct ip_addr *ip_r)
{
	const char *end;

	if (*text == '[') {
		end = strchr(text, ']');
		return end == NULL ? -1 :
			net_addr2ip(t_strdup_until(text + 1, end), ip_r);
	}
	if (net_addr2ip(text, ip_r) == 0)
		return 0;
	end = strchr(text, ':');
	return end == NULL ? -1 : net_addr2ip(t_strdup_until(text, end), ip_r);
}

bool directpush_remote_parse_forwarded_for(const char *header,
					   struct ip_addr *ip_r)
{
	const char *const *addrs = t_strsplit_spaces(header, ", \t");
	unsigned int i, count = str_array_length(addrs);
	struct ip_addr ip;
	bool found = FALSE;

	for (i = 0; i < count && i < FORWARDED_FOR_MAX; i++) {
		if (forwarded_address_parse(addrs[count - 1 - i], &ip) < 0)
			break;
		*ip_r = ip;
		found = TRUE;
		if (!directpush_remote_is_trusted(&ip))
			break;
	}
	return found;
}
