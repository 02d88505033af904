/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "istream.h"
#include "mkdir-parents.h"
#include "unlink-directory.h"
#include "read-full.h"
#include "write-full.h"
#include "master-service.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "test-mail-storage-common.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-mail-followup.h"
#include "eas-mailbox.h"
#include "eas-pim-folder.h"
#include "eas-search-results.h"
#include "eas-state-store.h"
#include "eas-user.h"
#include "fuzz-eas-user.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FUZZ_MEMORY_DIR "/dev/shm"
#define FUZZ_STATE_DIR "/state"
/* inputs are short */
#define FUZZ_MAX_MEMORY_VALUE 128

/* mailbox, mail */
static const struct {
	const char *mailbox, *text;
} fuzz_mails[] = {
#define FUZZ_MAIL(mailbox, text) { mailbox, text },
#include "fuzz-eas-mails.def"
};

struct fuzz_file {
	/* below the home */
	const char *path;
	bool is_dir;
	buffer_t *data;
	struct stat st;
};

static struct test_mail_storage_ctx *storage_ctx;
static struct directpush_worker_settings fuzz_set;
static struct eas_user fuzz_user;
static char *fuzz_dir, *fuzz_home;
/* where we are: names among the fuzzer's arguments are relative to it */
static int fuzz_cwd_fd = -1;
static pool_t files_pool;
static ARRAY(struct fuzz_file) files;

/*
 * The user
 */

static void fuzz_set_init(void)
{
	fuzz_set.directpush_heartbeat_min = 60;
	fuzz_set.directpush_heartbeat_max = 3540;
	fuzz_set.directpush_max_request_size = 1024*1024;
	fuzz_set.directpush_max_send_size = 4*1024*1024;
	fuzz_set.directpush_ping_max_folders = 20;
	fuzz_set.directpush_mass_delete_limit = 1000;
	fuzz_set.directpush_user_devices = 2;
	fuzz_set.directpush_certificates_dir = "";
	fuzz_set.directpush_trusted_ca = fuzz_dir;
	fuzz_set.directpush_tnef = TRUE;
	fuzz_set.directpush_timezone = "Europe/Berlin";
	fuzz_set.directpush_calendar_folder = "Calendar";
	fuzz_set.directpush_contacts_folder = "Contacts";
	fuzz_set.directpush_tasks_folder = "Tasks";
	fuzz_set.directpush_notes_folder = "Notes";
	fuzz_set.parsed_ping_wake = DIRECTPUSH_CHANGE_NEW | DIRECTPUSH_CHANGE_FLAGS |
		DIRECTPUSH_CHANGE_EXPUNGE;
}

static void fuzz_user_create(void)
{
	static const char *const addresses[] = { "alice@example.com", NULL };
	const char *extra_input[] = {
		t_strconcat("home=", fuzz_home, NULL),
		"mail_fsync=never",
		NULL
	};
	const struct test_mail_storage_settings set = {
		.driver = "sdbox", .extra_input = extra_input,
	};

	test_mail_storage_init_user(storage_ctx, &set);
	if (fchdir(fuzz_cwd_fd) < 0)
		i_fatal("fchdir() failed: %m");
	i_zero(&fuzz_user);
	fuzz_user.pool = pool_alloconly_create("fuzz user", 1024);
	fuzz_user.event = event_create(NULL);
	fuzz_user.max_memory_value = FUZZ_MAX_MEMORY_VALUE;
	fuzz_user.mail_user = storage_ctx->user;
	fuzz_user.username = storage_ctx->user->username;
	fuzz_user.set = &fuzz_set;
	fuzz_user.state_root = p_strconcat(fuzz_user.pool, fuzz_home, FUZZ_STATE_DIR, NULL);
	fuzz_user.state_store = eas_state_store_init_user(fuzz_user.state_root,
							  fuzz_user.event);
	fuzz_user.addresses = addresses;
	fuzz_user.tnef_temp_prefix = p_strconcat(fuzz_user.pool, fuzz_dir, "/tmp.", NULL);
}

