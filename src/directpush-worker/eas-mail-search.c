/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "time-util.h"
#include "mail-search-build.h"
#include "mail-storage.h"
#include "eas-folder.h"
#include "eas-folder-lister.h"
#include "eas-mail-conversation.h"
#include "eas-mailbox.h"
#include "eas-user.h"
#include "eas-mail-search.h"

/* The newest mails of a folder are searched first, so many, and then more and more: a full
   text index is asked once each time. */
#define MAIL_SEARCH_FIRST_COUNT 500
#define MAIL_SEARCH_GROWTH 4

static const struct {
	enum eas_search_field field;
	enum mail_search_arg_type type;
	const char *header;
} search_args[] = {
	{ EAS_SEARCH_FIELD_FROM, SEARCH_HEADER_ADDRESS, "FROM" },
	{ EAS_SEARCH_FIELD_TO, SEARCH_HEADER_ADDRESS, "TO" },
	{ EAS_SEARCH_FIELD_CC, SEARCH_HEADER_ADDRESS, "CC" },
	{ EAS_SEARCH_FIELD_BCC, SEARCH_HEADER_ADDRESS, "BCC" },
	{ EAS_SEARCH_FIELD_SUBJECT, SEARCH_HEADER_COMPRESS_LWSP, "SUBJECT" },
	{ EAS_SEARCH_FIELD_BODY, SEARCH_BODY, NULL }
};

struct mail_search_run {
	const struct eas_mail_search *search;
	struct event *event;
	const struct eas_folder *folder;
	struct mailbox *box;
	struct eas_search_results *results;
	/* in the folder */
	unsigned int found;
	uint64_t deadline_usecs;
	bool timed_out;
};

void eas_mail_search_init(struct eas_mail_search *search, pool_t pool)
{
	i_zero(search);
	p_array_init(&search->terms, pool, 8);
	p_array_init(&search->folders, pool, 8);
}

/*
 * Folders
 */

static void search_add_folder(struct eas_mail_search *search, const struct eas_folder *folder)
{
	const struct eas_folder *other;

	if (folder->vname == NULL || !folder->selectable ||
	    folder->class != EAS_CLASS_EMAIL)
		return;
	array_foreach_elem(&search->folders, other) {
		if (strcmp(other->id, folder->id) == 0)
			return;
	}
	array_push_back(&search->folders, &folder);
}

static void search_add_below(struct eas_mail_search *search,
			     const struct eas_folder_list *list, const char *parent_id)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (strcmp(folder->parent_id, parent_id) == 0) {
			search_add_folder(search, folder);
			search_add_below(search, list, folder->id);
		}
	}
}

int eas_mail_search_add_folder(struct eas_mail_search *search, struct eas_user *user,
			       const char *id, bool deep)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	int ret;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	if (strcmp(id, EAS_FOLDER_TOP_ID) == 0) {
		array_foreach(&list->folders, folder)
			search_add_folder(search, folder);
		return 1;
	}
	ret = eas_folder_find(user, id, &folder);
	if (ret <= 0)
		return ret;
	search_add_folder(search, folder);
	if (deep)
		search_add_below(search, user->folders, id);
	return 1;
}

/*
 * Query
 */

static struct mail_search_arg *
arg_new(struct mail_search_args *args, enum mail_search_arg_type type, const char *str)
{
	struct mail_search_arg *arg = p_new(args->pool, struct mail_search_arg, 1);

	arg->type = type;
	arg->value.str = p_strdup(args->pool, str);
	return arg;
}

static void arg_add(struct mail_search_arg **args, struct mail_search_arg *arg)
{
	arg->next = *args;
	*args = arg;
}

/* An alternative to nothing else is none: full text indexes stumble over it. */
static struct mail_search_arg *arg_or(struct mail_search_arg *any)
{
	return any->value.subargs->next == NULL ? any->value.subargs : any;
}

static struct mail_search_arg *
term_to_arg(struct mail_search_args *args, const struct eas_search_term *term)
{
	struct mail_search_arg *any = arg_new(args, SEARCH_OR, NULL), *arg;

	if (term->fields == EAS_SEARCH_FIELD_ANY)
		arg_add(&any->value.subargs, arg_new(args, SEARCH_TEXT, term->text));
	for (unsigned int i = 0; i < N_ELEMENTS(search_args); i++) {
		if ((term->fields & search_args[i].field) == 0)
			continue;
		arg = arg_new(args, search_args[i].type, term->text);
		arg->hdr_field_name = search_args[i].header;
		arg_add(&any->value.subargs, arg);
	}
	arg = arg_or(any);
	arg->match_not = term->match_not;
	return arg;
}

static void query_add_terms(struct mail_search_args *args, const struct eas_mail_search *search)
{
	struct mail_search_arg *any = NULL;
	const struct eas_search_term *term;

	array_foreach(&search->terms, term) {
		if (!term->or_previous) {
			if (any != NULL)
				arg_add(&args->args, arg_or(any));
			any = arg_new(args, SEARCH_OR, NULL);
		}
		arg_add(&any->value.subargs, term_to_arg(args, term));
	}
	if (any != NULL)
		arg_add(&args->args, arg_or(any));
}

