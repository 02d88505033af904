/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "pim-recurrence.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-calendar-private.h"
#include "eas-pim-calendar-exdate.h"

/* What single occurrences have of their own. In iCalendar such an occurrence is a whole VEVENT of its own, in EAS an
   Exception with what differs; a deleted one is an EXDATE.

   MS-ASCAL "Exception" (2.2.2.21), "Exceptions" (2.2.2.22) */

/* MS-ASCAL "Exception" (2.2.2.21) */
#define CALENDAR_MAX_EXCEPTIONS 256

static bool uses_instance_ids(const struct eas_pim_context *ctx)
{
	return ctx->version >= EAS_VERSION_16_0;
}

static struct pim_component *first_sibling(const struct pim_component *main)
{
	return main->parent == NULL ? NULL : pim_component_find(main->parent, main->name);
}

static bool is_cancelled(const struct pim_component *component)
{
	const char *status = pim_component_get(component, "STATUS");

	return status != NULL && strcasecmp(status, "CANCELLED") == 0;
}

static bool override_get_id(struct eas_pim_context *ctx, const struct pim_component *override,
			    const struct pim_time *start, int64_t *id_wall_r)
{
	const struct pim_property *property = pim_property_find(override, "RECURRENCE-ID");
	struct pim_time time;

	if (property == NULL || !pim_event_get_time(ctx->pool, override, property, &time))
		return FALSE;
	*id_wall_r = pim_event_id_wall(&time, start);
	return TRUE;
}

/*
 * Telling
 */

struct exceptions_writer {
	struct eas_pim_context *ctx;
	struct wbxml_writer *writer;
	struct pim_time start;
	const struct wbxml_node *main_shown;
	pool_t pool;
	unsigned int count;
};

static void write_id(struct exceptions_writer *list, int64_t id_wall)
{
	struct pim_time time = list->start;

	time.wall = id_wall;
	wbxml_writer_element(list->writer, uses_instance_ids(list->ctx) ?
			     EAS_TAG_AIRSYNCBASE_INSTANCE_ID :
			     EAS_TAG_CALENDAR_EXCEPTION_START_TIME,
			     eas_date_format_compact(calendar_time_to_utc(list->ctx, &time)));
}

static void write_deleted(struct exceptions_writer *list, int64_t id_wall)
{
	if (list->count++ >= CALENDAR_MAX_EXCEPTIONS)
		return;
	wbxml_writer_start(list->writer, EAS_TAG_CALENDAR_EXCEPTION);
	wbxml_writer_element(list->writer, EAS_TAG_CALENDAR_DELETED, "1");
	write_id(list, id_wall);
	wbxml_writer_end(list->writer, EAS_TAG_CALENDAR_EXCEPTION);
}

/* When an occurrence is, it always says: its day is another one than the series'. */
static bool is_always_told(wbxml_tag_t tag)
{
	return tag == EAS_TAG_CALENDAR_START_TIME || tag == EAS_TAG_CALENDAR_END_TIME;
}

/* The series has it, the occurrence has not. Versions before 14.1 have no word for that of a reminder (MS-ASCAL "Reminder"
   (2.2.2.38)), none has it of attachments; of a text it is one of no length: MS-ASAIRS "Body" (2.2.2.9) must have a Type. */
static void write_absent(struct exceptions_writer *list, wbxml_tag_t tag)
{
	switch (tag) {
	case EAS_TAG_CALENDAR_REMINDER:
		if (list->ctx->version >= EAS_VERSION_14_1)
			wbxml_writer_empty(list->writer, tag);
		break;
	case EAS_TAG_AIRSYNCBASE_ATTACHMENTS:
		break;
	case EAS_TAG_AIRSYNCBASE_BODY:
		wbxml_writer_start(list->writer, tag);
		wbxml_writer_element_uint(list->writer, EAS_TAG_AIRSYNCBASE_TYPE, EAS_BODY_TYPE_TEXT);
		wbxml_writer_element_uint(list->writer, EAS_TAG_AIRSYNCBASE_ESTIMATED_DATA_SIZE, 0);
		wbxml_writer_end(list->writer, tag);
		break;
	default:
		wbxml_writer_empty(list->writer, tag);
		break;
	}
}

