/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-duration.h"
#include "pim-event.h"
#include "pim-rrule.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "pim-zone-blob.h"
#include "eas-email-message.h"
#include "eas-global-id.h"
#include "eas-recurrence.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-email-meeting.h"

enum instance_type {
	INSTANCE_SINGLE = 0,
	INSTANCE_MASTER = 1,
	INSTANCE_EXCEPTION = 3
};

#define BUSY_STATUS_FREE 0
#define BUSY_STATUS_BUSY 2

struct meeting_word {
	const char *word;
	unsigned int number;
};

static const struct meeting_word busy_words[] = {
	{ "FREE", 0 }, { "TENTATIVE", 1 }, { "BUSY", 2 }, { "OOF", 3 },
	{ NULL, BUSY_STATUS_BUSY }
};

/* MS-ASEMAIL "Sensitivity" (2.2.2.71) */
static const struct meeting_word class_words[] = {
	{ "X-PERSONAL", 1 }, { "PRIVATE", 2 }, { "CONFIDENTIAL", 3 },
	{ NULL, 0 }
};

static const struct {
	const char *partstat, *message_class;
} answer_classes[] = {
	{ "ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos" },
	{ "DECLINED", "IPM.Schedule.Meeting.Resp.Neg" },
	{ "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent" },
};

/*
 * Reading
 */

static const struct eas_email_part *
calendar_part(const struct eas_email_message *message, unsigned int *idx_r)
{
	const struct eas_email_part *found = NULL;

	for (unsigned int i = 0; i < message->parts_count; i++) {
		const struct eas_email_part *part = &message->parts[i];

		if (strcmp(part->type, "text") == 0 &&
		    strcmp(part->subtype, "calendar") == 0) {
			*idx_r = i;
			return part;
		}
		if (found == NULL && strcmp(part->type, "application") == 0 &&
		    strcmp(part->subtype, "ics") == 0) {
			*idx_r = i;
			found = part;
		}
	}
	return found;
}

static const char *answer_class(const struct pim_itip *itip)
{
	const struct pim_property *attendee =
		pim_property_find(itip->event, "ATTENDEE");
	const char *partstat = attendee == NULL ? NULL :
		pim_param_get(attendee, "PARTSTAT");

	for (unsigned int i = 0; partstat != NULL &&
	     i < N_ELEMENTS(answer_classes); i++) {
		if (strcasecmp(partstat, answer_classes[i].partstat) == 0)
			return answer_classes[i].message_class;
	}
	return NULL;
}

static const char *meeting_class(const struct pim_itip *itip)
{
	switch (itip->method) {
	case PIM_ITIP_REQUEST:
		return "IPM.Schedule.Meeting.Request";
	case PIM_ITIP_CANCEL:
		return "IPM.Schedule.Meeting.Canceled";
	case PIM_ITIP_REPLY:
		return answer_class(itip);
	case PIM_ITIP_COUNTER:
		return "IPM.Schedule.Meeting.Resp.Tent";
	default:
		return NULL;
	}
}

struct eas_email_meeting *
eas_email_meeting_read(struct eas_email_message *message)
{
	struct eas_email_meeting *meeting;
	struct eas_part_reader *reader;
	struct eas_part_place place;
	unsigned int idx;
	const char *error;
	buffer_t *text;
	int ret;

	if (calendar_part(message, &idx) == NULL)
		return NULL;
	eas_email_message_get_place(message, idx, &place);
	meeting = p_new(message->pool, struct eas_email_meeting, 1);
	meeting->pool = message->pool;
	text = buffer_create_dynamic(default_pool, 4096);
	reader = eas_part_reader_init(message->input, &place, EAS_PART_FORM_UTF8);
	while (text->used <= PIM_ITIP_MAX_BYTES &&
	       (ret = eas_part_reader_more(reader, text)) > 0) ;
	eas_part_reader_deinit(&reader);
	ret = pim_itip_read(message->pool, text->data, text->used,
			    &meeting->itip, &error);
	buffer_free(&text);
	if (ret <= 0)
		return NULL;
	meeting->message_class = meeting_class(&meeting->itip);
	return meeting->message_class == NULL ? NULL : meeting;
}

