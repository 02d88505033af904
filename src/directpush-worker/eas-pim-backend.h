/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_BACKEND_H
#define EAS_PIM_BACKEND_H

/* Where the objects of one folder are kept: calendar entries, contacts, tasks, notes. The unit is one object as
   a tree, and its version, a number that only the backend understands: another one after each
   change, and higher than all before. Versions are never used again while the token's
   validity is the same. In a mailbox it is the UID of the message (eas-pim-mailbox.c); a
   CalDAV or CardDAV server would keep a table of its own of numbers, hrefs and ETags.

   Used through eas-pim-folder.h. docs/decisions/171 */

#include "seq-range-array.h"
#include "pim-object.h"
#include "eas-pim-index.h"

struct eas_pim_backend;

enum eas_pim_result {
	EAS_PIM_OK,
	/* there is no such version (any more) */
	EAS_PIM_NOT_FOUND,
	/* it is there, and no object of this kind */
	EAS_PIM_OTHER,
	/* it is there and cannot be read, or not be written in this format: leave it alone */
	EAS_PIM_UNREADABLE,
	/* not allowed, over quota: trying again does not help */
	EAS_PIM_REFUSED,
	/* try again later (logged) */
	EAS_PIM_TEMPFAIL
};

struct eas_pim_backend_vfuncs {
	void (*close)(struct eas_pim_backend *backend);

	/* Look at the folder as it is now. The token is another one if anything changed. Returns 0,
	   -1 (logged). */
	int (*refresh)(struct eas_pim_backend *backend, struct eas_pim_token *token_r);
	/* Add all versions there are now. Returns 0, -1 (logged). */
	int (*list)(struct eas_pim_backend *backend, ARRAY_TYPE(seq_range) *versions);

	/* Read one object. size_r = about its bytes. error_r is set for OTHER and UNREADABLE. */
	enum eas_pim_result (*read)(struct eas_pim_backend *backend, uint32_t version,
				    pool_t pool, struct pim_object **object_r,
				    uoff_t *size_r, const char **error_r);
	/* Store the object: instead of old (0 = a new one), whose flags it keeps. old is still
	   there afterwards, to be removed. */
	enum eas_pim_result (*put)(struct eas_pim_backend *backend,
				   const struct pim_object *object, uint32_t old,
				   uint32_t *version_r);
	enum eas_pim_result (*remove)(struct eas_pim_backend *backend,
				      const ARRAY_TYPE(uint32_t) *versions);
	/* The same object is in dest afterwards and not here any more. dest is of the same kind of
	   backend, or REFUSED. */
	enum eas_pim_result (*move)(struct eas_pim_backend *backend, uint32_t version,
				    struct eas_pim_backend *dest);
	/* When was this version made? For duplicates: a young one may be somebody's who is about to
	   remove the other. Returns FALSE if it cannot be said. */
	bool (*get_saved)(struct eas_pim_backend *backend, uint32_t version,
			  time_t *saved_utc_r);
};

struct eas_pim_backend {
	const struct eas_pim_backend_vfuncs *v;
	struct event *event;
	enum pim_kind kind;
	/* a new one is written so */
	enum pim_format format;
	/* address that objects are from */
	const char *owner;
};

#endif
