/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DAY (24*60*60)

enum test_authority {
	AUTHORITY_ROOT,
	AUTHORITY_BETWEEN,
	/* nobody believes it */
	AUTHORITY_STRANGER,
	/* signs, but must not */
	AUTHORITY_PERSON,
	/* over since yesterday */
	AUTHORITY_OLD,
	AUTHORITY_COUNT
};

static EVP_PKEY *keys[AUTHORITY_COUNT], *person_key;
static X509 *authorities[AUTHORITY_COUNT];
static char test_dir[] = "/tmp/test-eas-certificate-XXXXXX";
static time_t now;
static long serial = 1000;

static EVP_PKEY *test_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) != 1 ||
	    EVP_PKEY_keygen(ctx, &key) != 1)
		i_fatal("no key");
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void test_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (ext == NULL || X509_add_ext(cert, ext, -1) != 1)
		i_fatal("bad extension: %s", value);
	X509_EXTENSION_free(ext);
}

/* Days count from today. issuer NULL = itself; extended NULL = not said. */
static X509 *
test_cert(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key,
	  int first_day, int last_day, const char *constraints, const char *key_usage,
	  const char *extended)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer == NULL ? subject :
			     X509_get_subject_name(issuer));
	X509_time_adj_ex(X509_getm_notBefore(cert), first_day, 0, &now);
	X509_time_adj_ex(X509_getm_notAfter(cert), last_day, 0, &now);
	X509_set_pubkey(cert, key);
	test_extension(cert, NID_basic_constraints, constraints);
	test_extension(cert, NID_key_usage, key_usage);
	if (extended != NULL)
		test_extension(cert, NID_ext_key_usage, extended);
	if (X509_sign(cert, issuer_key, EVP_sha256()) == 0)
		i_fatal("cannot sign");
	return cert;
}

static X509 *test_authority(const char *name, enum test_authority id, int issuer, int last_day)
{
	return test_cert(name, keys[id], issuer < 0 ? NULL : authorities[issuer],
			 keys[issuer < 0 ? (int)id : issuer], -100, last_day,
			 id == AUTHORITY_PERSON ? "critical,CA:FALSE" : "critical,CA:TRUE",
			 id == AUTHORITY_PERSON ? "digitalSignature" :
			 "keyCertSign,cRLSign", NULL);
}

static void test_make_authorities(void)
{
	for (unsigned int i = 0; i < AUTHORITY_COUNT; i++)
		keys[i] = test_key();
	person_key = test_key();
	authorities[AUTHORITY_ROOT] = test_authority("Root", AUTHORITY_ROOT, -1, 100);
	authorities[AUTHORITY_BETWEEN] =
		test_authority("Between", AUTHORITY_BETWEEN, AUTHORITY_ROOT, 100);
	authorities[AUTHORITY_STRANGER] =
		test_authority("Stranger", AUTHORITY_STRANGER, -1, 100);
	authorities[AUTHORITY_PERSON] =
		test_authority("Person", AUTHORITY_PERSON, AUTHORITY_ROOT, 100);
	authorities[AUTHORITY_OLD] =
		test_authority("Old", AUTHORITY_OLD, AUTHORITY_ROOT, -1);
}

static X509 *test_person(enum test_authority issuer, int first_day, int last_day,
			 const char *key_usage, const char *extended)
{
	return test_cert("alice", person_key, authorities[issuer], keys[issuer],
			 first_day, last_day, "critical,CA:FALSE", key_usage, extended);
}

static buffer_t *test_der(X509 *cert)
{
	buffer_t *der = t_buffer_create(1024);
	unsigned char *data = NULL;
	int len = i2d_X509(cert, &data);

	test_assert(len > 0);
	buffer_append(der, data, len);
	OPENSSL_free(data);
	return der;
}

/* A list of the authority that names these certificates. */
static void test_append_crl(FILE *file, enum test_authority id, int last_day,
			    X509 *const revoked[], unsigned int count)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = X509_time_adj_ex(NULL, -50, 0, &now);
	X509_REVOKED *entry;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(authorities[id]));
	X509_CRL_set1_lastUpdate(crl, time);
	for (unsigned int i = 0; i < count; i++) {
		entry = X509_REVOKED_new();
		X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked[i]));
		X509_REVOKED_set_revocationDate(entry, time);
		X509_CRL_add0_revoked(crl, entry);
	}
	X509_time_adj_ex(time, last_day, 0, &now);
	X509_CRL_set1_nextUpdate(crl, time);
	X509_CRL_sign(crl, keys[id], EVP_sha256());
	PEM_write_X509_CRL(file, crl);
	X509_CRL_free(crl);
	ASN1_TIME_free(time);
}

