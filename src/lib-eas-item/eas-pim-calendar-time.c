/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "pim-duration.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* StartTime, EndTime, AllDayEvent and Timezone say one thing together: which of them a device has changed, nobody
   can tell without the others. So each of the rows looks at all four. */

#define HALF_DAY_SECS (PIM_DAY_SECS / 2)
#define HALF_HOUR_SECS 1800

const struct pim_zone *calendar_floating_zone(const struct eas_pim_context *ctx)
{
	return ctx->user_zone != NULL ? ctx->user_zone : pim_zone_utc();
}

static bool dates_float(const struct eas_pim_context *ctx)
{
	return ctx->version >= EAS_VERSION_16_0;
}

int64_t calendar_time_to_utc(const struct eas_pim_context *ctx, const struct pim_time *time)
{
	if (time->is_date && dates_float(ctx))
		return time->wall;
	return pim_time_to_utc(time, calendar_floating_zone(ctx));
}

void calendar_time_from_utc(const struct eas_pim_context *ctx, int64_t utc, bool is_date,
			    const struct pim_zone *zone, struct pim_time *time_r)
{
	int64_t wall;

	i_zero(time_r);
	if (!is_date) {
		time_r->zone = zone;
		time_r->wall = pim_zone_to_wall(zone == NULL ? calendar_floating_zone(ctx) :
						zone, utc);
		return;
	}
	time_r->is_date = TRUE;
	/* 00:00 UTC is meant as the date that is written there, whatever the zone (quirk 87) */
	if (dates_float(ctx) || utc % PIM_DAY_SECS == 0) {
		time_r->wall = pim_days_of_wall(utc) * PIM_DAY_SECS;
		return;
	}
	wall = pim_zone_to_wall(zone == NULL ? calendar_floating_zone(ctx) : zone, utc);
	time_r->wall = pim_days_of_wall(wall + HALF_DAY_SECS) * PIM_DAY_SECS;
}

int calendar_node_get_utc(struct eas_pim_context *ctx, const struct wbxml_node *node,
			  int64_t *utc_r)
{
	time_t utc;

	if (eas_date_parse(node->value, &utc) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	*utc_r = utc;
	return 0;
}

/*
 * Telling
 */

static bool times_shown(const struct eas_pim_context *ctx,
			const struct pim_component *component,
			struct pim_event_times *times_r)
{
	return calendar_get_single(ctx, component, times_r) ||
		pim_event_get_times(ctx->pool, component, times_r);
}

static void start_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			const struct pim_component *component, struct wbxml_writer *writer)
{
	struct pim_event_times times;

	if (times_shown(ctx, component, &times)) {
		wbxml_writer_element(writer, row->tag, eas_date_format_compact(
			calendar_time_to_utc(ctx, &times.start)));
	}
}

static void end_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		      const struct pim_component *component, struct wbxml_writer *writer)
{
	struct pim_event_times times;

	if (times_shown(ctx, component, &times)) {
		wbxml_writer_element(writer, row->tag, eas_date_format_compact(
			calendar_time_to_utc(ctx, &times.end)));
	}
}

static void all_day_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			  const struct pim_component *component, struct wbxml_writer *writer)
{
	struct pim_event_times times;

	if (pim_event_get_times(ctx->pool, component, &times))
		wbxml_writer_element(writer, row->tag, times.start.is_date ? "1" : "0");
}

/* The zone that the device is told. */
static const struct pim_zone *times_zone(const struct eas_pim_context *ctx,
					 const struct pim_event_times *times)
{
	return times->start.zone != NULL ? times->start.zone : calendar_floating_zone(ctx);
}

/* The year whose rules it is told: those of the beginning, but of what goes on those of now. */
static int times_year(const struct eas_pim_context *ctx, const struct pim_component *component,
		      const struct pim_event_times *times)
{
	int year = pim_year_of_wall(times->start.wall);

	return pim_event_is_recurring(component) ? I_MAX(year, pim_year_of_wall(ctx->now)) :
		year;
}

