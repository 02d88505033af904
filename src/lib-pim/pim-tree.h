/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_TREE_H
#define PIM_TREE_H

/* iCalendar and vCard as a lossless tree of content lines: order, case, unknown properties, parameters
   and components all stay. What is not understood is carried.

   RFC 5545 "Content Lines" (3.1), RFC 6350 "Line Delimiting and Folding" (3.2), RFC 6868 */

/* bytes of one text */
#define PIM_TREE_MAX_BYTES (16*1024*1024)
/* components within each other */
#define PIM_TREE_MAX_DEPTH 16
#define PIM_TREE_MAX_COMPONENTS 20000
#define PIM_TREE_MAX_PROPERTIES 200000
/* of one property */
#define PIM_TREE_MAX_PARAMS 200

struct pim_param {
	struct pim_param *prev, *next;
	const char *name;
	/* as written, with quotes and ^-escapes; "" and bare = vCard 2.1 style without '=' */
	const char *value;
	bool bare;
};

struct pim_property {
	struct pim_property *prev, *next;
	/* vCard group ("item1"), or NULL */
	const char *group;
	/* As written; compare with pim_property_is(). "" = not a content line:
	   value is the whole line, carried as it is. */
	const char *name;
	struct pim_param *params_head, *params_tail;
	/* unfolded, escapes as written */
	const char *value;
	/* quoted-printable of a vCard 2.1 (pim-card21.h): as written, and what value became by that; else NULL */
	const char *encoded, *decoded;
};

struct pim_component {
	struct pim_component *parent, *prev, *next;
	/* as written: VCALENDAR, VEVENT, VCARD, ... */
	const char *name;
	struct pim_property *properties_head, *properties_tail;
	struct pim_component *components_head, *components_tail;
};

/* Read one or more top-level components: root_r is the first, others are its next. LF or CRLF, blank lines,
   a byte order mark and lines that are no content lines are no errors; a missing END, lines outside of components,
   NUL bytes and what is over a limit are. Returns 0, or -1 and a sentence in error_r.
   Everything lives in pool, which data need not outlive. */
int pim_tree_parse(pool_t pool, const unsigned char *data, size_t size,
		   struct pim_component **root_r, const char **error_r);
/* Append as text: CRLF, folded at 75 bytes between characters. Only this component, not its siblings.
   A line feed in a value is written as \n, so that a value can't become a line. */
void pim_tree_write(string_t *dest, const struct pim_component *root);
/* 64 bits over everything that means something: without DTSTAMP, LAST-MODIFIED, REV, CREATED, PRODID and
   X-KOLAB-VERSION, and without regard to order, it is the same after somebody saved an object without changing it. */
uint64_t pim_tree_digest(const struct pim_component *root);

/* Names are compared without regard to case. What is added is copied to pool, at the end.
   _find: first with that name, NULL = none; _find_next: the following one of the same name. */
struct pim_component *pim_component_new(pool_t pool, const char *name);
bool pim_component_is(const struct pim_component *component, const char *name);
void pim_component_append(struct pim_component *parent, struct pim_component *child);
void pim_component_remove(struct pim_component *child);
/* The copy has no parent and no siblings. */
struct pim_component *
pim_component_copy(pool_t pool, const struct pim_component *src);
struct pim_component *
pim_component_find(const struct pim_component *parent, const char *name);
struct pim_component *
pim_component_find_next(const struct pim_component *component);

struct pim_property *
pim_property_find(const struct pim_component *component, const char *name);
struct pim_property *
pim_property_find_next(const struct pim_property *property);
struct pim_property *
pim_property_add(pool_t pool, struct pim_component *component,
		 const char *name, const char *value);
/* A copy of src, with its group and parameters. */
struct pim_property *
pim_property_add_copy(pool_t pool, struct pim_component *component,
		      const struct pim_property *src);
void pim_property_remove(struct pim_component *component,
			 struct pim_property *property);
void pim_property_remove_all(struct pim_component *component, const char *name);
/* Set the value of the first with that name, its parameters stay; added if there is none. NULL removes the first. */
void pim_property_set(pool_t pool, struct pim_component *component,
		      const char *name, const char *value);
bool pim_property_is(const struct pim_property *property, const char *name);
/* Value of the first such property as written, NULL = none. */
const char *
pim_component_get(const struct pim_component *component, const char *name);

/* Value of the first such parameter without quotes and ^-escapes; NULL = none. In the data stack, or the tree's. */
const char *pim_param_get(const struct pim_property *property, const char *name);
/* Is value in the list of the parameter, comma separated, repeated, or bare? TYPE=home,fax; ;HOME;FAX */
bool pim_param_has(const struct pim_property *property, const char *name,
		   const char *value);
/* Replace all of that name by one, quoted and escaped as needed. NULL removes. */
void pim_param_set(pool_t pool, struct pim_property *property, const char *name,
		   const char *value);
/* One more, even if there are some: TYPE=home;TYPE=fax */
void pim_param_add(pool_t pool, struct pim_property *property, const char *name,
		   const char *value);

#endif