static const char *test_path(const char *name)
{
	return t_strconcat(test_dir, "/", name, NULL);
}

static FILE *test_file(const char *name)
{
	FILE *file = fopen(test_path(name), "w");

	if (file == NULL)
		i_fatal("fopen(%s) failed: %m", test_path(name));
	return file;
}

static void test_write_root(void)
{
	FILE *file = test_file("root.pem");

	PEM_write_X509(file, authorities[AUTHORITY_ROOT]);
	fclose(file);
}

static struct eas_certificate_store *test_store(const char *name)
{
	struct eas_certificate_store *store;
	const char *error;

	if (eas_certificate_store_init(test_path(name), &store, &error) < 0)
		i_fatal("%s", error);
	for (unsigned int i = AUTHORITY_BETWEEN; i < AUTHORITY_COUNT; i++) {
		buffer_t *der = test_der(authorities[i]);

		eas_certificate_store_add_chain(store, der->data, der->used);
	}
	return store;
}

static enum eas_status
test_check(struct eas_certificate_store *store, X509 *cert, bool check_crl)
{
	buffer_t *der = test_der(cert);
	const char *reason = NULL;
	enum eas_status status;

	status = eas_certificate_check(store, der->data, der->used, now, check_crl,
				       &reason);
	test_assert(reason != NULL);
	return status;
}

static void test_certificate_statuses(void)
{
	static const struct {
		enum test_authority issuer;
		int first_day, last_day;
		const char *key_usage, *extended;
		unsigned int status;
	} tests[] = {
		{ AUTHORITY_ROOT, -1, 1, "digitalSignature", "emailProtection", 1 },
		{ AUTHORITY_BETWEEN, -1, 1, "digitalSignature", "emailProtection", 1 },
		{ AUTHORITY_BETWEEN, -1, 1, "nonRepudiation", NULL, 1 },
		{ AUTHORITY_STRANGER, -1, 1, "digitalSignature", "emailProtection", 4 },
		{ AUTHORITY_ROOT, -1, 1, "digitalSignature", "serverAuth", 6 },
		{ AUTHORITY_ROOT, -1, 1, "keyEncipherment", "emailProtection", 6 },
		{ AUTHORITY_ROOT, -3, -1, "digitalSignature", "emailProtection", 7 },
		{ AUTHORITY_ROOT, 1, 3, "digitalSignature", "emailProtection", 7 },
		{ AUTHORITY_OLD, -3, 1, "digitalSignature", "emailProtection", 8 },
		{ AUTHORITY_PERSON, -1, 1, "digitalSignature", "emailProtection", 11 },
	};
	struct eas_certificate_store *store = test_store("root.pem");

	test_begin("certificate: each way to be wrong has its Status");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		X509 *cert = test_person(tests[i].issuer, tests[i].first_day,
					 tests[i].last_day, tests[i].key_usage,
					 tests[i].extended);

		test_assert_ucmp_idx(test_check(store, cert, FALSE), ==, tests[i].status, i);
		X509_free(cert);
	}
	eas_certificate_store_deinit(&store);
	test_end();
}

static void test_certificate_signature(void)
{
	struct eas_certificate_store *store = test_store("root.pem");
	/* says it comes from Root, but another has signed it */
	X509 *cert = test_cert("alice", person_key, authorities[AUTHORITY_ROOT],
			       keys[AUTHORITY_STRANGER], -1, 1, "CA:FALSE",
			       "digitalSignature", "emailProtection");

	test_begin("certificate: signature of another is Status 3");
	test_assert_ucmp(test_check(store, cert, FALSE), ==, 3);
	X509_free(cert);
	eas_certificate_store_deinit(&store);
	test_end();
}