static void write_override(struct exceptions_writer *list,
			   const struct pim_component *override, int64_t id_wall)
{
	const struct wbxml_node *shown, *node, *main_node;
	unsigned int i;
	wbxml_tag_t tag;

	if (list->count++ >= CALENDAR_MAX_EXCEPTIONS)
		return;
	shown = eas_pim_rows_project(list->ctx, calendar_exception_rows,
				     calendar_exception_rows_count, override, list->pool);
	wbxml_writer_start(list->writer, EAS_TAG_CALENDAR_EXCEPTION);
	write_id(list, id_wall);
	for (i = 0; i < calendar_exception_rows_count; i++) {
		tag = calendar_exception_rows[i].tag;
		node = wbxml_node_child(shown, tag);
		main_node = wbxml_node_child(list->main_shown, tag);
		if (!is_always_told(tag) && eas_pim_node_equal(node, main_node))
			continue;
		if (!eas_pim_node_is_empty(node))
			wbxml_writer_node(list->writer, node);
		else if (main_node != NULL)
			write_absent(list, tag);
	}
	wbxml_writer_end(list->writer, EAS_TAG_CALENDAR_EXCEPTION);
}

static void write_all(struct exceptions_writer *list, const struct pim_component *main)
{
	const struct pim_component *override;
	ARRAY_TYPE(calendar_wall) deleted;
	const int64_t *wall;
	int64_t id_wall;

	t_array_init(&deleted, 16);
	calendar_exdate_get(list->ctx, main, &list->start, &deleted);
	array_foreach(&deleted, wall)
		write_deleted(list, *wall);
	for (override = first_sibling(main); override != NULL;
	     override = pim_component_find_next(override)) {
		if (override == main ||
		    !override_get_id(list->ctx, override, &list->start, &id_wall))
			continue;
		if (is_cancelled(override))
			write_deleted(list, id_wall);
		else
			write_override(list, override, id_wall);
	}
}

static void exceptions_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			     const struct pim_component *component,
			     struct wbxml_writer *writer)
{
	const struct eas_body_options *body = ctx->body;
	struct eas_body_options body_inside;
	struct exceptions_writer list = { .ctx = ctx, .writer = writer };
	struct pim_event_times times;

	if (!calendar_is_series(ctx, component) ||
	    !pim_event_get_times(ctx->pool, component, &times))
		return;
	if (body != NULL) {
		/* theirs stand in the document, whatever is with the main one's */
		body_inside = *body;
		body_inside.parts = NULL;
		ctx->body = &body_inside;
	}
	list.start = times.start;
	list.pool = pool_alloconly_create("calendar exceptions", 4096);
	list.main_shown = eas_pim_rows_project(ctx, calendar_exception_rows,
					       calendar_exception_rows_count, component,
					       list.pool);
	wbxml_writer_start_optional(writer, row->tag);
	write_all(&list, component);
	wbxml_writer_end(writer, row->tag);
	pool_unref(&list.pool);
	ctx->body = body;
}

/*
 * What a device says of one occurrence
 */

struct occurrence {
	struct pim_component *main;
	struct pim_event_times times;
	/* what is not the series' */
	struct pim_series *pattern;
	/* what Timezone means in the request; NULL = it is not there */
	const struct pim_zone *zone;
};

static bool occurrence_init(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct wbxml_node *data, struct occurrence *occurrence_r)
{
	i_zero(occurrence_r);
	occurrence_r->main = main;
	occurrence_r->zone = calendar_data_zone(ctx, data);
	if (!pim_event_is_recurring(main) ||
	    !pim_event_get_times(ctx->pool, main, &occurrence_r->times))
		return FALSE;
	occurrence_r->pattern = pim_event_get_pattern(ctx->pool, main,
						      calendar_floating_zone(ctx));
	return occurrence_r->pattern != NULL;
}