static void timezone_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	struct pim_event_times times;
	const char *kept;

	if (pim_event_get_times(ctx->pool, component, &times) &&
	    !(times.start.is_date && dates_float(ctx))) {
		kept = calendar_zone_kept(ctx, component, times.start.zone);
		wbxml_writer_element(writer, row->tag, kept != NULL ? kept : calendar_zone_format(
			times_zone(ctx, &times), times_year(ctx, component, &times)));
	}
}

/*
 * What the device wants
 */

struct times_sent {
	const struct wbxml_node *start, *end, *all_day, *timezone;
};

static void times_sent_init(const struct wbxml_node *data, struct times_sent *sent_r)
{
	sent_r->start = wbxml_node_child(data, EAS_TAG_CALENDAR_START_TIME);
	sent_r->end = wbxml_node_child(data, EAS_TAG_CALENDAR_END_TIME);
	sent_r->all_day = wbxml_node_child(data, EAS_TAG_CALENDAR_ALL_DAY_EVENT);
	sent_r->timezone = wbxml_node_child(data, EAS_TAG_CALENDAR_TIMEZONE);
	if (eas_pim_node_is_empty(sent_r->all_day))
		sent_r->all_day = NULL;
	if (eas_pim_node_is_empty(sent_r->timezone))
		sent_r->timezone = NULL;
}

/* The zone of the times: NULL = floating. Returns 0, or -1 as set(). */
static int times_want_zone(struct eas_pim_context *ctx,
			   const struct pim_component *component, const struct times_sent *sent,
			   const struct pim_event_times *old, bool all_day,
			   const struct pim_zone **zone_r)
{
	const struct pim_zone *own = old == NULL ? NULL : old->start.zone;
	const struct pim_zone *zone;
	const char *kept = calendar_zone_kept(ctx, component, own);
	int64_t utc = ctx->now;

	*zone_r = own != NULL || (old != NULL && !old->start.is_date) ? own :
		calendar_floating_zone(ctx);
	/* where it must not be sent, it says nothing (quirk 90) */
	if (sent->timezone == NULL || (all_day && dates_float(ctx)))
		return 0;
	if (kept != NULL && strcmp(kept, sent->timezone->value) == 0)
		return 0;
	if (old != NULL && !ctx->filling &&
	    calendar_zone_is(ctx, sent->timezone->value, times_zone(ctx, old),
			     times_year(ctx, component, old)))
		return 0;
	if (sent->start != NULL && calendar_node_get_utc(ctx, sent->start, &utc) < 0)
		return -1;
	zone = calendar_zone_parse(ctx, sent->timezone->value, utc, own);
	if (zone == NULL)
		return eas_pim_refuse(ctx, sent->timezone, "no time zone");
	*zone_r = zone;
	return 0;
}

static int64_t now_rounded(const struct eas_pim_context *ctx)
{
	return (ctx->now + HALF_HOUR_SECS - 1) / HALF_HOUR_SECS * HALF_HOUR_SECS;
}

/* MS-ASCAL "Creating a Calendar Event When the StartTime Element or EndTime Element is Absent" (3.2.4.4) */
static int times_want_new(struct eas_pim_context *ctx, const struct times_sent *sent,
			  bool all_day, const struct pim_zone *zone,
			  struct pim_event_times *want)
{
	int64_t now = now_rounded(ctx), start = now, end = now + HALF_HOUR_SECS;

	if (sent->start != NULL && calendar_node_get_utc(ctx, sent->start, &start) < 0)
		return -1;
	if (sent->end != NULL && calendar_node_get_utc(ctx, sent->end, &end) < 0)
		return -1;
	if (sent->start == NULL && sent->end != NULL && end < now)
		return eas_pim_refuse(ctx, sent->end, "past, and no StartTime");
	if (all_day && sent->end == NULL)
		end = start;
	else if (sent->start != NULL && sent->end == NULL && start > ctx->now)
		return eas_pim_refuse(ctx, sent->start, "to come, and no EndTime");
	calendar_time_from_utc(ctx, start, all_day, zone, &want->start);
	calendar_time_from_utc(ctx, end, all_day, zone, &want->end);
	return 0;
}

