# SPDX-License-Identifier: LGPL-2.1-or-later
"""directpush_shared_namespaces as a userdb field, against what the configuration says to all."""

import os
import re

from tests.harness.stage import check

scenario = "A user whom the userdb gives directpush_shared_namespaces sees folders of others, or does not, as it says"
spec = ['docs/architecture.md "A Sync"']
versions = ("14.1", "16.1")
NAMESPACE = """mail_plugins = $mail_plugins acl
plugin {
  acl = vfile
  acl_shared_dict = file:%h/../shared-mailboxes
}
namespace shared {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir
  subscriptions = no
  list = children
}
"""
config = NAMESPACE + "directpush_shared_namespaces = no\n"


def give(stage, user, field):
    """A field of this user's; returns when auth tells it."""
    path = os.path.join(stage.instance.dir, "conf", "users")
    with open(path, encoding="utf-8") as source:
        lines = source.read()
    home = os.path.join(stage.instance.dir, "home", user.address)
    owner = os.stat(os.path.dirname(home))
    fields = f"userdb_uid={owner.st_uid} userdb_gid={owner.st_gid} userdb_home={home} userdb_{field}"
    with open(path, "w", encoding="utf-8") as out:
        out.write(re.sub(rf"^({re.escape(user.address)}:.*?::::::).*", rf"\1{fields}", lines, flags=re.M))

    def told():
        said = stage.instance.doveadm("auth", "login", user.address, stage.instance.info["password"])
        return field in said

    stage.eventually(f"auth does not tell {field}", told, 10)


def names(phone):
    """What a phone of this user sees that was never here before."""
    phone.first_contact(())
    return [folder["name"] for folder in phone.folders.values()]


def run(stage):
    alice, bob, carol = stage.user("alice"), stage.user("bob"), stage.user("carol")
    bob.doveadm("mailbox create", "Team")
    for user in (alice, carol):
        bob.doveadm("acl set", "Team", f"user={user.address}", "lookup", "read")
    give(stage, alice, "directpush_shared_namespaces=yes")
    check("Team" in names(stage.phone("one", "alice")), "alice does not see the folder")
    check("Team" not in names(stage.phone("two", "carol")), "carol sees it, of whom the userdb says nothing")
    # and the other way round
    stage.instance.add_settings("directpush_shared_namespaces = yes\n")
    stage.reload()
    give(stage, alice, "directpush_shared_namespaces=no")
    check("Team" not in names(stage.phone("three", "alice")), "alice sees the folder")
    check("Team" in names(stage.phone("four", "carol")), "carol does not see it")