static const char *clock_format(const struct pim_time *time, bool with_date)
{
	struct pim_civil civil;
	const char *date;

	pim_civil_from_wall(time->wall, &civil);
	date = !with_date ? "" : t_strdup_printf("%04d-%02u-%02u", civil.year, civil.month, civil.day);
	return time->is_date ? date : t_strdup_printf("%s%s%02u:%02u", date, with_date ? " " : "",
						      civil.hour, civil.minute);
}

/* "2026-03-10 10:00 - 11:30 (Europe/Berlin)"; of whole days the first and the last */
static void append_when(string_t *text, const struct pim_event_times *times)
{
	struct pim_time end = times->end;
	bool same_day;

	if (end.is_date)
		end.wall -= PIM_DAY_SECS;
	same_day = pim_days_of_wall(times->start.wall) == pim_days_of_wall(end.wall);
	str_printfa(text, "When: %s", clock_format(&times->start, TRUE));
	if (!same_day || (!end.is_date && end.wall != times->start.wall))
		str_printfa(text, " - %s", clock_format(&end, !same_day));
	if (times->start.zone != NULL)
		str_printfa(text, " (%s)", pim_zone_get_name(times->start.zone));
	str_append(text, "\r\n");
}

const char *eas_email_meeting_get_text(const struct eas_email_meeting *meeting)
{
	const struct pim_component *event = meeting->itip.event;
	const char *description = pim_component_get_text(event, "DESCRIPTION");
	const char *location = pim_component_get_text(event, "LOCATION");
	struct pim_event_times times;
	string_t *text = t_str_new(256);

	if (description != NULL && *description != '\0')
		return p_strdup(meeting->pool, description);
	if (pim_event_get_times(meeting->pool, event, &times))
		append_when(text, &times);
	if (location != NULL && *location != '\0')
		str_printfa(text, "Where: %s\r\n", location);
	return p_strdup(meeting->pool, str_c(text));
}

/*
 * Writing
 */

struct meeting_writer {
	const struct eas_email_meeting *meeting;
	const struct pim_component *event;
	struct wbxml_writer *writer;
	enum eas_version version;
	enum eas_meeting_type type;
	struct pim_event_times times;
	/* of a COUNTER */
	struct pim_event_times proposed;
	/* of the event, NULL = of dates, or of no place */
	const struct pim_zone *zone;
	/* of an exception, as on the clock of its zone */
	bool is_exception;
	struct pim_time instance;
};

static void write_uint(struct meeting_writer *w, wbxml_tag_t tag, unsigned int number)
{
	wbxml_writer_element_uint(w->writer, tag, number);
}

/* Of dates the digits: read in a zone they would be another day (quirk 87). */
static void write_time(struct meeting_writer *w, wbxml_tag_t tag,
		       const struct pim_time *time)
{
	wbxml_writer_element(w->writer, tag,
			     eas_date_format(pim_time_to_utc(time, NULL)));
}

static unsigned int word_number(const struct meeting_word *words, const char *word)
{
	for (; words->word != NULL; words++) {
		if (word != NULL && strcasecmp(words->word, word) == 0)
			break;
	}
	return words->number;
}

static unsigned int busy_status(const struct pim_component *event)
{
	const char *word = pim_component_get(event,
					     "X-MICROSOFT-CDO-INTENDEDSTATUS");
	const char *transp = pim_component_get(event, "TRANSP");

	if (word == NULL)
		word = pim_component_get(event, "X-MICROSOFT-CDO-BUSYSTATUS");
	if (word == NULL && transp != NULL &&
	    strcasecmp(transp, "TRANSPARENT") == 0)
		return BUSY_STATUS_FREE;
	return word_number(busy_words, word);
}

