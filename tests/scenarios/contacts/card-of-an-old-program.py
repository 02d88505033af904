# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness.phone import E
from tests.harness.stage import check

scenario = "A vCard 2.1 of an old program is shown whole, and a phone's change leaves what it did not touch"
spec = ["decision 140"]
versions = ("14.1", "16.1")

CARD = """From: alice@example.com
Subject: old
MIME-Version: 1.0
Content-Type: text/x-vcard; charset=utf-8

BEGIN:VCARD
VERSION:2.1
UID:old-1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller
TEL;CELL;VOICE:+49 1
TEL;WORK;VOICE:+49 2
TEL;HOME:+49 3
TEL;WORK;FAX:+49 4
EMAIL;PREF;INTERNET:joerg@example.net
ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;Hauptstra=C3=9Fe 1=0D=0AHaus 2;Berlin;;10115;Deut=
schland
NOTE;ENCODING=QUOTED-PRINTABLE:Line one=0D=0ALine two
BDAY:19800229
TITLE:Chief
X-TOY;FOO:kept
END:VCARD
"""


def run(stage):
    alice, phone = stage.user(), stage.phone()
    phone.first_contact()
    contacts = phone.folder("Contacts")
    phone.sync_all(contacts)
    alice.has("Contacts", CARD.replace("\n", "\r\n").encode())
    phone.sync_all(contacts)
    items = phone.collection(contacts).items
    check(len(items) == 1, f"the phone has {len(items)} contacts")
    item_id, item = next(iter(items.items()))
    expected = {"LastName": "Müller", "FirstName": "Jörg", "MobilePhoneNumber": "+49 1", "BusinessPhoneNumber": "+49 2",
                "HomePhoneNumber": "+49 3", "BusinessFaxNumber": "+49 4", "Email1Address": "joerg@example.net",
                "BusinessAddressCity": "Berlin", "BusinessAddressCountry": "Deutschland",
                "BusinessAddressPostalCode": "10115", "JobTitle": "Chief"}
    seen = {name: item.value(name) for name in expected}
    check(seen == expected, f"the phone has {seen}: {item}")
    check("Hauptstraße 1" in item.value("BusinessAddressStreet"), item.value("BusinessAddressStreet"))
    check("Line two" in item.value("Body/Data"), item.value("Body/Data"))
    data = E("ApplicationData")
    data.children = [child for child in item.children if child.name not in ("JobTitle", "LastName")] + [
        E("JobTitle", "Boss", ns="Contacts"), E("LastName", "Möller", ns="Contacts")]
    answer = phone.sync(contacts, [E("Change", E("ServerId", item_id), data)])
    check(answer.value("Collections/Collection/Status") == "1", answer.value("Collections/Collection/Status"))
    check(answer.value("Collections/Collection/Responses/Change/Status") is None, "the Change was refused")
    text = "".join(row["text"] for row in alice.fetch("text", "Contacts"))
    for line in ("TITLE:Boss", "X-TOY;FOO:kept", "TEL;CELL;VOICE:+49 1", "VERSION:2.1",
                 "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=B6ller;J=C3=B6rg",
                 "NOTE;ENCODING=QUOTED-PRINTABLE:Line one=0D=0ALine two"):
        check(line in text, f"{line} is not in {text}")
