/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MASS_DELETE_H
#define EAS_MASS_DELETE_H

/* A device that wants to delete very much is stopped until somebody looked. docs/decisions/181 */

struct eas_cmd_context;
struct eas_folder;

/* Does what is deleted for good in this folder count? Not in the trash: it is meant there. */
bool eas_mass_delete_counts(const struct eas_folder *folder);

/* May the device delete so many items for good now? If not, the request must be given up: it is answered
   with "try again later", and logged when it begins. */
bool eas_mass_delete_check(struct eas_cmd_context *ctx, unsigned int count);

#endif
