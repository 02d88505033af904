# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calendar entries, contacts, tasks and notes that are much more than their bytes."""

import os

from tests.harness.bounds import Bounds
from tests.harness.phone import CALENDAR, CONTACTS, NOTES, TASKS, E, tree
from tests.harness.stage import check

scenario = "Objects with endless rules, 100,000 of everything, entities or 50 MB are shown or left out within bounds, and not changed"
spec = ["docs/reliability.md"]
needs = ["own instance"]
versions = ("16.1",)
seconds = 40

MANY = 100 * 1000
MEGA = 1000 * 1000
MOST_ANSWERS = 30
KOLAB = ("Subject: %s\nX-Kolab-Type: application/x-vnd.kolab.event\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=k\n\n--k\n"
         "Content-Type: text/plain\n\nKolab.\n--k\nContent-Type: application/calendar+xml; name=kolab.xml\n"
         "Content-Disposition: attachment; filename=kolab.xml\n\n%s\n--k--\n")
XML_EVENT = ('<icalendar xmlns="urn:ietf:params:xml:ns:icalendar-2.0"><vcalendar><properties><version><text>2.0</text></version>'
             '</properties><components><vevent><properties><uid><text>%s</text></uid><dtstart><date-time>2026-03-10T10:00:00Z</date-time>'
             "</dtstart>%s</properties></vevent></components></vcalendar></icalendar>")


def raw(name, kind, *content):
    component = {"text/calendar": "VEVENT"}.get(kind)
    text = "\n".join(content)
    if component is None:
        body = f"BEGIN:VCARD\nVERSION:3.0\nUID:{name}\nFN:{name}\nN:{name};;;;\n{text}\nEND:VCARD\n"
    else:
        body = (f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:{name}\nSUMMARY:{name}\nDTSTART:20260310T100000Z\n"
                f"DTEND:20260310T110000Z\n{text}\nEND:VEVENT\nEND:VCALENDAR\n")
    return f"Subject: {name}\nMIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n\n{body}"


def kolab(name, content, doctype=""):
    return KOLAB % (name, f'<?xml version="1.0"?>{doctype}' + XML_EVENT % (name, content))


def laughs():
    entities = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f"<!DOCTYPE icalendar [{entities}]>"


