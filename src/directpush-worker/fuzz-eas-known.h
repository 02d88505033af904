/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FUZZ_EAS_KNOWN_H
#define FUZZ_EAS_KNOWN_H

/* For the fuzzer of whole requests: what a phone has learned from answers, and words that stand
   for it in its next request. Without them no mutated request would get past the check of its
   SyncKey.

     {h} FolderSync's key   {p} policy key   {c} a ConversationId   {l} a LongId
     {r} a FileReference    {fN} id of folder N   {kN} its SyncKey
     {iN} the item of it that was told first   {jN} the last one

   N is a row of fuzz_eas_folder_types; the last one is the folder created last. What is not
   known yet is "0". Any other text between braces stands for itself. */

struct wbxml_node;

#define FUZZ_EAS_FOLDERS 9

struct fuzz_eas_known {
	const char *hierarchy_key, *policy_key, *conversation_id, *long_id, *file_reference;
	struct {
		const char *id, *sync_key, *first_item, *last_item;
	} folders[FUZZ_EAS_FOLDERS];
};

/* Of one answer. Strings are copied into pool. */
void fuzz_eas_known_learn(struct fuzz_eas_known *known, pool_t pool,
			  const struct wbxml_node *root);
/* Append the text with its words replaced. */
void fuzz_eas_known_fill(const struct fuzz_eas_known *known, buffer_t *dest,
			 const unsigned char *data, size_t size);

#endif