static void write_location(struct meeting_writer *w)
{
	const char *location = pim_component_get_text(w->event, "LOCATION");

	if (location == NULL || *location == '\0')
		return;
	if (w->version < EAS_VERSION_16_0) {
		wbxml_writer_element(w->writer, EAS_TAG_EMAIL_LOCATION, location);
		return;
	}
	wbxml_writer_start(w->writer, EAS_TAG_AIRSYNCBASE_LOCATION);
	wbxml_writer_element(w->writer, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME, location);
	wbxml_writer_end(w->writer, EAS_TAG_AIRSYNCBASE_LOCATION);
}

static void write_organizer(struct meeting_writer *w)
{
	const struct pim_property *organizer =
		pim_property_find(w->event, "ORGANIZER");
	const char *address, *name;

	if (organizer == NULL)
		return;
	address = pim_itip_address(organizer);
	name = pim_param_get(organizer, "CN");
	if (*address == '\0')
		return;
	wbxml_writer_element(w->writer, EAS_TAG_EMAIL_ORGANIZER,
		name == NULL || *name == '\0' ? address :
		t_strdup_printf("\"%s\" <%s>", t_str_replace(name, '"', '\''),
				address));
}

/* Seconds before the start. MS-ASEMAIL "Reminder" (2.2.2.63) */
static void write_reminder(struct meeting_writer *w)
{
	const struct pim_component *alarm = pim_component_find(w->event, "VALARM");
	const char *trigger = alarm == NULL ? NULL :
		pim_component_get(alarm, "TRIGGER");
	int64_t days, secs;

	if (trigger != NULL && pim_duration_parse(trigger, &days, &secs) &&
	    days + secs <= 0 && -(days + secs) <= UINT16_MAX)
		write_uint(w, EAS_TAG_EMAIL_REMINDER, -(days + secs));
}

/* Somebody who does not say otherwise wants an answer. */
static bool response_requested(const struct pim_component *event)
{
	const struct pim_property *attendee = pim_property_find(event, "ATTENDEE");
	bool refused = FALSE;

	for (; attendee != NULL; attendee = pim_property_find_next(attendee)) {
		const char *rsvp = pim_param_get(attendee, "RSVP");

		if (rsvp != NULL && strcasecmp(rsvp, "TRUE") == 0)
			return TRUE;
		if (rsvp != NULL)
			refused = TRUE;
	}
	return !refused;
}

static const struct {
	enum eas_recurrence_field field;
	wbxml_tag_t tag;
	enum eas_version since;
	size_t offset;
} recurrence_rows[] = {
#define ROW(name, tag, since, member) \
	{ EAS_RECURRENCE_HAS_##name, EAS_TAG_##tag, since, \
	  offsetof(struct eas_recurrence, member) }
	ROW(OCCURRENCES, EMAIL_OCCURRENCES, EAS_VERSION_12_1, occurrences),
	ROW(WEEK_OF_MONTH, EMAIL_WEEK_OF_MONTH, EAS_VERSION_12_1, week_of_month),
	ROW(DAY_OF_MONTH, EMAIL_DAY_OF_MONTH, EAS_VERSION_12_1, day_of_month),
	ROW(DAY_OF_WEEK, EMAIL_DAY_OF_WEEK, EAS_VERSION_12_1, day_of_week),
	ROW(MONTH_OF_YEAR, EMAIL_MONTH_OF_YEAR, EAS_VERSION_12_1, month_of_year),
	ROW(CALENDAR_TYPE, EMAIL2_CALENDAR_TYPE, EAS_VERSION_14_0, calendar_type),
	ROW(IS_LEAP_MONTH, EMAIL2_IS_LEAP_MONTH, EAS_VERSION_14_0, is_leap_month),
	ROW(FIRST_DAY_OF_WEEK, EMAIL2_FIRST_DAY_OF_WEEK, EAS_VERSION_14_1,
	    first_day_of_week),
#undef ROW
};

