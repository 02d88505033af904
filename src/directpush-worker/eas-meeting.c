/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "wbxml-tree.h"
#include "pim-event.h"
#include "pim-recurrence.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "eas-html-text.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-meeting.h"

static const struct eas_folder *find_calendar(const struct eas_folder_list *list)
{
	const struct eas_folder *folder, *other = NULL;

	array_foreach(&list->folders, folder) {
		if (folder->class != EAS_CLASS_CALENDAR || !folder->selectable ||
		    folder->vname == NULL)
			continue;
		if (folder->type == EAS_FOLDER_TYPE_CALENDAR)
			return folder;
		if (other == NULL && !eas_folder_is_shared(folder))
			other = folder;
	}
	return other;
}

int eas_meeting_open_calendar(struct eas_user *user, struct event *event,
			      struct eas_pim_folder **pim_r)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	int ret;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	folder = find_calendar(list);
	if (folder == NULL)
		return 0;
	ret = eas_pim_folder_open(user, folder, event, pim_r);
	if (ret <= 0)
		return ret;
	if (eas_pim_folder_update(*pim_r) < 0) {
		eas_pim_folder_close(pim_r);
		return -1;
	}
	return 1;
}

int eas_meeting_find(struct eas_pim_folder *pim, const char *uid, pool_t pool,
		     const struct eas_pim_row **row_r, struct pim_object **object_r)
{
	unsigned char hash[EAS_PIM_HASH_SIZE];
	const struct eas_pim_row *row;
	uoff_t size;

	*row_r = NULL;
	eas_pim_hash_make(uid, hash);
	row = eas_pim_index_find_hash(pim->index, hash);
	if (row == NULL || row->version == 0)
		return 0;
	if (eas_pim_folder_read(pim, row, pool, object_r, &size) != EAS_PIM_OK)
		return -1;
	*row_r = row;
	return 0;
}

/* properties that only a series has */
static const char *const series_properties[] = {
	"RRULE", "RDATE", "EXDATE", "EXRULE", "DURATION", "RECURRENCE-ID"
};

static struct pim_component *
new_override(struct pim_object *object, struct pim_component *main,
	     const struct pim_event_times *times, int64_t id_wall)
{
	struct pim_component *override = pim_component_copy(object->pool, main);
	struct pim_time start = times->start, end = times->start;

	for (unsigned int i = 0; i < N_ELEMENTS(series_properties); i++)
		pim_property_remove_all(override, series_properties[i]);
	start.wall = id_wall;
	end.wall = id_wall + (times->end.wall - times->start.wall);
	end.zone = times->start.zone;
	pim_event_set_time(object->pool, override, "RECURRENCE-ID", &start);
	pim_event_set_time(object->pool, override, "DTSTART", &start);
	pim_event_set_time(object->pool, override, "DTEND", &end);
	pim_component_append(object->root, override);
	return override;
}

struct pim_component *
eas_meeting_get_instance(struct pim_object *object, time_t instance_utc)
{
	struct pim_component *main = pim_object_main(object), *override;
	struct pim_event_times times;
	struct pim_occurrence occurrence;
	struct pim_series *series;
	int64_t id_wall;

	series = pim_event_get_series(object->pool, main, NULL);
	if (series == NULL ||
	    !pim_event_get_times(object->pool, main, &times))
		return NULL;
	id_wall = times.start.zone == NULL ? (int64_t)instance_utc :
		pim_zone_to_wall(times.start.zone, instance_utc);
	if (!pim_series_find(series, id_wall, &occurrence))
		return NULL;
	override = pim_event_find_override(object->pool, main, &times.start,
					   id_wall);
	return override != NULL ? override :
		new_override(object, main, &times, id_wall);
}

void eas_meeting_remove_instance(struct pim_object *object,
				 const struct pim_component *instance)
{
	const struct pim_property *id = pim_property_find(instance, "RECURRENCE-ID");
	struct pim_component *main = pim_object_main(object);
	struct pim_property *exdate;

	i_assert(id != NULL && main != instance);
	exdate = pim_property_add_copy(object->pool, main, id);
	exdate->name = "EXDATE";
	pim_component_remove((struct pim_component *)instance);
}

bool eas_meeting_is_ours_to_tell(const struct eas_cmd_context *ctx)
{
	return ctx->request->version >= EAS_VERSION_16_0;
}

const char *eas_meeting_get_body(const struct wbxml_node *parent)
{
	const struct wbxml_node *body = wbxml_node_child(parent, EAS_TAG_AIRSYNCBASE_BODY);
	const char *data = wbxml_node_child_value(body, EAS_TAG_AIRSYNCBASE_DATA);
	const char *type = wbxml_node_child_value(body, EAS_TAG_AIRSYNCBASE_TYPE);
	struct eas_html_text *html;
	buffer_t *text;

	if (data == NULL || type == NULL || strcmp(type, "2") != 0)
		return data == NULL ? "" : data;
	text = t_buffer_create(strlen(data) + 1);
	html = eas_html_text_init(0);
	eas_html_text_more(html, (const unsigned char *)data, strlen(data), text);
	eas_html_text_finish(html, text);
	eas_html_text_deinit(&html);
	return str_c(text);
}
