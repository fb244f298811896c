"""Messages as mail servers, providers and people send them, about a mail of ours."""

from email.message import EmailMessage

from crm.mail.models import OutgoingMail

_DSN = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.carton.example>
To: returns@carton.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 17 Nov 2026 10:05:00 +0100 (CET)
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="A.1/mx.carton.example"
Message-Id: <20261117090500.{status}@mx.carton.example>

--A.1/mx.carton.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.carton.example. I'm sorry to have to inform you ...

--A.1/mx.carton.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.carton.example
X-Postfix-Queue-ID: 4Qz
Arrival-Date: Tue, 17 Nov 2026 10:04:58 +0100 (CET)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.kessler.example
Diagnostic-Code: smtp; {diagnostic}

--A.1/mx.carton.example
Content-Description: Undelivered Message
Content-Type: {returned_type}

{returned}

--A.1/mx.carton.example--
"""

_ARF = """\
From: <abuse@provider.example>
To: <returns@carton.example>
Subject: FW: Your cartons
Date: Tue, 17 Nov 2026 11:00:00 +0000
MIME-Version: 1.0
Message-ID: <feedback-1@provider.example>
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from IP 192.0.2.1.

--part1
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <returns@carton.example>
Reported-Domain: carton.example

--part1
Content-Type: message/rfc822
Content-Disposition: inline

{returned}

--part1--
"""


def _returned(message_id: str) -> str:
    return f"From: Carton & Co <office@carton.example>\nMessage-ID: {message_id}\nSubject: Your cartons\n\nReady.\n"


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def make_bounce(
    message_id: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "550 5.1.1 <b@kessler.example>: User unknown",
    returned_type: str = "message/rfc822",
    returned: str = "",
) -> bytes:
    """A report by Postfix, RFC 3464, with a mail of that Message-ID or what `returned` holds."""
    return crlf(
        _DSN.format(
            status=status,
            action=action,
            diagnostic=diagnostic,
            returned_type=returned_type,
            returned=returned.replace("\r\n", "\n") or _returned(message_id),
            recipient="b@kessler.example",
        )
    )


def make_complaint(message_id: str, *, feedback: str = "abuse") -> bytes:
    """A report of a provider on a press of "this is spam", RFC 5965."""
    return crlf(_ARF.format(feedback=feedback, returned=_returned(message_id)))


def make_answer(mail: OutgoingMail, text: str = "Yes, please.", **headers: str) -> bytes:
    """An answer as a mail program writes it; `headers` with _ for -."""
    message = EmailMessage()
    fields = {
        "From": f"Barbara Kessler <{mail.to_email}>",
        "To": mail.from_email,
        "Subject": f"Re: {mail.subject}",
        "Message-ID": "<answer-1@kessler.example>",
        "In-Reply-To": mail.message_id,
        "References": mail.message_id,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()