def events():
    """name -> message"""
    calendar = "text/calendar"
    override = ("END:VEVENT\nBEGIN:VEVENT\nUID:exceptions\nRECURRENCE-ID:%04d%02d%02dT100000Z\nDTSTART:20260310T120000Z")
    days = [(2027 + n // 336, n // 28 % 12 + 1, n % 28 + 1) for n in range(MANY)]
    summary = "<summary><text>%s</text></summary>"
    return {
        "normal": raw("normal", calendar),
        "secondly": raw("secondly", calendar, "RRULE:FREQ=SECONDLY"),
        "never": raw("never", calendar, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        "often": raw("often", calendar, "RRULE:FREQ=DAILY;COUNT=999999999;BYHOUR=" + ",".join(map(str, range(24)))
                     + ";BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60)))),
        "rules": raw("rules", calendar, *["RRULE:FREQ=MINUTELY"] * MANY),
        "exdates": raw("exdates", calendar, "RRULE:FREQ=DAILY", *["EXDATE:%04d%02d%02dT100000Z" % day for day in days]),
        "exdate": raw("exdate", calendar, "RRULE:FREQ=DAILY", "EXDATE:" + ",".join("%04d%02d%02dT100000Z" % day for day in days)),
        "rdates": raw("rdates", calendar, *["RDATE:%04d%02d%02dT110000Z" % day for day in days]),
        "exceptions": raw("exceptions", calendar, "RRULE:FREQ=DAILY", *[override % day for day in days]),
        "attendees": raw("attendees", calendar, "ORGANIZER:mailto:o@x.example", *[
            f"ATTENDEE;CN=U{n};PARTSTAT=ACCEPTED:mailto:u{n}@example.net" for n in range(MANY)]),
        "lines": raw("lines", calendar, *["X-LINE:x"] * MEGA),
        "property": raw("property", calendar, "DESCRIPTION:" + "d" * 10 * MEGA),
        "folded": raw("folded", calendar, "DESCRIPTION:" + "d\n " * MEGA),
        "params": raw("params", calendar, "X-P" + "".join(f";P{n}=x" for n in range(MANY)) + ":x"),
        "components": raw("components", calendar, "BEGIN:VALARM\n" * MANY),
        "alarms": raw("alarms", calendar, *["BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT1M\nEND:VALARM"] * MANY),
        "categories": raw("categories", calendar, "CATEGORIES:" + ",".join(f"c{n}" for n in range(MANY))),
        "duration": raw("duration", calendar, "DURATION:P99999999999W", "RRULE:FREQ=DAILY;INTERVAL=999999999"),
        "laughs": kolab("laughs", summary % "&l11;", laughs()),
        "quadratic": kolab("quadratic", summary % ("&a;" * MANY), f'<!DOCTYPE x [<!ENTITY a "{"a" * MANY}">]>'),
        "file": kolab("file", summary % "&f;", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        "net": kolab("net", summary % "&f;", '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>'),
        "include": kolab("include", '<include xmlns="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'),
        "elements": kolab("elements", "<x/>" * MEGA),
        "depth": kolab("depth", "<x>" * MANY),
        "attributes": kolab("attributes", "<x " + " ".join(f'a{n}=""' for n in range(MANY)) + "/>"),
        "large": kolab("large", summary % ("s" * 50 * MEGA)),
    }


def put(stage, folder, messages):
    alice = stage.user("alice")
    box = os.path.join(stage.instance.dir, "home", alice.address, "Maildir", f".{folder}", "new")
    for name, text in messages.items():
        path = os.path.join(box, f"1.{name}.hostile")
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        os.chown(path, os.stat(box).st_uid, os.stat(box).st_gid)


def see(bounds, phone, folder):
    """Its items by what they are called."""
    phone.sync(folder)
    for _ in range(MOST_ANSWERS):
        answer = bounds.ask("Sync", phone, "Sync", phone.sync_tree(folder, window=3))
        phone.apply_sync(answer)
        # an empty one: nothing more
        if answer.tree is None or not phone.collection(folder).more:
            return phone.collection(folder).items
    raise AssertionError(f"still more after {MOST_ANSWERS} answers")


def run(stage):
    stage.allowed_errors.append("directpush-worker.*(cannot be read|Cannot read|left out)")
    bounds = Bounds(stage)
    phone = stage.phone()
    phone.first_contact()
    calendar, contacts = phone.folder(CALENDAR), phone.folder(CONTACTS)
    put(stage, "Calendar", events())
    photo = "/9j/" + "A" * 66 * MEGA
    put(stage, "Contacts", {
        "plain": raw("plain", "text/vcard"),
        "photo": raw("photo", "text/vcard", "PHOTO;ENCODING=b;TYPE=JPEG:" + photo),
        "folded": raw("folded", "text/vcard", "PHOTO;ENCODING=b;TYPE=JPEG:" + photo[:12 * MEGA].replace("A" * 72, "A" * 72 + "\n ")),
        "phones": raw("phones", "text/vcard", *[f"TEL;TYPE=HOME:{n}" for n in range(MANY)]),
        "types": raw("types", "text/vcard", "TEL;TYPE=" + ",".join(["HOME"] * MANY) + ":1"),
        "names": raw("names", "text/vcard", "ORG:" + ";".join(["o"] * MANY)),
    })
    shown = {data.value("Subject"): (item, data) for item, data in see(bounds, phone, calendar).items()}
    for name in ("normal", "secondly"):
        check(name in shown, f"{name} is not among {sorted(map(str, shown))}")
    text = "".join(node.text for _item, data in shown.values() for node in data.walk())
    check("root:" not in text and "hahaha" not in text, "an entity was resolved")
    people = see(bounds, phone, contacts)
    check(any(data.value("FileAs") == "plain" or data.value("LastName") == "plain" for data in people.values()), "no contact is shown")

    # what is shown can be asked for again, changed, estimated, and is in the way of nobody
    for name, (item, _data) in sorted(shown.items(), key=str):
        answer = bounds.ask(f"change {name}", phone, "Sync", phone.sync_tree(calendar, [E("Change", E("ServerId", item), E(
            "ApplicationData", E("Location", E("DisplayName", "Here"), ns="AirSyncBase")))]))
        phone.apply_sync(answer)
    bounds.ask("estimate", phone, "GetItemEstimate", tree("GetItemEstimate", "GetItemEstimate", E("Collections", E(
        "Collection", E("CollectionId", calendar), E("FilterType", 4, ns="AirSync"), E("SyncKey", phone.collection(calendar).key, ns="AirSync")))))
    bounds.ask("when I am free", phone, "ResolveRecipients", tree("ResolveRecipients", "ResolveRecipients", E(
        "To", stage.user("alice").address), E("Options", E("Availability", E("StartTime", "2026-03-01T00:00:00.000Z"),
                                                           E("EndTime", "2026-03-31T00:00:00.000Z")))))
    for kind in (TASKS, NOTES):
        see(bounds, phone, phone.folder(kind))