static bool occurrence_exists(struct eas_pim_context *ctx, const struct occurrence *occurrence,
			      int64_t id_wall)
{
	struct pim_occurrence found;

	return pim_series_find(occurrence->pattern, id_wall, &found) ||
		pim_event_find_override(ctx->pool, occurrence->main,
					&occurrence->times.start, id_wall) != NULL ||
		calendar_exdate_has(ctx, occurrence->main, &occurrence->times.start, id_wall);
}

/* The occurrence of that day counts if there is none at that time: devices keep a time that the series had
   before, or 00:00 (quirk 88). */
static bool occurrence_find(struct eas_pim_context *ctx, const struct occurrence *occurrence,
			    int64_t utc, int64_t *id_wall_r)
{
	const struct pim_time *start = &occurrence->times.start;
	struct pim_time time;

	calendar_time_from_utc(ctx, utc, start->is_date, start->is_date ?
			       occurrence->zone : start->zone, &time);
	*id_wall_r = time.wall;
	if (occurrence_exists(ctx, occurrence, *id_wall_r))
		return TRUE;
	*id_wall_r = calendar_follow_wall(time.wall, start);
	return occurrence_exists(ctx, occurrence, *id_wall_r);
}

static void occurrence_delete(struct eas_pim_context *ctx, const struct occurrence *occurrence,
			      int64_t id_wall)
{
	const struct pim_time *start = &occurrence->times.start;
	struct pim_component *override;

	override = pim_event_find_override(ctx->pool, occurrence->main, start, id_wall);
	/* what the organizer has called off is as gone as it can be, and says so to others too */
	if (override != NULL && is_cancelled(override))
		return;
	while (override != NULL) {
		pim_component_remove(override);
		override = pim_event_find_override(ctx->pool, occurrence->main, start, id_wall);
	}
	calendar_exdate_add(ctx, occurrence->main, start, id_wall);
}

/* What an occurrence has not: it is not repeated itself. */
static const char *const series_properties[] = {
	"RRULE", "RDATE", "EXRULE", "EXDATE", "X-EAS-CLIENTUID"
};

/* The occurrence as the series says it is, as a VEVENT of its own behind the others. */
static struct pim_component *
override_create(struct eas_pim_context *ctx, const struct occurrence *occurrence,
		int64_t id_wall)
{
	const struct pim_event_times *times = &occurrence->times;
	const struct pim_zone *floating = calendar_floating_zone(ctx);
	struct pim_component *override = pim_component_copy(ctx->pool, occurrence->main);
	struct pim_event_times own = *times;
	struct pim_occurrence found;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(series_properties); i++)
		pim_property_remove_all(override, series_properties[i]);
	own.start.wall = id_wall;
	pim_event_set_time(ctx->pool, override, "DTSTART", &own.start);
	pim_event_set_time(ctx->pool, override, "RECURRENCE-ID", &own.start);
	if (times->end_kind == PIM_EVENT_END_DTEND) {
		if (own.end.is_date) {
			own.end.wall += id_wall - times->start.wall;
		} else if (pim_series_find(occurrence->pattern, id_wall, &found)) {
			own.end.wall = pim_zone_to_wall(own.end.zone == NULL ? floating : own.end.zone,
							found.end_utc);
		}
		pim_event_set_end(ctx->pool, override, &own, floating);
	}
	pim_component_append(occurrence->main->parent, override);
	return override;
}

/*
 * An Exception as what it means
 */