/* From one kind of time to the other, without being told when. */
static void time_convert(struct pim_time *time, bool all_day, const struct pim_zone *zone,
			 const struct pim_zone *floating)
{
	if (time->is_date && !all_day) {
		time->is_date = FALSE;
		time->zone = zone;
	} else if (!time->is_date && all_day) {
		time->wall = pim_days_of_wall(time->wall) * PIM_DAY_SECS;
		time->is_date = TRUE;
		time->zone = NULL;
	} else if (!all_day && time->zone != zone) {
		time->wall = pim_zone_to_wall(zone == NULL ? floating : zone,
					      pim_time_to_utc(time, floating));
		time->zone = zone;
	}
}

static int times_want_changed(struct eas_pim_context *ctx, const struct times_sent *sent,
			      const struct pim_event_times *old, bool all_day,
			      const struct pim_zone *zone, struct pim_event_times *want)
{
	const struct pim_zone *floating = calendar_floating_zone(ctx);
	int64_t utc;

	if (sent->end != NULL && sent->start == NULL)
		return eas_pim_refuse(ctx, sent->end, "without a StartTime");
	want->start = old->start;
	if (sent->start == NULL) {
		time_convert(&want->start, all_day, zone, floating);
	} else {
		if (calendar_node_get_utc(ctx, sent->start, &utc) < 0)
			return -1;
		calendar_time_from_utc(ctx, utc, all_day, zone, &want->start);
	}
	if (sent->end != NULL) {
		if (calendar_node_get_utc(ctx, sent->end, &utc) < 0)
			return -1;
		calendar_time_from_utc(ctx, utc, all_day, zone, &want->end);
	} else if (all_day == old->start.is_date) {
		/* it is as long as it was */
		utc = pim_time_to_utc(&want->start, floating) +
			pim_event_duration(old, floating);
		want->end = want->start;
		want->end.wall = all_day ? want->start.wall + old->end.wall - old->start.wall :
			pim_zone_to_wall(zone == NULL ? floating : zone, utc);
	} else {
		want->end = old->end;
		time_convert(&want->end, all_day, zone, floating);
	}
	return 0;
}

/* One instant can have two names: the hour that a zone leaves out in spring. The one that stands there stays. */
static void time_keep_name(const struct pim_time *old, struct pim_time *want,
			   const struct pim_zone *floating)
{
	if (!old->is_date && !want->is_date && old->zone == want->zone &&
	    pim_time_to_utc(old, floating) == pim_time_to_utc(want, floating))
		want->wall = old->wall;
}

/* The device was shown one occurrence of a series: by as much as it moves that one, all move. */
static void times_want_series(const struct pim_event_times *single,
			      const struct pim_event_times *old, struct pim_event_times *want,
			      const struct pim_zone *floating)
{
	struct pim_time end = old->end;

	if (want->start.is_date != old->start.is_date) {
		want->start.wall += (pim_days_of_wall(old->start.wall) -
				     pim_days_of_wall(single->start.wall)) * PIM_DAY_SECS;
		want->end.wall += (pim_days_of_wall(old->end.wall) -
				   pim_days_of_wall(single->end.wall)) * PIM_DAY_SECS;
		return;
	}
	time_convert(&end, old->end.is_date, single->end.zone, floating);
	want->start.wall += old->start.wall - single->start.wall;
	want->end.wall += end.wall - single->end.wall;
}

/* Times as they were shown mean what stands there, which may be more than an element can say: it may end after the
   year 9999. */
static bool times_are_as_shown(const struct eas_pim_context *ctx, const struct times_sent *sent,
			       const struct pim_event_times *old, bool all_day,
			       const struct pim_zone *zone)
{
	return sent->start != NULL && sent->end != NULL && ctx->shown != NULL &&
		eas_pim_node_equal(wbxml_node_child(ctx->shown, EAS_TAG_CALENDAR_START_TIME), sent->start) &&
		eas_pim_node_equal(wbxml_node_child(ctx->shown, EAS_TAG_CALENDAR_END_TIME), sent->end) &&
		all_day == old->start.is_date && (all_day || zone == old->start.zone);
}

