dnl What the found Dovecot has. Each test compiles the call as src/compat would make it; the results
dnl are for src/compat only and travel as -D, because Dovecot's own config.h stands in the way of another.

dnl DIRECTPUSH_TRY(NAME, WHAT, HEADERS, BODY)
AC_DEFUN([DIRECTPUSH_TRY], [
	AC_MSG_CHECKING([$2])
	directpush_saved_CPPFLAGS="$CPPFLAGS"
	directpush_saved_CFLAGS="$CFLAGS"
	CPPFLAGS="$CPPFLAGS -DHAVE_CONFIG_H $LIBDOVECOT_INCLUDE $LIBDOVECOT_STORAGE_INCLUDE $LIBDOVECOT_NOTIFY_INCLUDE"
	CFLAGS="-std=gnu99 -Werror=implicit-function-declaration -Werror=incompatible-pointer-types -Werror=int-conversion"
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#undef PACKAGE
#undef PACKAGE_BUGREPORT
#undef PACKAGE_NAME
#undef PACKAGE_STRING
#undef PACKAGE_TARNAME
#undef PACKAGE_URL
#undef PACKAGE_VERSION
#undef VERSION
#include "lib.h"
$3
void try(void);
void try(void) { $4 }
]])], [
		AC_MSG_RESULT([yes])
		DIRECTPUSH_HAVE="$DIRECTPUSH_HAVE -D$1"
		$1=yes
	], [AC_MSG_RESULT([no])])
	CPPFLAGS="$directpush_saved_CPPFLAGS"
	CFLAGS="$directpush_saved_CFLAGS"
])

AC_DEFUN([DIRECTPUSH_CHECK_DOVECOT], [
	DIRECTPUSH_HAVE=
	DIRECTPUSH_TRY([HAVE_SETTINGS_GET], [whether settings are read by settings_get()], [
#include "settings.h"
#include "smtp-submit-settings.h"
], [
		const struct smtp_submit_settings *set; const char *error;
		(void)settings_get((struct event *)NULL, &smtp_submit_setting_parser_info, 0, &set, &error);
])
	DIRECTPUSH_TRY([HAVE_LOGIN_SERVER], [whether the login protocol is login-server], [
#include "login-server.h"
], [login_server_add((struct login_server *)NULL, -1);])
	DIRECTPUSH_TRY([HAVE_AUTH_INFO_PROTOCOL], [whether auth clients name a protocol], [
#include "auth-client.h"
], [struct auth_request_info info; info.protocol = "";])
	DIRECTPUSH_TRY([HAVE_HTTP_SERVER_EVENT_PARENT], [whether http_server_init() wants an event], [
#include "http-server.h"
], [(void)http_server_init((struct http_server_settings *)NULL, (struct event *)NULL);])
	DIRECTPUSH_TRY([HAVE_NOTIFY_UNREGISTER_PTR], [whether notify_unregister() clears a pointer], [
#include "notify-plugin.h"
], [struct notify_context *ctx = NULL; notify_unregister(&ctx);])
	DIRECTPUSH_TRY([HAVE_STR_BEGINS_WITH], [for str_begins_with()], [],
		[(void)str_begins_with("a", "b");])
	DIRECTPUSH_TRY([HAVE_VERSION_H], [for version.h], [
#include "version.h"
], [(void)version_string_verify("", "", 1);])
	AM_CONDITIONAL([HAVE_SETTINGS_GET], [test "x$HAVE_SETTINGS_GET" = xyes])
])