static void
write_recurrence(struct meeting_writer *w, const struct eas_recurrence *recurrence)
{
	wbxml_writer_start(w->writer, EAS_TAG_EMAIL_RECURRENCES);
	wbxml_writer_start(w->writer, EAS_TAG_EMAIL_RECURRENCE);
	write_uint(w, EAS_TAG_EMAIL_TYPE, recurrence->type);
	write_uint(w, EAS_TAG_EMAIL_INTERVAL, recurrence->interval);
	if ((recurrence->fields & EAS_RECURRENCE_HAS_UNTIL) != 0) {
		wbxml_writer_element(w->writer, EAS_TAG_EMAIL_UNTIL,
			eas_date_format_compact(recurrence->until_utc));
	}
	for (unsigned int i = 0; i < N_ELEMENTS(recurrence_rows); i++) {
		const unsigned int *number = CONST_PTR_OFFSET(recurrence,
			recurrence_rows[i].offset);

		if ((recurrence->fields & recurrence_rows[i].field) != 0 &&
		    w->version >= recurrence_rows[i].since)
			write_uint(w, recurrence_rows[i].tag, *number);
	}
	wbxml_writer_end(w->writer, EAS_TAG_EMAIL_RECURRENCE);
	wbxml_writer_end(w->writer, EAS_TAG_EMAIL_RECURRENCES);
}

static bool
get_recurrence(const struct meeting_writer *w, struct eas_recurrence *recurrence_r)
{
	const char *value = pim_component_get(w->event, "RRULE");
	struct pim_rrule rule;
	const char *error;

	return value != NULL && pim_rrule_parse(value, &rule, &error) == 0 &&
		eas_recurrence_from_rrule(&rule, &w->times.start, recurrence_r) !=
			EAS_RECURRENCE_FIT_NONE;
}

static void write_global_id(struct meeting_writer *w, bool hex)
{
	struct pim_civil day;

	i_zero(&day);
	if (w->is_exception)
		pim_civil_from_wall(w->instance.wall, &day);
	wbxml_writer_element(w->writer, EAS_TAG_EMAIL_GLOBAL_OBJ_ID,
		eas_global_id_format(w->meeting->itip.uid, day.year, day.month,
				     day.day, hex));
}

static void write_proposed(struct meeting_writer *w)
{
	if (w->meeting->itip.method != PIM_ITIP_COUNTER ||
	    w->version < EAS_VERSION_16_1)
		return;
	wbxml_writer_element(w->writer, EAS_TAG_MEETING_RESPONSE_PROPOSED_START_TIME,
		eas_date_format_compact(pim_time_to_utc(&w->proposed.start, NULL)));
	wbxml_writer_element(w->writer, EAS_TAG_MEETING_RESPONSE_PROPOSED_END_TIME,
		eas_date_format_compact(pim_time_to_utc(&w->proposed.end, NULL)));
}

/* Of a proposal, the time that is on: as Outlook says it, and we do. */
static void read_original_times(struct meeting_writer *w, struct pim_event_times *times)
{
	const struct pim_property *start =
		pim_property_find(w->event, "X-MS-OLK-ORIGINALSTART");
	const struct pim_property *end =
		pim_property_find(w->event, "X-MS-OLK-ORIGINALEND");
	struct pim_time start_time, end_time;

	if (start == NULL || end == NULL ||
	    !pim_event_get_time(w->meeting->pool, w->event, start, &start_time) ||
	    !pim_event_get_time(w->meeting->pool, w->event, end, &end_time))
		return;
	times->start = start_time;
	times->end = end_time;
}

/* Email.xsd: in this order */
static void write_ids(struct meeting_writer *w, bool hex_id)
{
	const struct pim_itip *itip = &w->meeting->itip;
	const char *no_counter =
		pim_component_get(w->event, "X-MICROSOFT-DISALLOW-COUNTER");

	if (w->version < EAS_VERSION_16_0)
		write_global_id(w, hex_id);
	if (w->version >= EAS_VERSION_14_0) {
		write_uint(w, EAS_TAG_EMAIL_DISALLOW_NEW_TIME_PROPOSAL,
			   no_counter != NULL &&
			   strcasecmp(no_counter, "TRUE") == 0 ? 1 : 0);
	}
	if (w->version >= EAS_VERSION_14_1) {
		write_uint(w, EAS_TAG_EMAIL2_MEETING_MESSAGE_TYPE,
			   w->type);
	}
	if (w->version >= EAS_VERSION_16_0) {
		wbxml_writer_element(w->writer, EAS_TAG_CALENDAR_UID, itip->uid);
		write_proposed(w);
	}
}

