# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration of a private Dovecot, in the words of the Dovecot that is installed.

Scenarios, benchmarks and suite.conf files say their settings in Dovecot 2.3's words; for 2.4 the rows
below turn them into its own. Nothing else in the harness knows that there are two.
"""

import os
import re
import subprocess

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conf")
MAIL_FORMATS = {"maildir": "Maildir", "mdbox": "mdbox", "sdbox": "sdbox"}


def flags(found):
    """A list of 2.3 that is a block of switches in 2.4."""
    switches = "".join(f"{found[1]}  {name} = yes\n" for name in found[2].split())
    return f"{found[1]}mail_plugins {{\n{switches}{found[1]}}}"


def environment(found):
    """More of it, a line each."""
    lines = "".join("  " + word.replace("=", " = ", 1) + "\n" for word in found[1].split())
    return f"import_environment {{\n{lines}}}"


def location(found):
    """maildir:PATH:INDEXPVT=PATH"""
    driver, path, *rest = found[2].split(":")
    lines = [f"mail_driver = {driver}", f"mail_path = {path}"]
    lines += [f"mail_index_private_path = {option.partition('=')[2]}" for option in rest]
    return "\n".join(found[1] + line for line in lines)


def passdb(found):
    """A block that is called by its driver."""
    settings = dict(re.findall(r"(\w+) = (.*)", found[1]))
    args = settings["args"].replace("=", " = ")
    return f"passdb {settings['driver']} {{\n  {args}\n}}"


# What 2.3 says -> what 2.4 says: a pattern and its replacement, from top to bottom.
WORDS_24 = (
    (r"%%u(?=/$)", "$user"),
    (r"%%h", "%{owner_home}"),
    (r"%%u", "%{owner_user}"),
    (r"%h", "%{home}"),
    (r"%u", "%{user}"),
    (r"^( *)mail_plugins = \$mail_plugins (.*)", flags),
    (r"^import_environment = \$import_environment (.*)", environment),
    (r"^( *)(?:mail_)?location = (.*)", location),
    (r"^namespace \{", "namespace another {"),
    (r"^plugin \{\n((?:.*\n)*?)\}", r"\1"),
    (r"^ *acl = vfile", "acl_driver = vfile"),
    (r"^ *acl_shared_dict = file:(.*)", r"acl_sharing_map {\n  dict file {\n    path = \1\n  }\n}"),
    (r"^ *quota = count:.*\n *quota_vsizes = yes\n *quota_rule = \*:storage=(.*)\n *quota_grace = 0\n",
     r"quota user {\n}\nquota_storage_size = \1\nquota_storage_grace = 0\n"),
    (r"^ *quota = count:.*\n *quota_vsizes = yes\n *quota_rule = \*:messages=(.*)\n", r"quota user {\n}\nquota_message_count = \1\n"),
    (r"^ *fts = xapian\n", "language en {\n  default = yes\n}\nfts xapian {\n}\n"),
    (r"^ *fts_xapian = partial.*\n", ""),
    (r"^ *fts_enforced = .*\n", "fts_search_read_fallback = no\n"),
    (r"vsz_limit = 0$", "vsz_limit = unlimited"),
    (r"^mail_attribute_dict =$", "# no mail_attribute {"),
    (r"^mail_attribute_dict = file:(.*)", r"mail_attribute {\n  dict file {\n    path = \1\n  }\n}"),
    (r"^mail_attribute_dict = fs:posix:prefix=(.*)",
     r"mail_attribute {\n  dict fs {\n    fs posix {\n      prefix = \1\n    }\n  }\n}"),
    (r"^disable_plaintext_auth = yes", "auth_allow_cleartext = no"),
    (r"^( *)ssl_(cert|key|ca|dh) = <(.*)", r"\1ssl_server_\2_file = \3"),
    (r"^ssl_require_crl = ", "ssl_server_require_crl = "),
    (r"^( *)ssl_verify_client_cert = ", r"\1ssl_server_request_client_cert = "),
    (r"^passdb \{\n((?:.*\n)*?)\}", passdb),
)


def is_24():
    """Whether the installed Dovecot speaks the configuration of 2.4."""
    said = subprocess.run(["dovecot", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return not said.startswith("2.3.")


def translated(text):
    """Settings in 2.3's words, as the installed Dovecot has them."""
    if is_24():
        for pattern, instead in WORDS_24:
            text = re.sub(pattern, instead, text, flags=re.M)
    return text


def whole(config, mail, **values):
    """The file: the private Dovecot's own settings, each @word@ replaced by its value, then config."""
    with open(os.path.join(HERE, f"dovecot-{'2.4' if is_24() else '2.3'}.conf"), encoding="utf-8") as source:
        text = source.read()
    values.update(mail=mail, mail_dir=MAIL_FORMATS[mail])
    text = re.sub(r"@(\w+)@", lambda found: str(values[found[1]]), text)
    added = translated(config or "")
    if "mail_attribute {" in added:
        # theirs instead of ours: both would hold
        text = re.sub(r"^mail_attribute \{\n.*?^\}\n", "", text, flags=re.M | re.S)
    return text + (f"\n# From --config\n{added}" if added else "")