static struct wbxml_node *
node_add(struct eas_pim_context *ctx, struct wbxml_node *parent, wbxml_tag_t tag,
	 const char *value)
{
	struct wbxml_node *node = p_new(ctx->pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = p_strdup(ctx->pool, value);
	node->value_size = strlen(node->value);
	node->parent = parent;
	if (parent == NULL)
		return node;
	if (parent->last_child == NULL)
		parent->first_child = node;
	else
		parent->last_child->next = node;
	parent->last_child = node;
	return node;
}

/* The same element under another parent; what is below it is shared. */
static void node_add_shared(struct eas_pim_context *ctx, struct wbxml_node *parent,
			    const struct wbxml_node *src)
{
	struct wbxml_node *node = node_add(ctx, parent, src->tag, "");

	node->opaque = src->opaque;
	node->value = src->value;
	node->value_size = src->value_size;
	node->stream = src->stream;
	node->first_child = src->first_child;
	node->last_child = src->last_child;
}

static void data_add_times(struct eas_pim_context *ctx, struct wbxml_node *data,
			   const struct occurrence *occurrence, int64_t id_wall,
			   const struct wbxml_node *timezone)
{
	struct pim_event_times times = occurrence->times;
	const struct pim_zone *floating = calendar_floating_zone(ctx);
	int64_t duration = pim_event_duration(&times, floating);
	int64_t start;

	times.start.wall = id_wall;
	start = calendar_time_to_utc(ctx, &times.start);
	if (wbxml_node_child(data, EAS_TAG_CALENDAR_START_TIME) == NULL) {
		node_add(ctx, data, EAS_TAG_CALENDAR_START_TIME,
			 eas_date_format_compact(start));
	}
	if (wbxml_node_child(data, EAS_TAG_CALENDAR_END_TIME) == NULL) {
		node_add(ctx, data, EAS_TAG_CALENDAR_END_TIME,
			 eas_date_format_compact(start + duration));
	}
	if (wbxml_node_child(data, EAS_TAG_CALENDAR_ALL_DAY_EVENT) == NULL) {
		node_add(ctx, data, EAS_TAG_CALENDAR_ALL_DAY_EVENT,
			 times.start.is_date ? "1" : "0");
	}
	/* of timed ones it only says again where the series is */
	if (timezone != NULL && times.start.is_date)
		node_add_shared(ctx, data, timezone);
}

/* Up to 14.1 what an Exception leaves out is as in the series. MS-ASCAL "Exceptions" (2.2.2.22) */
static struct wbxml_node *
data_complete(struct eas_pim_context *ctx, const struct occurrence *occurrence,
	      int64_t id_wall, const struct wbxml_node *sent)
{
	struct wbxml_node *data = node_add(ctx, NULL, EAS_TAG_CALENDAR_EXCEPTION, "");
	const struct wbxml_node *main_shown, *node;
	const struct wbxml_node *item = sent->parent == NULL ? NULL : sent->parent->parent;
	unsigned int i;

	main_shown = eas_pim_rows_project(ctx, calendar_exception_rows,
					  calendar_exception_rows_count, occurrence->main,
					  ctx->pool);
	for (i = 0; i < calendar_exception_rows_count; i++) {
		const struct eas_pim_property *row = &calendar_exception_rows[i];

		node = wbxml_node_child(sent, row->tag);
		if (node == NULL && !is_always_told(row->tag) &&
		    (row->flags & EAS_PIM_KEEP) == 0)
			node = wbxml_node_child(main_shown, row->tag);
		if (node != NULL)
			node_add_shared(ctx, data, node);
	}
	data_add_times(ctx, data, occurrence, id_wall,
		       wbxml_node_child(item, EAS_TAG_CALENDAR_TIMEZONE));
	return data;
}

static int override_patch(struct eas_pim_context *ctx, struct pim_component *override,
			  const struct wbxml_node *data)
{
	const ARRAY_TYPE(wbxml_tag) *supported = ctx->supported;
	bool filling = ctx->filling;
	const struct wbxml_node *shown;
	int ret;

	/* ghosts are of the item, and this one is there */
	ctx->supported = NULL;
	ctx->filling = FALSE;
	shown = eas_pim_rows_project(ctx, calendar_exception_rows,
				     calendar_exception_rows_count, override, ctx->pool);
	ret = eas_pim_rows_patch(ctx, calendar_exception_rows, calendar_exception_rows_count,
				 override, shown, data);
	ctx->supported = supported;
	ctx->filling = filling;
	return ret;
}

static int occurrence_patch(struct eas_pim_context *ctx, const struct occurrence *occurrence,
			    int64_t id_wall, const struct wbxml_node *sent)
{
	const struct pim_time *start = &occurrence->times.start;
	struct pim_component *override;
	bool created = FALSE;
	int ret;

	override = pim_event_find_override(ctx->pool, occurrence->main, start, id_wall);
	if (override == NULL) {
		override = override_create(ctx, occurrence, id_wall);
		created = TRUE;
	}
	ret = override_patch(ctx, override, uses_instance_ids(ctx) ? sent :
			     data_complete(ctx, occurrence, id_wall, sent));
	if (ret < 0)
		return -1;
	/* it is as the series says */
	if (ret == 0 && created)
		pim_component_remove(override);
	else if (ret > 0)
		calendar_bump_sequence(ctx, override);
	calendar_exdate_remove(ctx, occurrence->main, start, id_wall);
	return 0;
}

static int exception_set(struct eas_pim_context *ctx, const struct occurrence *occurrence,
			 const struct wbxml_node *node)
{
	const struct wbxml_node *key = wbxml_node_child(node, uses_instance_ids(ctx) ?
		EAS_TAG_AIRSYNCBASE_INSTANCE_ID : EAS_TAG_CALENDAR_EXCEPTION_START_TIME);
	const struct wbxml_node *deleted = wbxml_node_child(node, EAS_TAG_CALENDAR_DELETED);
	bool is_deleted = FALSE;
	int64_t utc, id_wall;

	if (eas_pim_node_is_empty(key))
		return eas_pim_refuse(ctx, node, "of which occurrence?");
	if (calendar_node_get_utc(ctx, key, &utc) < 0)
		return -1;
	if (deleted != NULL && eas_bool_parse(deleted->value, &is_deleted) < 0)
		return eas_pim_refuse(ctx, deleted, "neither 0 nor 1");
	/* an exception to what never happens says nothing */
	if (!occurrence_find(ctx, occurrence, utc, &id_wall))
		return 0;
	if (!is_deleted)
		return occurrence_patch(ctx, occurrence, id_wall, node);
	occurrence_delete(ctx, occurrence, id_wall);
	return 0;
}

/* Those that are not in the list stay. MS-ASCAL "Exceptions and Sync" (3.2.5.3.1). In a Change of 16.x there is no list. */
static int exceptions_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
			  struct pim_component *component, const struct wbxml_node *node)
{
	const struct wbxml_node *child;
	struct occurrence occurrence;
	unsigned int count = 0;

