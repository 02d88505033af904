/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_INDEX_H
#define EAS_PIM_INDEX_H

/* What is known of the objects (calendar entries, contacts, tasks, notes) in one folder without
   reading them: the user's, for all devices. It can be lost at any time: it is made again from
   the objects, and phones start the folder anew. docs/state-format.md has the bytes,
   docs/decisions/170 tells why there is one.

   Two lists. "Copies" are what the backend has, by its own numbers (in a mailbox: the messages and
   their UIDs). "Rows" are the objects: the same UID is the same object, whichever copy it
   is in now. Looks at no backend. */

#include "eas-state-log.h"
#include "eas-value.h"
#include "seq-range-array.h"

/* changes when the bytes change, or what facts are made of an object */
#define EAS_PIM_INDEX_FORMAT 1
#define EAS_PIM_HASH_SIZE (EAS_ID_DIGEST_BITS / 8)
/* copies looked at in one folder; further ones are not shown */
#define EAS_PIM_MAX_COPIES 100000
/* Objects that are gone are remembered so long, and so many of them. A device that was away longer
   starts the folder anew. */
#define EAS_PIM_TOMBSTONE_SECS (60*24*60*60)
#define EAS_PIM_MAX_TOMBSTONES 20000
#define EAS_PIM_MAX_REVISION 200

enum eas_pim_flags_of_row {
	/* a task that is done */
	EAS_PIM_ROW_COMPLETE	= BIT(0),
	/* not shown to devices */
	EAS_PIM_ROW_HIDDEN	= BIT(1),
	/* a note as Apple's programs keep them */
	EAS_PIM_ROW_APPLE	= BIT(2)
};

enum eas_pim_flags_of_copy {
	/* it is no object of the folder's kind */
	EAS_PIM_COPY_OTHER	= BIT(0),
	/* it cannot be read: not shown, not touched */
	EAS_PIM_COPY_UNREADABLE	= BIT(1)
};

/* What is remembered of an object that was read. */
struct eas_pim_facts {
	unsigned char hash[EAS_PIM_HASH_SIZE];
	/* of all that matters in it */
	uint64_t digest;
	/* UTC; when it begins, and when its last occurrence ends; INT64_MAX = never */
	int64_t first, last;
	enum eas_pim_flags_of_row flags;
};

struct eas_pim_row {
	/* given in order of first appearance, never again to another object */
	uint32_t number;
	/* 1..EAS_PIM_MAX_REVISION, then 1 again: another one when the digest is another */
	uint32_t revision;
	/* the copy that is it now: the highest one; 0 = it is gone */
	uint32_t version;
	/* the index's when it last came, changed or went */
	uint64_t modseq;
	/* UTC, when it went; 0 = it is there */
	time_t gone_utc;
	struct eas_pim_facts facts;
};

ARRAY_DEFINE_TYPE(eas_pim_row, struct eas_pim_row);

struct eas_pim_copy {
	uint32_t version;
	/* of its row; 0 with flags */
	uint32_t number;
	enum eas_pim_flags_of_copy flags;
};
ARRAY_DEFINE_TYPE(eas_pim_copy, struct eas_pim_copy);

/* The backend at one moment: nothing has changed while it is the same. While validity is the same, next and modseq
   only grow. In a mailbox UIDVALIDITY, UIDNEXT, number of messages, HIGHESTMODSEQ. */
struct eas_pim_token {
	uint32_t validity, next, count;
	uint64_t modseq;
};

struct eas_pim_index {
	/* random; another one when the index was made anew */
	uint32_t instance;
	uint32_t next_number;
	/* counts updates that changed something */
	uint64_t modseq;
	/* Objects that went until then may be forgotten. */
	uint64_t forgotten_modseq;
	/* as it was updated last; validity 0 = never */
	struct eas_pim_token token;
	/* ascending by number, and by version */
	ARRAY_TYPE(eas_pim_row) rows;
	ARRAY_TYPE(eas_pim_copy) copies;
	/* of rows that are there and not hidden */
	unsigned int shown_count;

