/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_KOLAB_PRIVATE_H
#define PIM_KOLAB_PRIVATE_H

/* Inside the Kolab codec: rows say which property is which element, types how a value is written, and the two
   engines (-encode, -decode) walk the rows. Only pim-kolab*.c include this. */

#include "pim-tree.h"
#include "pim-zone.h"
#include "pim-kolab-xml.h"

struct kolab_row;

/* How a value stands in XML. Both return FALSE when the other side cannot hold it; what is half done then is dropped. */
struct kolab_type {
	/* node has its parameters already */
	bool (*encode)(pool_t pool, const struct kolab_row *row,
		       const struct pim_property *property, struct kolab_node *node);
	/* property has its parameters already; sets the value */
	bool (*decode)(pool_t pool, const struct kolab_row *row,
		       const struct kolab_node *node, struct pim_property *property);
};

enum kolab_flags {
	/* several properties are one, with several values: in one element, or, if it may be there any number of
	   times, in one for each value */
	KOLAB_MERGE	= 0x01,
	/* has the parameter PREF=1 */
	KOLAB_PREF	= 0x02,
	/* has the parameter LABEL */
	KOLAB_LABEL	= 0x04,
	/* CN stands inside the address */
	KOLAB_CN_INSIDE	= 0x08,
	/* another name for what an earlier row reads: written only */
	KOLAB_ALIAS	= 0x10,
	/* there is no other where its element is: what another program writes there holds for all that stood beside it */
	KOLAB_ALONE	= 0x20,
};

struct kolab_row {
	const char *element, *property;
	const struct kolab_type *type;
	/* how often the schema has it, 0 = any number */
	unsigned int max;
	enum kolab_flags flags;
	/* separated by spaces, NULL = any: the values of a text; the TYPEs of an xCard property */
	const char *values;
};

/* Which parameters there are. */
enum kolab_params {
	KOLAB_PARAMS_NONE,
	KOLAB_PARAMS_CALENDAR,
	KOLAB_PARAMS_CARD,
};

/* The time zones of one object that is written. */
struct kolab_zones {
	/* with the VTIMEZONEs that came with it */
	const struct pim_component *calendar;
	/* The TZID that was looked for last, and what was found: an object has many times and few zones. NULL = none. */
	const char *tzid, *name;
};

/* What one schema sequence holds, in its order. */
struct kolab_rows {
	const struct kolab_row *rows;
	unsigned int count;
	enum kolab_params params;
	/* for writing; NULL = none */
	struct kolab_zones *zones;
};
extern const struct kolab_rows kolab_event_rows, kolab_task_rows, kolab_alarm_rows;
extern const struct kolab_rows kolab_contact_rows, kolab_affiliation_rows, kolab_note_rows;

/* When a tree says nothing else */
#define KOLAB_PRODID "Direct Push for Dovecot"
#define KOLAB_VERSION "3.1.0"

#define KOLAB_CUSTOM "x-custom"
/* x-custom identifiers of ours. What each holds: docs/decisions, "Kolab". */
#define KOLAB_CUSTOM_LINE "X-EAS-LINE"
#define KOLAB_CUSTOM_COMPONENT "X-EAS-COMPONENT"
#define KOLAB_CUSTOM_CALENDAR "X-EAS-CALENDAR"
#define KOLAB_CUSTOM_RRULE "X-EAS-RRULE"
#define KOLAB_CUSTOM_RRULE_OF "X-EAS-RRULE-OF"
/* property for an element or x-custom entry whose name is no property name */
#define KOLAB_PROPERTY_CUSTOM "X-KOLAB-CUSTOM"
#define KOLAB_PROPERTY_ELEMENT "X-KOLAB-ELEMENT"
/* parameter: the how manieth Affiliation the property stands in */
#define KOLAB_PARAM_AFFILIATION "X-KOLAB-AFFILIATION"

/* pim-kolab-param.c */
void kolab_params_encode(pool_t pool, const struct kolab_rows *rows, const struct kolab_row *row,
			 const struct pim_property *property, struct kolab_node *node);
void kolab_params_decode(pool_t pool, const struct kolab_node *node, struct pim_property *property);
/* Append a parameter; value raw, as it stands in the line */
void kolab_param_add(pool_t pool, struct pim_property *property, const char *name, const char *value);
/* A parameter's values, unquoted */
const char *const *kolab_param_values(const struct pim_param *param);
/* Is value one of list ("A B C"), by ASCII case? Returns it as list has it, or NULL. */
const char *kolab_list_find(const char *list, const char *value);

/* pim-kolab-value.c */
struct kolab_time {
	int year, month, day, hour, minute, second;
	bool date_only, utc;
};
/* Both forms: 20260302T090000Z, 2026-03-02T09:00:00Z; an offset makes UTC of it. FALSE: no such time. */
bool kolab_time_parse(const char *text, struct kolab_time *time_r);
const char *kolab_time_ical(const struct kolab_time *time);
const char *kolab_time_xml(const struct kolab_time *time);
void kolab_time_add_days(struct kolab_time *time, int days);
bool kolab_duration_is_valid(const char *text);
bool kolab_integer_is_valid(const char *text, int min, int max);
/* mailto:a@b <-> mailto:%3Ca%40b%3E. name: in front of the address, NULL = none. NULL: no mail address. */
const char *kolab_address_encode(const char *address, const char *name);
const char *kolab_address_decode(const char *text, const char **name_r);