/* No clock shows a year of five digits: what is in another year where it takes place than in UTC is told in UTC. */
static int times_fit(struct eas_pim_context *ctx, const struct times_sent *sent,
		     struct pim_event_times *want)
{
	if (pim_year_of_wall(want->start.wall) > PIM_MAX_YEAR && !want->start.is_date) {
		time_convert(&want->start, FALSE, pim_zone_utc(), calendar_floating_zone(ctx));
		time_convert(&want->end, FALSE, pim_zone_utc(), calendar_floating_zone(ctx));
	}
	if (pim_year_of_wall(want->start.wall) <= PIM_MAX_YEAR)
		return 0;
	return eas_pim_refuse(ctx, sent->start != NULL ? sent->start :
			      sent->timezone != NULL ? sent->timezone : sent->all_day, "too late");
}

/* The times that an item would have if data were all the device says. Returns 0, or -1 as set(). */
static int times_want(struct eas_pim_context *ctx, const struct pim_component *component,
		      const struct wbxml_node *data, struct pim_event_times *want_r)
{
	struct pim_event_times old_times, single;
	const struct pim_event_times *old = NULL;
	const struct pim_zone *zone;
	struct times_sent sent;
	bool all_day;
	int ret;

	times_sent_init(data, &sent);
	i_zero(want_r);
	if (pim_event_get_times(ctx->pool, component, &old_times))
		old = &old_times;
	all_day = old != NULL && old->start.is_date;
	if (sent.all_day != NULL && eas_bool_parse(sent.all_day->value, &all_day) < 0)
		return eas_pim_refuse(ctx, sent.all_day, "neither 0 nor 1");
	if (times_want_zone(ctx, component, &sent, old, all_day, &zone) < 0)
		return -1;
	if (old != NULL && !ctx->filling &&
	    times_are_as_shown(ctx, &sent, old, all_day, zone)) {
		*want_r = *old;
		return 0;
	}
	ret = old == NULL || ctx->filling ?
		times_want_new(ctx, &sent, all_day, zone, want_r) :
		times_want_changed(ctx, &sent, old, all_day, zone, want_r);
	if (ret < 0)
		return -1;
	if (old == NULL || ctx->filling || sent.start == NULL) {
		/* nothing to compare it with */
	} else if (calendar_get_single(ctx, component, &single)) {
		times_want_series(&single, old, want_r, calendar_floating_zone(ctx));
	} else {
		time_keep_name(&old->start, &want_r->start, calendar_floating_zone(ctx));
		time_keep_name(&old->end, &want_r->end, calendar_floating_zone(ctx));
	}
	if (all_day && want_r->end.wall <= want_r->start.wall) {
		/* of a whole day (quirk 93) */
		want_r->end.wall = want_r->start.wall + PIM_DAY_SECS;
	}
	if (!all_day && pim_event_duration(want_r, calendar_floating_zone(ctx)) < 0)
		return eas_pim_refuse(ctx, sent.end != NULL ? sent.end : sent.start, "ends before it starts");
	return times_fit(ctx, &sent, want_r);
}

/* A zone that comes with the object is another one each time it is read. */
static bool zone_equals(const struct pim_zone *a, const struct pim_zone *b)
{
	return a == b || (a != NULL && b != NULL &&
			  strcmp(pim_zone_get_name(a), pim_zone_get_name(b)) == 0);
}

static bool time_equals(const struct pim_time *a, const struct pim_time *b)
{
	return a->is_date == b->is_date && zone_equals(a->zone, b->zone) && a->wall == b->wall;
}

static bool times_equal(const struct eas_pim_context *ctx, const struct pim_event_times *old,
			const struct pim_event_times *want)
{
	return time_equals(&old->start, &want->start) &&
		pim_event_duration(old, calendar_floating_zone(ctx)) ==
		pim_event_duration(want, calendar_floating_zone(ctx));
}

static bool times_same(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
		       const struct pim_component *component,
		       const struct wbxml_node *shown ATTR_UNUSED,
		       const struct wbxml_node *sent)
{
	struct pim_event_times old, want;

	return sent == NULL ||
		(pim_event_get_times(ctx->pool, component, &old) &&
		 times_want(ctx, component, sent->parent, &want) == 0 &&
		 times_equal(ctx, &old, &want));
}

/*
 * Changing
 */

