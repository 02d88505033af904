/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "hash.h"
#include "hmac.h"
#include "llist.h"
#include "randgen.h"
#include "safe-memset.h"
#include "directpush-auth-cache.h"

struct wrong_credentials {
	struct wrong_credentials *prev, *next;
	unsigned char digest[SHA256_RESULTLEN];
	/* digest, as the hash table's key */
	unsigned char *key;
	uint64_t expires_msecs;
};

static unsigned char auth_key[SHA256_RESULTLEN];
static HASH_TABLE(unsigned char *, struct wrong_credentials *) wrong;
/* oldest first */
static struct wrong_credentials *wrong_head, *wrong_tail;

static unsigned int digest_hash(const unsigned char *digest)
{
	unsigned int hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

static int digest_cmp(const unsigned char *d1, const unsigned char *d2)
{
	return memcmp(d1, d2, SHA256_RESULTLEN);
}

static void wrong_remove(struct wrong_credentials *entry)
{
	hash_table_remove(wrong, entry->key);
	DLLIST2_REMOVE(&wrong_head, &wrong_tail, entry);
	i_free(entry);
}

void directpush_auth_cache_init(void)
{
	random_fill(auth_key, sizeof(auth_key));
	hash_table_create(&wrong, default_pool, 0, digest_hash, digest_cmp);
}

void directpush_auth_cache_deinit(void)
{
	while (wrong_head != NULL)
		wrong_remove(wrong_head);
	hash_table_destroy(&wrong);
	safe_memset(auth_key, 0, sizeof(auth_key));
}

void directpush_auth_digest(const char *credentials, const struct ip_addr *remote_ip, const char *how,
			    unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN])
{
	struct hmac_context hmac;

	hmac_init(&hmac, auth_key, sizeof(auth_key), &hash_method_sha256);
	hmac_update(&hmac, credentials, strlen(credentials) + 1);
	hmac_update(&hmac, net_ip2addr(remote_ip), strlen(net_ip2addr(remote_ip)) + 1);
	hmac_update(&hmac, how, strlen(how));
	hmac_final(&hmac, digest_r);
}

void directpush_auth_cache_add_wrong(const unsigned char digest[STATIC_ARRAY SHA256_RESULTLEN],
				     uint64_t now_msecs, unsigned int ttl_secs)
{
	struct wrong_credentials *entry;

	if (ttl_secs == 0 || directpush_auth_cache_is_wrong(digest, now_msecs))
		return;
	if (hash_table_count(wrong) >= DIRECTPUSH_AUTH_CACHE_MAX_WRONG)
		wrong_remove(wrong_head);
	entry = i_new(struct wrong_credentials, 1);
	memcpy(entry->digest, digest, sizeof(entry->digest));
	entry->key = entry->digest;
	entry->expires_msecs = now_msecs + ttl_secs * 1000;
	hash_table_insert(wrong, entry->key, entry);
	DLLIST2_APPEND(&wrong_head, &wrong_tail, entry);
}

bool directpush_auth_cache_is_wrong(const unsigned char digest[STATIC_ARRAY SHA256_RESULTLEN],
				    uint64_t now_msecs)
{
	const unsigned char *key = digest;

	while (wrong_head != NULL && wrong_head->expires_msecs <= now_msecs)
		wrong_remove(wrong_head);
	return hash_table_lookup(wrong, key) != NULL;
}
