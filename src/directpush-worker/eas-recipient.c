/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "str.h"
#include "directpush-compat.h"
#include "directpush-worker-settings.h"
#include "eas-certificate.h"
#include "eas-recipient.h"
#include "eas-user.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECIPIENT_FILE_SUFFIX ".pem"

/* Not a path, not hidden, and short enough for a file name. */
static bool address_is_safe(const char *address)
{
	return *address != '\0' && *address != '.' && strchr(address, '/') == NULL &&
		strlen(address) <= NAME_MAX - strlen(RECIPIENT_FILE_SUFFIX);
}

/* What stands between the brackets, if there are any; in lower case. */
static const char *recipient_normalize(const char *text)
{
	const char *open = strrchr(text, '<');

	if (open != NULL)
		text = t_strcut(open + 1, '>');
	return t_str_lcase(t_str_trim(text, " \t\r\n\""));
}

static bool address_is_whole(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at[1] != '\0';
}

static bool address_matches(const char *address, const char *text)
{
	return address_is_whole(text) ? strcmp(address, text) == 0 :
		str_begins_with(address, text);
}

static const char *certificate_path(struct eas_user *user, const char *address)
{
	return t_strconcat(user->set->directpush_certificates_dir, "/", address,
			   RECIPIENT_FILE_SUFFIX, NULL);
}

static void
addresses_add(ARRAY_TYPE(const_string) *addresses, pool_t pool, const char *address)
{
	const char *known;

	array_foreach_elem(addresses, known) {
		if (strcmp(known, address) == 0)
			return;
	}
	address = p_strdup(pool, address);
	array_push_back(addresses, &address);
}

static void find_own(struct eas_user *user, const char *text, pool_t pool,
		     ARRAY_TYPE(const_string) *addresses)
{
	const char *const *own;

	for (own = eas_user_get_addresses(user); *own != NULL; own++) T_BEGIN {
		const char *address = t_str_lcase(*own);

		if (address_matches(address, text))
			addresses_add(addresses, pool, address);
	} T_END;
}

/* Returns NULL if the name is not that of a certificate. */
static const char *file_get_address(const char *name)
{
	size_t len = strlen(name), suffix_len = strlen(RECIPIENT_FILE_SUFFIX);

	if (len <= suffix_len || *name == '.' ||
	    strcmp(name + len - suffix_len, RECIPIENT_FILE_SUFFIX) != 0)
		return NULL;
	name = t_strndup(name, len - suffix_len);
	return strchr(name, '@') == NULL ? NULL : name;
}

static void find_beginning(struct eas_user *user, struct event *event, const char *text,
			   pool_t pool, ARRAY_TYPE(const_string) *addresses)
{
	const char *dir = user->set->directpush_certificates_dir;
	const struct dirent *entry;
	unsigned int count = 0;
	DIR *dirp;

	dirp = opendir(dir);
	if (dirp == NULL) {
		if (errno == ENOENT || errno == EACCES)
			e_debug(event, "opendir(%s) failed: %m", dir);
		else
			e_error(event, "opendir(%s) failed: %m", dir);
		return;
	}
	while ((entry = readdir(dirp)) != NULL && ++count <= EAS_RECIPIENT_MAX_FILES) T_BEGIN {
		const char *address = file_get_address(entry->d_name);

		if (address != NULL && address_matches(address, text))
			addresses_add(addresses, pool, address);
	} T_END;
	(void)closedir(dirp);
}

static void find_with_certificate(struct eas_user *user, struct event *event,
				  const char *text, pool_t pool,
				  ARRAY_TYPE(const_string) *addresses)
{
	if (*user->set->directpush_certificates_dir == '\0')
		return;
	if (!address_is_whole(text))
		find_beginning(user, event, text, pool, addresses);
	else if (address_is_safe(text) && access(certificate_path(user, text), F_OK) == 0)
		addresses_add(addresses, pool, text);
}

void eas_recipients_find(struct eas_user *user, struct event *event, const char *text,
			 pool_t pool, ARRAY_TYPE(const_string) *addresses)
{
	text = recipient_normalize(text);
	if (*text == '\0')
		return;
	find_own(user, text, pool, addresses);
	find_with_certificate(user, event, text, pool, addresses);
	array_sort(addresses, i_strcmp_p);
}

/* Returns the file's bytes, none at all if it is not a certificate's. */
static int certificate_file_read(int fd, buffer_t *dest)
{
	struct stat st;
	ssize_t ret;

	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size > EAS_CERTIFICATE_MAX_BYTES)
		return 0;
	ret = pread(fd, buffer_append_space_unsafe(dest, st.st_size), st.st_size, 0);
	buffer_set_used_size(dest, ret < 0 ? 0 : ret);
	return ret < 0 ? -1 : 0;
}

bool eas_recipient_get_certificate(struct eas_user *user, struct event *event,
				   const char *address, buffer_t *dest)
{
	buffer_t *data = t_buffer_create(4096);
	const char *path;
	int fd;

	if (*user->set->directpush_certificates_dir == '\0' || !address_is_safe(address))
		return FALSE;
	path = certificate_path(user, address);
	/* whatever it is, opening it must not wait */
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd == -1) {
		if (errno != ENOENT)
			e_error(event, "open(%s) failed: %m", path);
		return FALSE;
	}
	if (certificate_file_read(fd, data) < 0)
		e_error(event, "read(%s) failed: %m", path);
	i_close_fd(&fd);
	if (eas_certificate_read(data->data, data->used, ioloop_time, dest))
		return TRUE;
	e_debug(event, "%s holds no certificate that is valid now", path);
	return FALSE;
}