/* pim-kolab-zone.c */
/* The zone's name as old readers know it, NULL = they know none */
const char *kolab_zone_encode(const char *tzid);
/* Of a zone that only the object's VTIMEZONE knows: one with the same clock when its event begins, and for as long as can be around
   that. NULL = there is none. */
const char *kolab_zone_nearest(pool_t pool, struct kolab_zones *zones, const char *tzid);

/* pim-kolab-line.c: content lines, and what remembers them */
void kolab_line_append(string_t *dest, const struct pim_property *property, bool with_value);
struct pim_property *kolab_line_parse(pool_t pool, struct pim_component *component, const char *line);
/* 16 hex digits */
const char *kolab_digest(const char *text);
const char *kolab_property_digest(const struct pim_property *property);
bool kolab_property_equal(const struct pim_property *a, const struct pim_property *b);
/* A copy, without components, with control characters and broken UTF-8 replaced */
struct pim_component *kolab_component_clean(pool_t pool, const struct pim_component *src);

/* pim-kolab-custom.c: x-custom entries */
void kolab_custom_add(pool_t pool, struct kolab_node *parent, const char *identifier, const char *value);
void kolab_custom_encode(pool_t pool, struct kolab_node *parent, const struct pim_property *property);
void kolab_custom_decode(pool_t pool, struct pim_component *component, const char *identifier, const char *value);

/* pim-kolab-record.c: x-custom entries that remember how something was written before it became elements. */

/* Remember that what back holds now was original. FALSE in back: nothing to remember, they are the same. */
void kolab_record_properties(pool_t pool, struct kolab_node *customs,
			     const struct pim_component *original, const struct pim_component *back);
/* back: NULL = there is no element for it */
void kolab_record_component(pool_t pool, struct kolab_node *customs, const char *identifier,
			    const struct pim_component *original, const struct pim_component *back);
/* Put into component what value, an entry's, remembers of it. What does not fit any more is dropped. */
void kolab_record_apply_properties(pool_t pool, struct pim_component *component, const char *value);
void kolab_record_apply_component(pool_t pool, struct pim_component *component, const char *value);

/* pim-kolab-encode.c */

/* Take the properties of component that have a row out of it, append their elements to parent, and what must be
   remembered to customs. affiliation: parent is the how manieth of them, 0 = is none. */
void kolab_properties_encode(pool_t pool, const struct kolab_rows *rows, unsigned int affiliation,
			     struct pim_component *component, struct kolab_node *parent,
			     struct kolab_node *customs);
void kolab_node_append(struct kolab_node *parent, struct kolab_node *node);

/* pim-kolab-decode.c */

/* Append the property of an element. Elements without a row become properties of their name. */
void kolab_property_decode(pool_t pool, const struct kolab_rows *rows,
			   const struct kolab_node *node, struct pim_component *component);
/* All in parent but its x-custom entries. */
void kolab_properties_decode(pool_t pool, const struct kolab_rows *rows,
			     const struct kolab_node *parent, struct pim_component *component);
/* Those, when everything else of the component is there: they may remember how it was. */
void kolab_customs_decode(pool_t pool, const struct kolab_rows *rows, const struct kolab_node *parent,
			  struct pim_component *component);

/* pim-kolab-affiliation.c */
void kolab_affiliations_encode(pool_t pool, struct pim_component *component,
			       struct kolab_node *parent, struct kolab_node *customs);
void kolab_affiliation_decode(pool_t pool, const struct kolab_node *group, unsigned int number,
			      struct pim_component *component);
/* Give the property the group's number, unless it goes without saying. */
void kolab_affiliation_mark(pool_t pool, struct pim_property *property, unsigned int number);

/* pim-kolab-alarm.c: the components within component. parent NULL: the schema has none there. */
void kolab_components_encode(pool_t pool, const struct pim_component *component,
			     struct kolab_node *parent, struct kolab_node *customs);
void kolab_component_decode(pool_t pool, const struct kolab_node *node, struct pim_component *parent);

/* pim-kolab-series.c */

/* Write dates for a rule that the schema would distort, and remember it. */
void kolab_rule_prepare(pool_t pool, struct pim_component *left, struct pim_component *held,
			struct kolab_node *customs);
/* Put the rule back, if the dates are still those of digest. parent: of the x-custom entries */
void kolab_rule_apply(pool_t pool, struct pim_component *component,
		      const struct kolab_node *parent, const char *digest);
/* Make EXDATEs of different kinds one of DTSTART's. */
void kolab_dates_prepare(pool_t pool, struct pim_component *left, struct kolab_node *customs);

/* pim-kolab-prepare.c: make the copy of a component such that the schema can take it. What it would take for
   something else is moved to held. */
void kolab_property_hold(struct pim_component *left, struct pim_component *held, const char *name);
void kolab_prepare(pool_t pool, const struct kolab_rows *rows, struct pim_component *left,
		   struct pim_component *held, struct kolab_node *customs);

#endif