	if (node == NULL || (uses_instance_ids(ctx) && !ctx->filling) ||
	    !occurrence_init(ctx, component, node->parent, &occurrence))
		return 0;
	for (child = wbxml_node_child(node, EAS_TAG_CALENDAR_EXCEPTION); child != NULL;
	     child = wbxml_node_next_same(child)) {
		if (++count > CALENDAR_MAX_EXCEPTIONS)
			return eas_pim_refuse(ctx, child, "too many");
		if (exception_set(ctx, &occurrence, child) < 0)
			return -1;
	}
	return 0;
}

const struct eas_pim_type calendar_type_exceptions = { exceptions_write, exceptions_set, NULL };

int calendar_patch_instance(struct eas_pim_context *ctx, struct pim_component *main,
			    time_t instance_utc, const struct wbxml_node *data)
{
	struct occurrence occurrence;
	int64_t id_wall;

	if (!occurrence_init(ctx, main, data, &occurrence) ||
	    !occurrence_find(ctx, &occurrence, instance_utc, &id_wall))
		return 0;
	if (data == NULL)
		occurrence_delete(ctx, &occurrence, id_wall);
	else if (calendar_exdate_has(ctx, main, &occurrence.times.start, id_wall))
		return 0;
	else if (occurrence_patch(ctx, &occurrence, id_wall, data) < 0)
		return -1;
	return 1;
}

/*
 * The series changes
 */

int64_t calendar_follow_wall(int64_t wall, const struct pim_time *start)
{
	return (pim_days_of_wall(wall) - pim_days_of_wall(start->wall)) * PIM_DAY_SECS +
		start->wall;
}