static void end_apply(struct eas_pim_context *ctx, struct pim_component *component,
		      const struct pim_event_times *old, const struct pim_event_times *want)
{
	const struct pim_zone *floating = calendar_floating_zone(ctx);
	struct pim_event_times now, times = *want;

	/* with the new start it may be right as it is */
	if (old != NULL && pim_event_get_times(ctx->pool, component, &now) &&
	    old->start.is_date == want->start.is_date &&
	    now.end.is_date == want->end.is_date &&
	    pim_time_to_utc(&now.end, floating) == pim_time_to_utc(&want->end, floating))
		return;
	if (old != NULL && old->end_kind == PIM_EVENT_END_DURATION) {
		pim_property_set(ctx->pool, component, "DURATION",
				 pim_duration_format(pim_event_duration(want, floating)));
		return;
	}
	/* it may end in another zone than it starts in: there it stays */
	if (old != NULL && old->end.zone != NULL && !want->end.is_date &&
	    old->start.zone == want->start.zone && old->end.zone != want->end.zone)
		time_convert(&times.end, FALSE, old->end.zone, floating);
	pim_event_set_end(ctx->pool, component, &times, floating);
}

static void times_apply(struct eas_pim_context *ctx, struct pim_component *component,
			const struct pim_event_times *old, const struct pim_event_times *want)
{
	if (old == NULL || !time_equals(&old->start, &want->start))
		pim_event_set_time(ctx->pool, component, "DTSTART", &want->start);
	if (pim_property_find(component, "X-MICROSOFT-CDO-ALLDAYEVENT") != NULL) {
		pim_property_set(ctx->pool, component, "X-MICROSOFT-CDO-ALLDAYEVENT",
				 want->start.is_date ? "TRUE" : "FALSE");
	}
	end_apply(ctx, component, old, want);
	if (old == NULL)
		return;
	calendar_bump_sequence(ctx, component);
	if (pim_event_is_recurring(component))
		calendar_exceptions_follow(ctx, component, &old->start);
}

static int times_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
		     struct pim_component *component, const struct wbxml_node *node)
{
	struct pim_event_times old, want;
	bool have_old;

	if (node == NULL)
		return 0;
	have_old = pim_event_get_times(ctx->pool, component, &old);
	if (times_want(ctx, component, node->parent, &want) < 0)
		return -1;
	if (!have_old || !times_equal(ctx, &old, &want)) {
		times_apply(ctx, component, have_old ? &old : NULL, &want);
		if (!have_old || !zone_equals(old.start.zone, want.start.zone)) {
			calendar_zone_add(ctx, component, &want.start,
				wbxml_node_child_value(node->parent, EAS_TAG_CALENDAR_TIMEZONE));
		}
	}
	return 0;
}

int calendar_times_default(struct eas_pim_context *ctx, struct pim_component *component)
{
	static const struct wbxml_node nothing = { .value = "" };
	struct pim_event_times want;

	if (pim_property_find(component, "DTSTART") != NULL)
		return 0;
	if (times_want(ctx, component, &nothing, &want) < 0)
		return -1;
	times_apply(ctx, component, NULL, &want);
	calendar_zone_add(ctx, component, &want.start, NULL);
	return 0;
}

const struct eas_pim_type calendar_type_timezone = { timezone_write, times_set, times_same };
const struct eas_pim_type calendar_type_start = { start_write, times_set, times_same };
const struct eas_pim_type calendar_type_end = { end_write, times_set, times_same };
const struct eas_pim_type calendar_type_all_day = { all_day_write, times_set, times_same };

/*
 * DtStamp: the server's, whatever the device says
 */

static void dt_stamp_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	const struct pim_property *property = pim_property_find(component, "DTSTAMP");
	struct pim_time time;

	if (property == NULL)
		property = pim_property_find(component, "LAST-MODIFIED");
	if (property != NULL && pim_event_get_time(ctx->pool, component, property, &time)) {
		wbxml_writer_element(writer, row->tag, eas_date_format_compact(
			pim_time_to_utc(&time, NULL)));
	}
}

const struct eas_pim_type calendar_type_dt_stamp = { dt_stamp_write, NULL, NULL };