static void write_zone(struct meeting_writer *w)
{
	buffer_t *blob_data = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	string_t *text = t_str_new(MAX_BASE64_ENCODED_SIZE(PIM_ZONE_BLOB_SIZE));
	struct pim_zone_blob blob;

	pim_zone_blob_from_zone(w->zone == NULL ? pim_zone_utc() : w->zone,
				pim_year_of_wall(w->times.start.wall), &blob);
	pim_zone_blob_write(blob_data, &blob);
	base64_encode(blob_data->data, blob_data->used, text);
	wbxml_writer_element(w->writer, EAS_TAG_EMAIL_TIME_ZONE, str_c(text));
}

static void write_request(struct meeting_writer *w, bool hex_id)
{
	time_t stamp = w->meeting->itip.stamp_utc;
	struct eas_recurrence recurrence;
	bool recurs = get_recurrence(w, &recurrence);

	write_uint(w, EAS_TAG_EMAIL_ALL_DAY_EVENT, w->times.start.is_date ? 1 : 0);
	write_time(w, EAS_TAG_EMAIL_START_TIME, &w->times.start);
	wbxml_writer_element(w->writer, EAS_TAG_EMAIL_DT_STAMP, eas_date_format(stamp));
	write_time(w, EAS_TAG_EMAIL_END_TIME, &w->times.end);
	write_uint(w, EAS_TAG_EMAIL_INSTANCE_TYPE,
		   w->is_exception ? INSTANCE_EXCEPTION :
		   recurs ? INSTANCE_MASTER : INSTANCE_SINGLE);
	write_location(w);
	write_organizer(w);
	if (w->is_exception)
		write_time(w, EAS_TAG_EMAIL_RECURRENCE_ID, &w->instance);
	write_reminder(w);
	write_uint(w, EAS_TAG_EMAIL_RESPONSE_REQUESTED,
		   w->meeting->itip.method == PIM_ITIP_REQUEST &&
		   response_requested(w->event) ? 1 : 0);
	if (recurs)
		write_recurrence(w, &recurrence);
	write_uint(w, EAS_TAG_EMAIL_SENSITIVITY,
		   word_number(class_words, pim_component_get(w->event, "CLASS")));
	write_uint(w, EAS_TAG_EMAIL_BUSY_STATUS, busy_status(w->event));
	write_zone(w);
	write_ids(w, hex_id);
}

void eas_email_meeting_write(const struct eas_email_meeting *meeting,
			     enum eas_version version, enum eas_meeting_type type,
			     bool hex_id, struct wbxml_writer *writer)
{
	struct meeting_writer w = {
		.meeting = meeting, .event = meeting->itip.event,
		.writer = writer, .version = version, .type = type
	};
	const struct pim_property *instance =
		pim_property_find(w.event, "RECURRENCE-ID");

	if (meeting->itip.method == PIM_ITIP_REPLY ||
	    (meeting->itip.method == PIM_ITIP_COUNTER &&
	     version < EAS_VERSION_16_1) ||
	    !pim_event_get_times(meeting->pool, w.event, &w.times))
		return;
	w.proposed = w.times;
	if (meeting->itip.method == PIM_ITIP_COUNTER)
		read_original_times(&w, &w.times);
	w.zone = w.times.start.zone;
	w.is_exception = instance != NULL &&
		pim_event_get_time(meeting->pool, w.event, instance, &w.instance);
	wbxml_writer_start(writer, EAS_TAG_EMAIL_MEETING_REQUEST);
	write_request(&w, hex_id);
	wbxml_writer_end(writer, EAS_TAG_EMAIL_MEETING_REQUEST);
}