static void fuzz_user_destroy(void)
{
	eas_search_results_free(&fuzz_user);
	eas_mail_followups_forget(&fuzz_user);
	eas_pim_folders_free(&fuzz_user);
	eas_mailboxes_free(&fuzz_user);
	eas_folder_lists_free(&fuzz_user);
	eas_state_store_deinit(&fuzz_user.state_store);
	event_unref(&fuzz_user.event);
	pool_unref(&fuzz_user.pool);
	test_mail_storage_deinit_user(storage_ctx);
}

struct eas_user *fuzz_eas_user_get(void)
{
	return &fuzz_user;
}

/*
 * Mailboxes
 */

static void fuzz_mailbox_create(const char *name)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(storage_ctx->user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, name, 0);

	if (mailbox_create(box, NULL, FALSE) < 0 &&
	    mailbox_get_last_mail_error(box) != MAIL_ERROR_EXISTS)
		i_fatal("%s: %s", name, mailbox_get_last_internal_error(box, NULL));
	mailbox_free(&box);
}

static void fuzz_mail_save(const char *name, const char *text)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(storage_ctx->user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_SAVEONLY);
	struct istream *input = i_stream_create_from_data(text, strlen(text));
	struct mailbox_transaction_context *trans;
	struct mail_save_context *save_ctx;
	int ret;

	if (mailbox_open(box) < 0)
		i_fatal("%s: %s", name, mailbox_get_last_internal_error(box, NULL));
	trans = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL, __func__);
	save_ctx = mailbox_save_alloc(trans);
	if (mailbox_save_begin(&save_ctx, input) < 0)
		i_fatal("%s: %s", name, mailbox_get_last_internal_error(box, NULL));
	while ((ret = i_stream_read(input)) > 0 || ret == -2) {
		if (mailbox_save_continue(save_ctx) < 0)
			i_fatal("%s: %s", name, mailbox_get_last_internal_error(box, NULL));
	}
	if (mailbox_save_finish(&save_ctx) < 0 || mailbox_transaction_commit(&trans) < 0)
		i_fatal("%s: %s", name, mailbox_get_last_internal_error(box, NULL));
	i_stream_unref(&input);
	mailbox_free(&box);
}

/*
 * Back to the beginning
 */

static void fuzz_file_add(const char *path, const struct stat *st)
{
	const char *full_path = t_strconcat(fuzz_home, path, NULL);
	struct fuzz_file *file = array_append_space(&files);
	int fd;

	file->path = p_strdup(files_pool, path);
	file->is_dir = S_ISDIR(st->st_mode);
	file->st = *st;
	if (file->is_dir)
		return;
	file->data = buffer_create_dynamic(files_pool, st->st_size + 1);
	if ((fd = open(full_path, O_RDONLY)) == -1 ||
	    read_full(fd, buffer_append_space_unsafe(file->data, st->st_size),
		      st->st_size) < 0)
		i_fatal("read(%s) failed: %m", full_path);
	i_close_fd(&fd);
}

typedef void fuzz_walk_callback_t(const char *path, const struct stat *st);

/* Everything below path, a directory before what is in it. */
static void fuzz_walk(const char *path, fuzz_walk_callback_t *callback)
{
	const char *dir_path = t_strconcat(fuzz_home, path, NULL);
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if ((dir = opendir(dir_path)) == NULL)
		i_fatal("opendir(%s) failed: %m", dir_path);
	while ((entry = readdir(dir)) != NULL) T_BEGIN {
		const char *sub_path = t_strconcat(path, "/", entry->d_name, NULL);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    lstat(t_strconcat(fuzz_home, sub_path, NULL), &st) == 0) {
			callback(sub_path, &st);
			if (S_ISDIR(st.st_mode))
				fuzz_walk(sub_path, callback);
		}
	} T_END;
	(void)closedir(dir);
}

