/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_WORKER_SETTINGS_H
#define DIRECTPUSH_WORKER_SETTINGS_H

/* The worker's settings. conf.d/95-directpush.conf explains each of them; a setting that the
   front also reads has the same name and default in directpush-settings.[ch]. Read
   together with Dovecot's mail user and submission settings. */

#include "directpush-ipc-worker.h"

/* directpush_provision: what is demanded of a phone */
enum directpush_provision {
	/* Provision is answered when asked; nothing is demanded, nothing refused */
	DIRECTPUSH_PROVISION_OPTIONAL = 0,
	/* Provision is answered with "no policy" */
	DIRECTPUSH_PROVISION_NONE,
	/* no request without a current policy key, but those that never need one */
	DIRECTPUSH_PROVISION_REQUIRE
};

/* directpush_sent_copy: who decides about a copy in the Sent folder */
enum directpush_sent_copy {
	DIRECTPUSH_SENT_COPY_ASKED = 0,
	DIRECTPUSH_SENT_COPY_ALWAYS,
	DIRECTPUSH_SENT_COPY_NEVER
};

/* directpush_pim_format: how a new object is written */
enum directpush_pim_format {
	DIRECTPUSH_PIM_FORMAT_KOLAB3 = 0,
	DIRECTPUSH_PIM_FORMAT_RAW
};

struct directpush_worker_settings {
	pool_t pool;

	bool verbose_proctitle;

	/* seconds */
	unsigned int directpush_heartbeat_min;
	unsigned int directpush_heartbeat_max;

	/* bytes */
	uoff_t directpush_max_request_size;
	uoff_t directpush_max_send_size;

	/* separated by commas or spaces, the primary one first */
	const char *directpush_addresses;
	/* "" = none: <address>.pem of people whose certificates are offered */
	const char *directpush_certificates_dir;
	/* "" = the system's: PEM file, or directory of them */
	const char *directpush_trusted_ca;
	const char *directpush_ping_wake;
	unsigned int directpush_ping_max_folders;

	/* an hour; 0 = no limit */
	unsigned int directpush_mass_delete_limit;
	/* remembered at once; 0 = no limit */
	unsigned int directpush_user_devices;
	const char *directpush_provision;
	const char *directpush_sent_copy;
	bool directpush_shared_namespaces;
	bool directpush_strict;
	bool directpush_tnef;

	bool directpush_pim_create;
	const char *directpush_pim_format;
	/* names without the namespace's prefix; "" = there is none by name */
	const char *directpush_calendar_folder;
	const char *directpush_contacts_folder;
	const char *directpush_tasks_folder;
	const char *directpush_notes_folder;
	const char *directpush_timezone;

	/* made from the strings by the check function */
	enum directpush_change parsed_ping_wake;
	enum directpush_provision parsed_provision;
	enum directpush_sent_copy parsed_sent_copy;
	enum directpush_pim_format parsed_pim_format;
};

extern const struct setting_parser_info directpush_worker_setting_parser_info;

#endif