static void test_certificate_revocation(void)
{
	X509 *good = test_person(AUTHORITY_BETWEEN, -1, 1, "digitalSignature", NULL);
	X509 *bad = test_person(AUTHORITY_BETWEEN, -1, 1, "digitalSignature", NULL);
	struct eas_certificate_store *store;
	FILE *file;

	test_begin("certificate: without lists only CheckCRL says no");
	store = test_store("root.pem");
	test_assert_ucmp(test_check(store, good, FALSE), ==, 1);
	test_assert_ucmp(test_check(store, good, TRUE), ==, 16);
	eas_certificate_store_deinit(&store);
	test_end();

	test_begin("certificate: who is on a list is revoked");
	file = test_file("lists.pem");
	PEM_write_X509(file, authorities[AUTHORITY_ROOT]);
	test_append_crl(file, AUTHORITY_ROOT, 5, NULL, 0);
	test_append_crl(file, AUTHORITY_BETWEEN, 5, &bad, 1);
	fclose(file);
	store = test_store("lists.pem");
	for (int check_crl = 0; check_crl < 2; check_crl++) {
		test_assert_ucmp_idx(test_check(store, good, check_crl != 0), ==, 1, check_crl);
		test_assert_ucmp_idx(test_check(store, bad, check_crl != 0), ==, 13, check_crl);
	}
	eas_certificate_store_deinit(&store);
	test_end();

	test_begin("certificate: an authority on a list");
	file = test_file("lists.pem");
	PEM_write_X509(file, authorities[AUTHORITY_ROOT]);
	test_append_crl(file, AUTHORITY_ROOT, 5, &authorities[AUTHORITY_BETWEEN], 1);
	fclose(file);
	store = test_store("lists.pem");
	test_assert_ucmp(test_check(store, good, FALSE), ==, 15);
	eas_certificate_store_deinit(&store);
	test_end();

	test_begin("certificate: a list of yesterday is as none");
	file = test_file("lists.pem");
	PEM_write_X509(file, authorities[AUTHORITY_ROOT]);
	test_append_crl(file, AUTHORITY_ROOT, -1, NULL, 0);
	test_append_crl(file, AUTHORITY_BETWEEN, -1, NULL, 0);
	fclose(file);
	store = test_store("lists.pem");
	test_assert_ucmp(test_check(store, good, FALSE), ==, 1);
	test_assert_ucmp(test_check(store, good, TRUE), ==, 16);
	eas_certificate_store_deinit(&store);
	test_end();

	X509_free(good);
	X509_free(bad);
}

static void test_certificate_garbage(void)
{
	struct eas_certificate_store *store = test_store("root.pem");
	X509 *cert = test_person(AUTHORITY_ROOT, -1, 1, "digitalSignature", NULL);
	buffer_t *der = test_der(cert), *large = t_buffer_create(EAS_CERTIFICATE_MAX_BYTES + 1);
	const char *reason;

	test_begin("certificate: what is none is Status 10");
	for (size_t size = 0; size < der->used; size++) {
		test_assert_ucmp_idx(eas_certificate_check(store, der->data, size, now,
							   FALSE, &reason), ==, 10, size);
	}
	buffer_append_c(der, 0);
	test_assert_ucmp(eas_certificate_check(store, der->data, der->used, now, FALSE,
					       &reason), ==, 10);
	buffer_append_zero(large, EAS_CERTIFICATE_MAX_BYTES + 1);
	test_assert_ucmp(eas_certificate_check(store, large->data, large->used, now, FALSE,
					       &reason), ==, 10);
	test_end();

	test_begin("certificate: no store without its file");
	eas_certificate_store_deinit(&store);
	test_assert(eas_certificate_store_init(test_path("missing.pem"), &store,
					       &reason) < 0);
	test_end();
	X509_free(cert);
}

static void test_certificate_read(void)
{
	X509 *cert = test_person(AUTHORITY_ROOT, -1, 1, "digitalSignature", NULL);
	X509 *old = test_person(AUTHORITY_ROOT, -3, -1, "digitalSignature", NULL);
	buffer_t *der = test_der(cert), *old_der = test_der(old);
	buffer_t *found = t_buffer_create(1024);
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long size;

	test_begin("certificate: read as DER and as PEM");
	test_assert(eas_certificate_read(der->data, der->used, now, found));
	test_assert(buffer_cmp(found, der));
	PEM_write_bio_X509(bio, cert);
	size = BIO_get_mem_data(bio, &pem);
	buffer_set_used_size(found, 0);
	test_assert(eas_certificate_read(pem, size, now, found));
	test_assert(buffer_cmp(found, der));
	test_end();

	test_begin("certificate: neither expired nor broken ones are read");
	buffer_set_used_size(found, 0);
	test_assert(!eas_certificate_read(old_der->data, old_der->used, now, found));
	test_assert(!eas_certificate_read("hello", 5, now, found));
	test_assert(!eas_certificate_read("", 0, now, found));
	test_assert(!eas_certificate_read(pem, size / 2, now, found));
	test_assert(found->used == 0);
	test_end();
	BIO_free(bio);
	X509_free(cert);
	X509_free(old);
}

static void test_init(void)
{
	now = time(NULL);
	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
	test_make_authorities();
	test_write_root();
}

static void test_deinit(void)
{
	const char *error;

	for (unsigned int i = 0; i < AUTHORITY_COUNT; i++) {
		X509_free(authorities[i]);
		EVP_PKEY_free(keys[i]);
	}
	EVP_PKEY_free(person_key);
	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_init,
		test_certificate_statuses,
		test_certificate_signature,
		test_certificate_revocation,
		test_certificate_garbage,
		test_certificate_read,
		test_deinit,
		NULL
	};
	return test_run(test_functions);
}
