# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mails that break the rules: a fixed corpus, and any number of generated ones.

Each is bytes with LF line ends, as they lie in a maildir: what no protocol would let in may lie there all the
same. A generated mail is the same for the same number, so a failure can be had again.
"""

import base64
import random

HEAD = (b"From: Bob <bob@example.net>\nTo: Alice <alice@example.com>\nSubject: %s\n"
        b"Date: Tue, 03 Mar 2026 09:15:00 +0100\nMessage-ID: <%s@ugly.example>\n")


def mail(name, head=b"", body=b"Text.\n"):
    return HEAD % (name.encode(), name.encode()) + head + b"\n" + body


def nested(levels):
    """multipart in multipart in multipart."""
    body = b"Text of the innermost part.\n"
    kind = b"text/plain; charset=utf-8"
    for level in range(levels):
        boundary = b"level%d" % level
        body = b"--" + boundary + b"\nContent-Type: " + kind + b"\n\n" + body + b"\n--" + boundary + b"--\n"
        kind = b"multipart/mixed; boundary=" + boundary
    return b"MIME-Version: 1.0\nContent-Type: " + kind + b"\n", body


def forwarded(levels):
    """message/rfc822 in message/rfc822."""
    inner = b"Subject: innermost\n\nText.\n"
    for _ in range(levels):
        inner = b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + inner
    return inner.split(b"\n\n", 1)[0] + b"\n", inner.split(b"\n\n", 1)[1]


def many_parts(count):
    part = b"--many\nContent-Type: text/plain\nContent-Disposition: attachment; filename=%d.txt\n\n%d\n"
    return (b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=many\n",
            b"".join(part % (n, n) for n in range(count)) + b"--many--\n")


def corpus():
    """name -> mail"""
    mails = {
        "rfc2047-abuse": mail("=?utf-8?B?w?= =?x?Q?=FF?= =?utf-8?Q?a?b?= =?", b"Cc: =?utf-8?Q?=22?= <>, =?broken\n"
                              b"X-Long: =?utf-8?B?" + b"w6TDtsO8" * 400 + b"?=\n"),
        "rfc2047-raw": mail("x").replace(b"Subject: x", b"Subject: \xc3\xa4 \xe4 =?iso-8859-1?Q?=E4?= \xff"),
        "missing-charset": mail("missing-charset", b"Content-Type: text/plain\n", b"\xe4\xf6\xfc \xc3\xa4\n"),
        "unknown-charset": mail("unknown-charset", b"Content-Type: text/plain; charset=klingon\n", b"\xe4\x80\x81\n"),
        "utf7": mail("utf7", b"Content-Type: text/html; charset=utf-7\n", b"+AOQ-+ADw-b+AD4-\n"),
        "long-line": mail("long-line", b"", b"x" * 5000 + b"\n" + b"y" * 998 + b"\n"),
        "long-header": mail("long-header", b"X-A: " + b"a" * 100000 + b"\nReferences: " + b"<a@b> " * 3000 + b"\n"),
        "nul": mail("nul", b"X-Nul: a\0b\n", b"a\0b\0\0c\n").replace(b"Subject: nul", b"Subject: n\0ul"),
        "controls": mail("controls", b"", bytes(range(1, 32)) + b"\x7f\n").replace(
            b"Subject: controls", b"Subject: \x01\x02\x0b\x1f"),
        "invalid-utf-8": mail("invalid-utf-8", b"Content-Type: text/plain; charset=utf-8\n",
                              b"\xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80 \xe2\x82 \xef\xbf\xbf \xef\xb7\x90 \xf0\x9f\n"),
        "no-boundary": mail("no-boundary", b"Content-Type: multipart/mixed\n", b"--x\n\na\n"),
        "wrong-boundary": mail("wrong-boundary", b"Content-Type: multipart/mixed; boundary=a\n", b"--b\n\na\n--b--\n"),
        "empty-boundary": mail("empty-boundary", b'Content-Type: multipart/mixed; boundary=""\n', b"--\n\na\n----\n"),
        "open-boundary": mail("open-boundary", b"Content-Type: multipart/alternative; boundary=a\n",
                              b"--a\nContent-Type: text/html\n\n<p>never closed"),
        "same-boundary": mail("same-boundary", b"Content-Type: multipart/mixed; boundary=a\n",
                              b"--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nb\n--a--\n--a--\n"),
        "long-boundary": mail("long-boundary", b"Content-Type: multipart/mixed; boundary=" + b"b" * 2000 + b"\n",
                              b"--" + b"b" * 2000 + b"\n\nc\n"),
        "levels": mail("levels", *nested(100)),
        "too-many-levels": mail("too-many-levels", *nested(1000)),
        "forwarded": mail("forwarded", *forwarded(60)),
        "parts": mail("parts", *many_parts(10000)),
        "broken-base64": mail("broken-base64", b"Content-Transfer-Encoding: base64\n", b"====\nYW\n!!!\nYQ==YQ==\n"),
        "broken-qp": mail("broken-qp", b"Content-Transfer-Encoding: quoted-printable\n", b"=\n=Z=4=\r\n==3D=E4=\n"),
        "odd-type": mail("odd-type", b"Content-Type: ;;;==/\"; charset\nContent-Disposition: \"\\\n"),
        "no-type": mail("no-type", b"Content-Type:\nContent-Transfer-Encoding:\n"),
        "file-name": mail("file-name", b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=f\n",
                          b"--f\nContent-Type: a/b; name*0*=utf-8''%E4%; name*2=x\nContent-Disposition: attachment; "
                          b"filename=\"../../\x01/etc/passwd\"\n\nx\n--f\nContent-Type: a/b\nContent-Disposition: "
                          b"attachment; filename*=klingon'x'%00%ff\n\n\n--f--\n"),
        "html": mail("html", b"Content-Type: text/html\n", b"<" * 3000 + b"<a href=" + b"&#x41;" * 500 + b"&#0;&#xD800;"
                     b"<!--<style><script>" + b"<div>" * 3000),
        "addresses": mail("addresses").replace(
            b"To: Alice", b"To: \"\\\" <>, :;, group: a@b, (((, @@@, " + b"x@y, " * 3000 + b"Alice"),
        "dates": mail("dates").replace(b"Tue, 03 Mar 2026 09:15:00 +0100", b"Fri, 99 Foo -1 99:99:99 +9999"),
        "headers-only": b"Subject: headers only\n",
        "no-headers": b"\nno headers\n",
        "empty": b"",
        "one-byte": b"\xff",
        "carriage-returns": mail("carriage-returns", b"", b"a\rb\r\rc\r\n\r\n\n\r").replace(b"\n", b"\r\n", 3),
        "calendar": mail("calendar", b"Content-Type: text/calendar; method=REQUEST\n", b"BEGIN:VCALENDAR\n\0"),
        "tnef": mail("tnef", b"Content-Type: application/ms-tnef; name=winmail.dat\n"
                     b"Content-Transfer-Encoding: base64\n", base64.encodebytes(b"\x78\x9f\x3e\x22" + b"\xff" * 300)),
        "signed": mail("signed", b"Content-Type: multipart/signed; boundary=s\n", b"--s\n\na\n"),
        "pkcs7": mail("pkcs7", b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
                      b"Content-Transfer-Encoding: base64\n", b"MIAG\n"),
        "thread-index": mail("thread-index", b"Thread-Index: ====\nThread-Topic: =?\nReferences: <<>><\n"),
        "importance": mail("importance", b"Importance: \x01\nX-Priority: 99999999999999999999\nPriority:\n"),
    }
    return mails


HEADER_NAMES = (b"Subject", b"From", b"To", b"Cc", b"Reply-To", b"Sender", b"Date", b"Message-ID", b"References",
                b"In-Reply-To", b"Thread-Topic", b"Thread-Index", b"Content-Type", b"Content-Disposition",
                b"Content-Transfer-Encoding", b"Content-ID", b"MIME-Version", b"Importance", b"X-Original-To")
PIECES = (b"=?utf-8?Q?", b"=?iso-8859-1?B?", b"?=", b"=E4", b"\xc3\xa4", b"\xe4", b"\0", b"\x01", b"\"", b"<", b">",
          b"a@b.example", b",", b";", b":", b"text/plain", b"text/html", b"multipart/mixed", b"multipart/alternative",
          b"message/rfc822", b"; boundary=x", b"; charset=utf-16", b"; charset=shift_jis", b"; name=\"", b"base64",
          b"quoted-printable", b"attachment", b"inline", b"--x", b"--x--", b"\n", b"\n\n", b"\n ", b"<p>", b"&amp;",
          b"&#1;", b"</p>", b"YWJj", b"\xf0\x9f\x98\x80", b"\xff", b" ", b"word", b"x" * 1100, b"\r")


def generated(number):
    """Mail number of those that chance makes."""
    source = random.Random(number)

    def some(most):
        return b"".join(source.choice(PIECES) for _ in range(source.randrange(most)))

    head = b"".join(source.choice(HEADER_NAMES) + b": " + some(8).replace(b"\n", b"\n ") + b"\n"
                    for _ in range(source.randrange(12)))
    return head + b"\n" + some(source.choice((3, 30, 300)))