static void fuzz_files_write(void)
{
	const struct fuzz_file *file;
	const char *error;

	if (unlink_directory(fuzz_home, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	if (mkdir(fuzz_home, 0700) < 0)
		i_fatal("mkdir(%s) failed: %m", fuzz_home);
	array_foreach(&files, file) T_BEGIN {
		const char *path = t_strconcat(fuzz_home, file->path, NULL);
		int fd = -1;

		if (file->is_dir ? mkdir(path, 0700) < 0 :
		    (fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)) == -1 ||
		    write_full(fd, file->data->data, file->data->used) < 0)
			i_fatal("%s: %m", path);
		i_close_fd(&fd);
	} T_END;
}

void fuzz_eas_user_keep(void)
{
	fuzz_user_destroy();
	if (files_pool != NULL)
		pool_unref(&files_pool);
	files_pool = pool_alloconly_create("fuzz files", 64*1024);
	p_array_init(&files, files_pool, 128);
	fuzz_walk("", fuzz_file_add);
	fuzz_files_write();
	fuzz_user_create();
}

void fuzz_eas_user_restore(void)
{
	fuzz_user_destroy();
	fuzz_files_write();
	fuzz_user_create();
}

/* A directory in memory; we are there until there is a user. */
static void fuzz_dir_create(void)
{
	/* run-fuzzers names one, and removes it with what a killed fuzzer leaves */
	const char *base = getenv("FUZZ_MEMORY_DIR");
	char *path;

	if (base == NULL)
		base = access(FUZZ_MEMORY_DIR, W_OK) == 0 ? FUZZ_MEMORY_DIR : "/tmp";
	path = i_strconcat(base, "/fuzz-eas-request.XXXXXX", NULL);
	if (mkdtemp(path) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", path);
	fuzz_dir = path;
	fuzz_home = i_strconcat(path, "/home", NULL);
	if (chdir(fuzz_dir) < 0)
		i_fatal("chdir(%s) failed: %m", fuzz_dir);
}

void fuzz_eas_user_init(void)
{
	static const char *const mailboxes[] = {
		"Drafts", "Sent", "Trash", "Calendar", "Contacts", "Tasks", "Notes",
		"Work", "Work/Deep",
	};
	char name[] = "fuzz-eas-request";
	char *argv[] = { name, NULL }, **argvp = argv;
	int argc = 1;

	if ((fuzz_cwd_fd = open(".", O_RDONLY | O_DIRECTORY)) == -1)
		i_fatal("open(.) failed: %m");
	master_service = master_service_init(name,
		MASTER_SERVICE_FLAG_STANDALONE | MASTER_SERVICE_FLAG_DONT_SEND_STATS |
		MASTER_SERVICE_FLAG_NO_CONFIG_SETTINGS | MASTER_SERVICE_FLAG_NO_SSL_INIT |
		MASTER_SERVICE_FLAG_NO_INIT_DATASTACK_FRAME, &argc, &argvp, "");
	fuzz_dir_create();
	fuzz_set_init();
	storage_ctx = test_mail_storage_init();
	fuzz_user_create();
	for (unsigned int i = 0; i < N_ELEMENTS(mailboxes); i++)
		fuzz_mailbox_create(mailboxes[i]);
	for (unsigned int i = 0; i < N_ELEMENTS(fuzz_mails); i++)
		fuzz_mail_save(fuzz_mails[i].mailbox, fuzz_mails[i].text);
}

void fuzz_eas_user_deinit(void)
{
	const char *error;

	fuzz_user_destroy();
	test_mail_storage_deinit(&storage_ctx);
	pool_unref(&files_pool);
	if (unlink_directory(fuzz_dir, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	i_close_fd(&fuzz_cwd_fd);
	i_free(fuzz_home);
	i_free(fuzz_dir);
	master_service_deinit(&master_service);
}