void calendar_exceptions_remove(struct pim_component *main)
{
	struct pim_component *override, *next;

	pim_property_remove_all(main, "EXDATE");
	for (override = first_sibling(main); override != NULL; override = next) {
		next = pim_component_find_next(override);
		if (override != main && pim_property_find(override, "RECURRENCE-ID") != NULL)
			pim_component_remove(override);
	}
}

/* The last day stays the last day. RFC 5545 3.3.10: UNTIL is a date if DTSTART is, else UTC. */
static void until_follow(struct eas_pim_context *ctx, struct pim_component *main,
			 const struct pim_time *old, const struct pim_time *start)
{
	const char *value = pim_component_get(main, "RRULE"), *error;
	struct pim_time until = *start;
	struct pim_rrule rule;
	string_t *text;

	if (value == NULL || pim_rrule_parse(value, &rule, &error) < 0 ||
	    rule.until_kind == PIM_UNTIL_NONE)
		return;
	until.wall = rule.until;
	if (rule.until_kind == PIM_UNTIL_UTC && old->zone != NULL)
		until.wall = pim_zone_to_wall(old->zone, rule.until);
	until.wall = calendar_follow_wall(until.wall, start);
	rule.until = until.wall;
	rule.until_kind = until.is_date ? PIM_UNTIL_DATE : PIM_UNTIL_WALL;
	if (until.zone != NULL) {
		rule.until = pim_time_to_utc(&until, NULL);
		rule.until_kind = PIM_UNTIL_UTC;
	}
	text = t_str_new(128);
	pim_rrule_write(text, &rule);
	pim_property_set(ctx->pool, main, "RRULE", str_c(text));
}

static void overrides_follow(struct eas_pim_context *ctx, struct pim_component *main,
			     const struct pim_time *old, const struct pim_time *start)
{
	struct pim_component *override;
	struct pim_time time = *start;
	int64_t id_wall;

	for (override = first_sibling(main); override != NULL;
	     override = pim_component_find_next(override)) {
		if (override == main || !override_get_id(ctx, override, old, &id_wall))
			continue;
		time.wall = calendar_follow_wall(id_wall, start);
		pim_event_set_time(ctx->pool, override, "RECURRENCE-ID", &time);
	}
}

void calendar_exceptions_follow(struct eas_pim_context *ctx, struct pim_component *main,
				const struct pim_time *old)
{
	struct pim_event_times times;

	if (!pim_event_get_times(ctx->pool, main, &times))
		return;
	if (calendar_follow_wall(old->wall, &times.start) != old->wall ||
	    old->zone != times.start.zone || old->is_date != times.start.is_date)
		until_follow(ctx, main, old, &times.start);
	if (uses_instance_ids(ctx)) {
		calendar_exceptions_remove(main);
	} else {
		calendar_exdate_follow(ctx, main, old, &times.start);
		overrides_follow(ctx, main, old, &times.start);
	}
}

static bool keep_occurrence(int64_t wall, const void *context)
{
	struct pim_occurrence found;

	return pim_series_find(context, wall, &found);
}

void calendar_exceptions_prune(struct eas_pim_context *ctx, struct pim_component *main)
{
	struct pim_component *override, *next;
	struct pim_event_times times;
	struct pim_series *pattern;
	int64_t id_wall;

	pattern = pim_event_get_pattern(ctx->pool, main, calendar_floating_zone(ctx));
	if (uses_instance_ids(ctx) || pattern == NULL ||
	    !pim_event_get_times(ctx->pool, main, &times)) {
		calendar_exceptions_remove(main);
		return;
	}
	calendar_exdate_filter(ctx, main, &times.start, keep_occurrence, pattern);
	for (override = first_sibling(main); override != NULL; override = next) {
		next = pim_component_find_next(override);
		if (override != main &&
		    override_get_id(ctx, override, &times.start, &id_wall) &&
		    !keep_occurrence(id_wall, pattern))
			pim_component_remove(override);
	}
}
