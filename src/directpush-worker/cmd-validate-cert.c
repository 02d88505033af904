/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ValidateCert: may the user trust these certificates of signed mail? Each gets a Status of its own.
   MS-ASCMD "ValidateCert" (2.2.1.22) */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "ioloop.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "wbxml-writer.h"
#include "directpush-worker-settings.h"
#include "eas-certificate.h"
#include "eas-user.h"
#include "eas-cmd.h"

/* Returns the certificate's bytes, none at all if the element holds no base64. */
static const buffer_t *validate_decode(const struct wbxml_node *node)
{
	buffer_t *der;

	/* a value in a stream is longer than any certificate */
	if (node->stream != NULL)
		return t_buffer_create(1);
	der = t_buffer_create(MAX_BASE64_DECODED_SIZE(node->value_size));
	if (base64_scheme_decode(&base64_scheme, 0, node->value, node->value_size,
				 der) < 0)
		buffer_set_used_size(der, 0);
	return der;
}

static void validate_add_chain(struct eas_certificate_store *store,
			       const struct wbxml_node *list)
{
	const struct wbxml_node *node =
		wbxml_node_child(list, EAS_TAG_VALIDATE_CERT_CERTIFICATE);

	for (; node != NULL; node = wbxml_node_next_same(node)) T_BEGIN {
		const buffer_t *der = validate_decode(node);

		eas_certificate_store_add_chain(store, der->data, der->used);
	} T_END;
}

static enum eas_status
validate_certificate(struct eas_cmd_context *ctx, struct eas_certificate_store *store,
		     const struct wbxml_node *node, bool check_crl)
{
	const buffer_t *der = validate_decode(node);
	const char *reason;
	enum eas_status status;

	status = eas_certificate_check(store, der->data, der->used, ioloop_time,
				       check_crl, &reason);
	e_debug(ctx->event, "Certificate: Status %u: %s", status, reason);
	return status;
}

/* Returns -1 if it is neither 0 nor 1; empty counts as not sent. */
static int validate_get_check_crl(const struct wbxml_node *root, bool *check_crl_r)
{
	const char *value = wbxml_node_child_value(root, EAS_TAG_VALIDATE_CERT_CHECK_CRL);
	unsigned int number = 0;

	if (value != NULL && *value != '\0' &&
	    eas_uint_parse_range(value, 0, 1, &number) < 0)
		return -1;
	*check_crl_r = number != 0;
	return 0;
}

static void
validate_certificates(struct eas_cmd_context *ctx, struct eas_certificate_store *store,
		      bool check_crl)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);
	const struct wbxml_node *root = ctx->tree->root, *list, *node;

	validate_add_chain(store, wbxml_node_child(root, EAS_TAG_VALIDATE_CERT_CERTIFICATE_CHAIN));
	list = wbxml_node_child(root, EAS_TAG_VALIDATE_CERT_CERTIFICATES);
	wbxml_writer_start(writer, EAS_TAG_VALIDATE_CERT_VALIDATE_CERT);
	wbxml_writer_element_uint(writer, EAS_TAG_VALIDATE_CERT_STATUS,
				  EAS_VALIDATE_CERT_STATUS_OK);
	node = wbxml_node_child(list, EAS_TAG_VALIDATE_CERT_CERTIFICATE);
	for (; node != NULL; node = wbxml_node_next_same(node)) T_BEGIN {
		wbxml_writer_start(writer, EAS_TAG_VALIDATE_CERT_CERTIFICATE);
		wbxml_writer_element_uint(writer, EAS_TAG_VALIDATE_CERT_STATUS,
			validate_certificate(ctx, store, node, check_crl));
		wbxml_writer_end(writer, EAS_TAG_VALIDATE_CERT_CERTIFICATE);
	} T_END;
	wbxml_writer_end(writer, EAS_TAG_VALIDATE_CERT_VALIDATE_CERT);
	eas_reply_set_eas_status(ctx->reply, EAS_VALIDATE_CERT_STATUS_OK);
}

void eas_cmd_validate_cert(struct eas_cmd_context *ctx)
{
	struct eas_certificate_store *store;
	const char *error;
	bool check_crl;

	if (validate_get_check_crl(ctx->tree->root, &check_crl) < 0) {
		eas_cmd_reply_status(ctx, EAS_VALIDATE_CERT_STATUS_PROTOCOL_ERROR);
		return;
	}
	/* nothing of the device's is touched */
	if (eas_cmd_device_done(ctx) < 0)
		return;
	if (eas_certificate_store_init(ctx->user->set->directpush_trusted_ca, &store,
				       &error) < 0) {
		e_error(ctx->event, "directpush_trusted_ca: %s", error);
		eas_cmd_reply_status(ctx, EAS_VALIDATE_CERT_STATUS_SERVER_ERROR);
		return;
	}
	validate_certificates(ctx, store, check_crl);
	eas_certificate_store_deinit(&store);
}