static void query_add_date(struct mail_search_args *args, enum mail_search_arg_type type,
			   time_t time)
{
	struct mail_search_arg *arg = mail_search_build_add(args, type);

	arg->value.time = time;
	arg->value.date_type = MAIL_SEARCH_DATE_TYPE_RECEIVED;
	arg->value.search_flags = MAIL_SEARCH_ARG_FLAG_UTC_TIMES;
}

/* What is added last is looked at first. */
static struct mail_search_args *
query_build(const struct eas_mail_search *search, uint32_t seq1, uint32_t seq2)
{
	struct mail_search_args *args = mail_search_build_init();
	struct mail_search_arg *arg;

	query_add_terms(args, search);
	if (search->after_utc != 0)
		query_add_date(args, SEARCH_SINCE, search->after_utc + 1);
	if (search->before_utc != 0)
		query_add_date(args, SEARCH_BEFORE, search->before_utc);
	/* not shown by Sync either */
	arg = mail_search_build_add(args, SEARCH_FLAGS);
	arg->value.flags = MAIL_DELETED;
	arg->match_not = TRUE;
	mail_search_build_add_seqset(args, seq1, seq2);
	return args;
}

/*
 * Mails
 */

static bool
mail_is_in_conversation(struct mail *mail, const char *folder_id, const unsigned char *id)
{
	unsigned char mail_id[EAS_CONVERSATION_ID_BYTES];

	eas_mail_conversation_get_id(mail, folder_id, mail_id);
	return memcmp(mail_id, id, sizeof(mail_id)) == 0;
}

static void search_add_hit(struct mail_search_run *run, struct mail *mail)
{
	struct eas_search_hit *hit;
	time_t received;

	if (run->search->conversation_id != NULL &&
	    !mail_is_in_conversation(mail, run->folder->id, run->search->conversation_id))
		return;
	if (mail_get_received_date(mail, &received) < 0)
		return;
	hit = array_append_space(&run->results->hits);
	i_strocpy(hit->folder_id, run->folder->id, sizeof(hit->folder_id));
	hit->uid = mail->uid;
	hit->received_utc = received;
	run->found++;
}

static bool search_is_timed_out(struct mail_search_run *run)
{
	if (i_microseconds() >= run->deadline_usecs)
		run->timed_out = TRUE;
	return run->timed_out;
}

static int search_messages(struct mail_search_run *run, uint32_t seq1, uint32_t seq2)
{
	struct mailbox_transaction_context *trans;
	struct mail_search_context *search;
	struct mail_search_args *args;
	struct mail *mail;
	bool more;
	int ret;

	args = query_build(run->search, seq1, seq2);
	trans = mailbox_transaction_begin(run->box, 0, "directpush search");
	search = mailbox_search_init(trans, args, NULL, MAIL_FETCH_RECEIVED_DATE, NULL);
	mail_search_args_unref(&args);
	do {
		/* not always set */
		more = FALSE;
		if (mailbox_search_next_nonblock(search, &mail, &more)) T_BEGIN {
			search_add_hit(run, mail);
			more = TRUE;
		} T_END;
	} while (more && !search_is_timed_out(run));
	ret = mailbox_search_deinit(&search);
	/* what was added to the cache */
	(void)mailbox_transaction_commit(&trans);
	/* an index given up half way is no error */
	return run->timed_out ? 0 : ret;
}

static void search_box(struct mail_search_run *run)
{
	struct mailbox_status status;
	uint32_t seq2, count = MAIL_SEARCH_FIRST_COUNT;
	int ret = 0;

	mailbox_get_open_status(run->box, STATUS_MESSAGES, &status);
	for (seq2 = status.messages; seq2 > 0 && ret == 0; ) {
		uint32_t seq1 = seq2 > count ? seq2 - count + 1 : 1;

		ret = search_messages(run, seq1, seq2);
		seq2 = seq1 - 1;
		count *= MAIL_SEARCH_GROWTH;
		if (run->timed_out || run->found >= EAS_SEARCH_MAX_HITS)
			break;
	}
	if (ret < 0) {
		e_error(run->event, "Mailbox %s cannot be searched now: %s",
			run->folder->vname,
			mailbox_get_last_internal_error(run->box, NULL));
	}
}

bool eas_mail_search_run(const struct eas_mail_search *search, struct eas_user *user,
			 struct event *event, struct eas_search_results *results)
{
	struct mail_search_run run = {
		.search = search, .event = event, .results = results,
		.deadline_usecs = i_microseconds() + EAS_MAIL_SEARCH_MSECS * 1000ULL
	};

	array_foreach_elem(&search->folders, run.folder) {
		if (search_is_timed_out(&run))
			break;
		if (eas_mailbox_open(user, run.folder, &run.box) <= 0)
			continue;
		run.found = 0;
		search_box(&run);
		eas_mailbox_close(user, run.folder, &run.box);
		eas_search_results_sort(results);
	}
	if (run.timed_out) {
		e_debug(event, "Search took %u ms and is not finished: %u found so far",
			EAS_MAIL_SEARCH_MSECS, array_count(&results->hits));
	}
	return !run.timed_out;
}
