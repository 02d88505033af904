/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any message about a meeting may be applied to a calendar entry and answered; what is sent is a message again. */

#include "lib.h"
#include "str.h"
#include "fuzzer.h"
#include "pim-itip.h"
#include "pim-tree.h"

static const char *const addresses[] = { "anna@example.org", NULL };

static void fuzz_answer(pool_t pool, const struct pim_itip *itip)
{
	const struct pim_itip_answer answer = {
		.address = addresses[0], .partstat = "ACCEPTED", .comment = "ok"
	};
	struct pim_itip_mail mail = {
		.from_address = addresses[0], .to = addresses, .subject = "s",
		.text = "t", .method = PIM_ITIP_REPLY, .message_id = "1@x"
	};
	string_t *dest = str_new(default_pool, 1024);
	struct pim_itip again;
	const char *error;

	mail.calendar = pim_itip_new_answer(pool, itip->event, &answer);
	pim_itip_write_mail(&mail, dest);
	str_truncate(dest, 0);
	pim_tree_write(dest, mail.calendar);
	if (pim_itip_read(pool, str_data(dest), str_len(dest), &again, &error) <= 0)
		i_unreached();
	i_assert(again.method == PIM_ITIP_REPLY);
	i_assert(strcmp(again.uid, itip->uid) == 0);
	str_free(&dest);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct pim_object *object;
	struct pim_itip itip;
	const char *error;

	if (pim_itip_read(pool, data, size, &itip, &error) > 0) {
		object = pim_itip_new_object(pool, &itip, PIM_FORMAT_RAW);
		pim_itip_set_partstat(object, pim_object_main(object), addresses,
				      "TENTATIVE", 0);
		(void)pim_itip_apply_request(object, &itip);
		(void)pim_itip_apply_update(object, &itip, addresses, TRUE);
		(void)pim_itip_apply_reply(object, &itip);
		(void)pim_itip_apply_counter(object, &itip, "a@example.com");
		(void)pim_itip_apply_cancel(object, &itip);
		(void)pim_itip_new_message(pool, object, PIM_ITIP_CANCEL, NULL, 0);
		fuzz_answer(pool, &itip);
	}
	pool_unref(&pool);
}
FUZZ_END