	HASH_TABLE(const unsigned char *, void *) numbers;
	pool_t hash_pool;
	/* an update is running: its modseq was taken */
	bool touched;
	/* What the last update changed: numbers of rows, maybe some twice; versions of copies that went, and then that
	   came. too_much: it cannot be said so. */
	struct {
		ARRAY_TYPE(uint32_t) rows;
		ARRAY_TYPE(seq_range) went, came;
		bool too_much;
	} news;

	/* eas-pim-index-store.c's: likewise */
	struct eas_state_end end;
	uoff_t whole_size;
	/* eas-pim-bases.c's: where the next goes (offset 0 = not known), and how large it was when written whole */
	struct eas_state_end bases_end;
	uoff_t bases_whole_size;
};

void eas_pim_hash_make(const char *uid, unsigned char hash_r[EAS_PIM_HASH_SIZE]);

struct eas_pim_index *eas_pim_index_new(void);
void eas_pim_index_free(struct eas_pim_index **index);

/* NULL if there is none. They live until the index is changed. */
const struct eas_pim_row *
eas_pim_index_find(const struct eas_pim_index *index, uint32_t number);
const struct eas_pim_row *
eas_pim_index_find_hash(struct eas_pim_index *index,
			const unsigned char hash[EAS_PIM_HASH_SIZE]);
bool eas_pim_row_is_shown(const struct eas_pim_row *row);
bool eas_pim_token_equals(const struct eas_pim_token *token1,
			  const struct eas_pim_token *token2);

/* An update: begin; forget what is not there any more; add what is to be read, ascending; end. */
void eas_pim_index_update_begin(struct eas_pim_index *index);
/* here: all versions there are. Copies that are not among them go, and are gone when the update ends
   unless another copy of the object is added. new_r: versions to be read, ascending. */
void eas_pim_index_update_list(struct eas_pim_index *index,
			       const ARRAY_TYPE(seq_range) *here,
			       ARRAY_TYPE(seq_range) *new_r);
/* Returns the row if the object says what it did not say before, else NULL. */
const struct eas_pim_row *
eas_pim_index_update_add(struct eas_pim_index *index, uint32_t version,
			 const struct eas_pim_facts *facts);
void eas_pim_index_update_skip(struct eas_pim_index *index, uint32_t version,
			       enum eas_pim_flags_of_copy why);
void eas_pim_index_update_end(struct eas_pim_index *index,
			      const struct eas_pim_token *token, time_t now);
/* The copies of an object, the one that is it now too. */
void eas_pim_index_get_copies(const struct eas_pim_index *index, uint32_t number,
			      ARRAY_TYPE(uint32_t) *versions);

/* Index <-> bytes. Returns 0, -1 with a sentence: these are not bytes of ours. */
int eas_pim_index_decode(const unsigned char *data, size_t size,
			 struct eas_pim_index **index_r, const char **error_r);
void eas_pim_index_encode(buffer_t *dest, const struct eas_pim_index *index);
/* Only what the last update changed; and do the same to the index as it was before. The result as of decoding:
   after -1 the index is of no use. */
void eas_pim_index_encode_news(buffer_t *dest, const struct eas_pim_index *index);
int eas_pim_index_apply_news(struct eas_pim_index *index, const unsigned char *data,
			     size_t size, const char **error_r);

/* Index <-> the user's store. Writing needs its lock, and an update that has ended: small ones are appended. */
enum eas_state_result
eas_pim_index_read(struct eas_state_store *store, const char *folder_id,
		   struct event *event, struct eas_pim_index **index_r);
int eas_pim_index_write(struct eas_state_store *store, const char *folder_id,
			struct eas_pim_index *index);
/* Of the file as it is now; all zero = there is none. */
void eas_pim_index_get_stamp(struct eas_state_store *store, const char *folder_id,
			     struct eas_state_stamp *stamp_r);

#endif
