/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "hex-binary.h"
#include "sha2.h"
#include "str.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "test-common.h"
#include "pim-kolab.h"
#include "test-eas-pim-oracle.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const kind_names[] = {
	[PIM_KIND_EVENT] = "event",
	[PIM_KIND_CONTACT] = "contact",
	[PIM_KIND_TASK] = "task",
	[PIM_KIND_NOTE] = "note",
};
static char oracle_dir[] = "/tmp/test-eas-pim-oracle-XXXXXX";
static unsigned int oracle_count;

void test_oracle_init(void)
{
	if (mkdtemp(oracle_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", oracle_dir);
}

void test_oracle_add(const char *name, enum pim_kind kind, const struct pim_component *root)
{
	unsigned char digest[SHA256_RESULTLEN];
	string_t *xml = t_str_new(4096);
	const char *path, *error;
	int fd;

	if (pim_kolab_encode(xml, kind, root, &error) < 0) {
		test_out_reason(name, FALSE, error);
		return;
	}
	sha256_get_digest(str_data(xml), str_len(xml), digest);
	/* what others have made of it too is the same file */
	path = t_strdup_printf("%s/%s.%s.xml", oracle_dir, binary_to_hex(digest, 8), kind_names[kind]);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd == -1 && errno == EEXIST)
		return;
	if (fd == -1 || write_full(fd, str_data(xml), str_len(xml)) < 0 || close(fd) < 0)
		i_fatal("write(%s) failed: %m", path);
	oracle_count++;
}

void test_oracle(void)
{
	const char *error;

	if (system("/usr/bin/python3 -c 'import kolabformat' 2>/dev/null") != 0) {
		printf("SKIPPED: python3-kolabformat is not installed: libkolabxml read nothing\n");
	} else {
		test_begin(t_strdup_printf("libkolabxml reads %u changed objects", oracle_count));
		test_assert(system(t_strdup_printf("/usr/bin/python3 %s/tests/harness/kolab_oracle_all.py %s 2>/dev/null",
						   getenv("top_srcdir"), oracle_dir)) == 0);
		test_end();
	}
	if (unlink_directory(oracle_dir, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("unlink_directory(%s) failed: %s", oracle_dir, error);
}
