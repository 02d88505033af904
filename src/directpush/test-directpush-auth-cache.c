/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-auth-cache.h"

static void
test_digest_how(const char *credentials, const char *ip, const char *how,
		unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN])
{
	struct ip_addr remote_ip;

	if (net_addr2ip(ip, &remote_ip) < 0)
		i_unreached();
	directpush_auth_digest(credentials, &remote_ip, how, digest_r);
}

static void
test_digest(const char *credentials, const char *ip,
	    unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN])
{
	test_digest_how(credentials, ip, "tls", digest_r);
}

static void test_directpush_auth_digest(void)
{
	unsigned char digest1[SHA256_RESULTLEN], digest2[SHA256_RESULTLEN];

	test_begin("auth cache: credentials are not the same from elsewhere");
	directpush_auth_cache_init();
	test_digest("one", "192.0.2.1", digest1);
	test_digest("one", "192.0.2.1", digest2);
	test_assert(memcmp(digest1, digest2, sizeof(digest1)) == 0);
	test_digest("one", "192.0.2.2", digest2);
	test_assert(memcmp(digest1, digest2, sizeof(digest1)) != 0);
	test_digest_how("one", "192.0.2.1", "tls and a certificate", digest2);
	test_assert(memcmp(digest1, digest2, sizeof(digest1)) != 0);
	directpush_auth_cache_deinit();
	test_end();
}

static void test_directpush_auth_cache_wrong(void)
{
	unsigned char digest1[SHA256_RESULTLEN], digest2[SHA256_RESULTLEN];

	test_begin("auth cache: wrong credentials are known for their time");
	directpush_auth_cache_init();
	test_digest("one", "192.0.2.1", digest1);
	test_digest("two", "192.0.2.1", digest2);
	test_assert(memcmp(digest1, digest2, sizeof(digest1)) != 0);

	directpush_auth_cache_add_wrong(digest1, 1000, 30);
	test_assert(directpush_auth_cache_is_wrong(digest1, 1000));
	test_assert(directpush_auth_cache_is_wrong(digest1, 30999));
	test_assert(!directpush_auth_cache_is_wrong(digest2, 1000));
	test_assert(!directpush_auth_cache_is_wrong(digest1, 31000));

	directpush_auth_cache_add_wrong(digest2, 1000, 0);
	test_assert(!directpush_auth_cache_is_wrong(digest2, 1000));
	directpush_auth_cache_deinit();
	test_end();
}

static void test_directpush_auth_cache_max(void)
{
	unsigned char digest[SHA256_RESULTLEN], first[SHA256_RESULTLEN];

	test_begin("auth cache: the oldest make room");
	directpush_auth_cache_init();
	test_digest("first", "192.0.2.1", first);
	directpush_auth_cache_add_wrong(first, 1000, 30);
	memset(digest, 0, sizeof(digest));
	for (unsigned int i = 1; i < DIRECTPUSH_AUTH_CACHE_MAX_WRONG; i++) {
		memcpy(digest, &i, sizeof(i));
		directpush_auth_cache_add_wrong(digest, 1000, 30);
	}
	test_assert(directpush_auth_cache_is_wrong(first, 1000));
	digest[SHA256_RESULTLEN - 1] = 1;
	directpush_auth_cache_add_wrong(digest, 1000, 30);
	test_assert(!directpush_auth_cache_is_wrong(first, 1000));
	test_assert(directpush_auth_cache_is_wrong(digest, 1000));
	directpush_auth_cache_deinit();
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_auth_digest,
		test_directpush_auth_cache_wrong,
		test_directpush_auth_cache_max,
		NULL
	};
	return test_run(test_functions);
}
