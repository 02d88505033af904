/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The main() of a fuzzer that fuzzes nothing: it feeds each saved input of
   tests/fixtures/fuzz/<fuzzer>/ to it once. A program test-fuzz-x replays fuzz-x. */

#include "lib.h"
#include "istream.h"

#include <dirent.h>
#include <stdio.h>

#define FUZZ_MAX_INPUT_BYTES (1024*1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* not every fuzzer has one */
int LLVMFuzzerInitialize(int *argc, char **argv[]) __attribute__((weak));

static void fuzz_replay_file(const char *path)
{
	struct istream *input = i_stream_create_file(path, FUZZ_MAX_INPUT_BYTES);
	const unsigned char *data;
	unsigned char *copy;
	size_t size;

	while (i_stream_read(input) > 0) ;
	if (input->stream_errno != 0)
		i_fatal("%s", i_stream_get_error(input));
	data = i_stream_get_data(input, &size);
	/* exactly sized, for valgrind */
	copy = i_malloc(I_MAX(size, 1));
	memcpy(copy, data, size);
	i_stream_unref(&input);

	(void)LLVMFuzzerTestOneInput(copy, size);
	i_free(copy);
}

int main(int argc, char *argv[])
{
	const char *name = strrchr(argv[0], '/');
	const char *path;
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dir;

	if (LLVMFuzzerInitialize != NULL)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	else
		lib_init();
	name = name == NULL ? argv[0] : name + 1;
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	if (strncmp(name, "test-", 5) != 0)
		i_fatal("%s: my name must begin with test-", name);
	path = t_strconcat(getenv("top_srcdir"), "/tests/fixtures/fuzz/",
			   name + strlen("test-"), NULL);

	dir = opendir(path);
	if (dir == NULL)
		i_fatal("opendir(%s) failed: %m", path);
	while ((entry = readdir(dir)) != NULL) T_BEGIN {
		if (entry->d_name[0] != '.') {
			fuzz_replay_file(t_strconcat(path, "/", entry->d_name, NULL));
			count++;
		}
	} T_END;
	if (closedir(dir) < 0 || count == 0)
		i_fatal("%s: no input", path);
	printf("%s: %u inputs\n", name, count);
	/* one that begins by itself ends by itself, at exit as under libFuzzer */
	if (LLVMFuzzerInitialize == NULL)
		lib_deinit();
	return 0;
}
