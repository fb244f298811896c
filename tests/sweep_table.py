"""Who may do what, for every route of the product. `tests/test_sweep.py` holds the product to it.

A row is `Row(get=..., post=..., at=...)`. `get` and `post` are what anonymous, stranger, manager, lead and
admin are answered, in that order; the words below write the usual ones. The stranger is an administrator, of
another team. `at` makes the route's arguments from the world, in which everything belongs to the manager and
his team. POST is sent without data. `get_writes` is the reason why a GET may change the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from contacts.importing import files
from contacts.models import Customer, Entry, ImportFile, Letter
from crm.mail.models import OutgoingMail, State
from crm.mail.tokens import UNSUBSCRIBE, token_for
from crm.team import invitations
from crm.team.models import Absence, Split, User
from feedback.attachments import File, save
from feedback.links import RATING
from feedback.models import Decision, Invitation, Rating, ServiceRules, Signature, Ticket, Word
from followups.feed import CALENDAR
from followups.models import CalendarFeed, FollowUp, Slip
from segmentation.models import Reminder, Segment, Series
from tests.factories import (
    NOW,
    PASSWORD,
    TODAY,
    make_absence,
    make_dossier,
    make_entry,
    make_lead,
    make_letter,
    make_mail,
    make_purchase,
    make_sender,
    make_slip,
    make_team,
    make_user,
)
from tests.feedback.makers import (
    make_invitation,
    make_message,
    make_rating,
    make_script,
    make_ticket,
    make_word,
)
from tests.segmentation.reminders import make_reminder, make_series

MAINZ = {"condition": "town", "operator": "is", "values": {"names": ["Mainz"]}}
LOGIN = "login"  # sent to the login page
Answers = tuple[int | str, ...]


def everybody(status: int) -> Answers:
    """Public: the same for all."""
    return (status,) * 5


def insiders(status: int) -> Answers:
    """Everybody who is logged in, each about himself or his own team."""
    return (LOGIN,) + (status,) * 4


def leads(status: int) -> Answers:
    """Leads and administrators, each about his own team."""
    return (LOGIN, status, 403, status, status)


def team(status: int) -> Answers:
    """Something of the team: a stranger does not even learn that it is there."""
    return (LOGIN, 404, status, status, status)


def team_leads(status: int) -> Answers:
    """Something of the team that is for its leads."""
    return (LOGIN, 404, 403, status, status)


def uploader(status: int) -> Answers:
    """Something that is the manager's alone."""
    return (LOGIN, 404, status, 404, 404)


NOT_ALLOWED = insiders(405)


@dataclass
class World:
    """Two teams. Everything named here belongs to the manager; the other team has the stranger."""

    users: dict[str, User | None]
    gone: User
    absence: Absence
    dossier: FollowUp
    slip: Slip
    upload: ImportFile
    imported: ImportFile
    segment: Segment
    mail: OutgoingMail
    series: Series
    letter: Letter
    written: Entry
    reminder: Reminder
    ticket: Ticket
    rating: Rating
    word: Word
    decision: Decision
    signature: Signature
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def manager(self) -> User:
        return self.users["manager"]


def make_world() -> World:
    team = make_team()
    manager = make_user(team=team, password=PASSWORD)
    dossier = make_dossier(
        owner=manager, phone="069 1234", email="k@kessler.example", person="Barbara Kessler"
    )
    lead = make_lead(team=team, password=PASSWORD)
    make_sender(team=team)
    series = make_series(lead, name="Time to order again")
    make_entry(customer=dossier.customer)
    make_purchase(customer=dossier.customer)
    stranger = make_user(role=User.Role.ADMIN, password=PASSWORD)
    make_dossier(owner=stranger)
    return World(
        users={
            "anonymous": None,
            "stranger": stranger,
            "manager": manager,
            "lead": lead,
            "admin": make_user(team=team, role=User.Role.ADMIN, password=PASSWORD),
        },
        gone=make_user(team=team, is_active=False),
        # Not over on any day on which the tests run.
        absence=make_absence(user=manager, ends_on=TODAY.replace(year=TODAY.year + 100)),
        dossier=dossier,
        slip=make_slip(customer=dossier.customer, speaks_on=TODAY.replace(year=2020)),
        upload=_upload(manager),
        imported=_import(manager),
        segment=Segment.objects.create(
            team=team, made_by=manager, name="Everybody in Mainz", filters=[MAINZ]
        ),
        mail=make_mail(team=team, recipient_id=dossier.customer_id, state=State.UNKNOWN),
        letter=make_letter(team=team),
        written=make_entry(
            customer=dossier.customer,
            mail=make_mail(team=team, recipient_id=dossier.customer_id, kind="letter"),
        ),
        series=series,
        reminder=make_reminder(dossier.customer, series),
        **_made_of_ratings(dossier.customer, lead),
    )


def _made_of_ratings(customer: Customer, lead: User) -> dict:
    """A bad one of the manager, with a suspect word and a decision that was taken back, and his links."""
    ticket = make_ticket(customer=customer, closed_at=NOW)
    rating = make_rating(invitation=make_invitation(ticket=ticket), value="bad", bad_since=NOW)
    word = make_word(invitation=rating.invitation, value="bad", suspect="fast")
    decision = rating.decisions.create(what="count", word=word, why="Test", made_by=lead, made_at=NOW)
    signature = Signature.objects.create(user=customer.owner)
    return {"ticket": ticket, "rating": rating, "word": word, "decision": decision, "signature": signature}


def _upload(user: User) -> ImportFile:
    """A list with one row to import and one to leave out."""
    options = {"owner": user.pk, "undated": "rest"}
    return files.keep(b"Firma;Telefon\nNeu;069 5\n;069 6\n", name="list.csv", user=user, options=options)


def _import(user: User) -> ImportFile:
    upload = _upload(user)
    files.carry_out(upload, owner=user, by=user, now=NOW)
    return upload


@dataclass(frozen=True)
class Row:
    get: Answers = NOT_ALLOWED
    post: Answers = NOT_ALLOWED
    at: Callable[[World], dict] = lambda world: {}
    get_writes: str = ""


def page(answers: Answers, **more: object) -> Row:
    """Only to be read."""
    return Row(get=answers, post=tuple(LOGIN if answer == LOGIN else 405 for answer in answers), **more)


def form(answers: Answers, **more: object) -> Row:
    """A page with a form, which says what is missing when it is sent empty."""
    return Row(get=answers, post=tuple(422 if answer == 200 else answer for answer in answers), **more)


def button(answers: Answers, **more: object) -> Row:
    """Only to be sent. Nobody may even ask with GET."""
    return Row(post=answers, **more)


def a_split(world: World) -> dict:
    return {"pk": Split.objects.create(user=world.manager).pk}


def a_colleague(world: World) -> dict:
    return {"pk": world.manager.pk}


def an_absence(world: World) -> dict:
    return {"pk": world.absence.pk}


def an_invitation(world: World) -> dict:
    uid, token = invitations.invite(world.manager).strip("/").split("/")[-2:]
    return {"uid": uid, "token": token}


def a_customer(world: World) -> dict:
    return {"pk": world.dossier.customer_id}


def a_person(world: World) -> dict:
    return {"pk": world.dossier.customer_id, "person_id": world.dossier.customer.main_person_id}


def an_upload(world: World) -> dict:
    return {"token": world.upload.token}


def an_import(world: World) -> dict:
    return {"token": world.imported.token}


def a_followup(world: World) -> dict:
    return {"pk": world.dossier.pk}


def a_tab(world: World) -> dict:
    return {"who": world.manager.pk, "tab": world.dossier.tab.slug}


def a_month(world: World) -> dict:
    return {"who": world.manager.pk, "tab": "2030-07"}


def a_place(world: World) -> dict:
    return a_tab(world) | {"customer_id": world.dossier.customer_id}


def a_segment(world: World) -> dict:
    return {"pk": world.segment.pk}


def an_opt_out_link(world: World) -> dict:
    return {"token": token_for(make_mail(team=world.manager.team).public_id, purpose=UNSUBSCRIBE)}


def a_calendar_feed(world: World) -> dict:
    made = CalendarFeed.renew(of=world.manager, now=NOW)
    return {"token": token_for(made.public_id, purpose=CALENDAR)}


def a_letter(world: World) -> dict:
    return {"pk": world.letter.pk}


def a_mail(world: World) -> dict:
    return {"pk": world.mail.pk}


def a_series(world: World) -> dict:
    return {"pk": world.series.pk}


def a_reminder(world: World) -> dict:
    return {"pk": world.reminder.pk}


def a_ticket(world: World) -> dict:
    return {"pk": make_ticket(customer=world.dossier.customer).pk}


def a_script(world: World) -> dict:
    return {"pk": make_script(team=world.manager.team).pk}


def a_rated_ticket(world: World) -> dict:
    return {"pk": world.ticket.pk}


def a_rating(world: World) -> dict:
    return {"pk": world.rating.pk}


def a_recommendation(world: World) -> dict:
    """A doubted one."""
    invitation = make_invitation(customer=world.dossier.customer)
    make_word(invitation=invitation, value="", score=9, suspect="fast")
    return {"pk": invitation.pk}


def a_doubted_word(world: World) -> dict:
    at = a_recommendation(world)
    return at | {"word": Word.objects.get(invitation=at["pk"]).pk}


def a_counted_word(world: World) -> dict:
    at = a_recommendation(world)
    decision = Word.objects.get(invitation=at["pk"]).decisions.create(
        what="count", why="Test", made_by=world.users["lead"], made_at=NOW
    )
    return at | {"decision": decision.pk}


def a_rating_link(world: World) -> dict:
    """The stored row is of last year: its link would be dead."""
    invitation = Invitation.objects.create(
        team=world.manager.team, customer=world.ticket.customer, ticket=world.ticket, channel="sheet",
        asked_at=timezone.now(),
    )  # fmt: skip
    return {"token": token_for(invitation.public_id, purpose=RATING)}


def a_contact_page(world: World) -> dict:
    public = {"has_contact_page": True}
    return {"slug": ServiceRules.objects.update_or_create(public, team=world.manager.team)[0].slug}


def an_attachment(world: World) -> dict:
    said = make_message(ticket=make_ticket(customer=world.dossier.customer))
    save(said, [File("note.txt", b"Creased")])
    return {"pk": said.attachments.get().pk}


SHARED = {
    "home": page(everybody(302)),
    "healthz": page(everybody(200)),
}

TEAM = {
    "team:start": form(everybody(404)),
    "team:help": page(insiders(200)),
    "team:profile": form(insiders(200)),
    "team:take_off": Row(get=insiders(302), post=insiders(422)),
    "team:work_again": Row(get=NOT_ALLOWED, post=insiders(422)),
    "team:settings": form(leads(200)),
    "team:members": page(insiders(200)),
    "team:member_new": form(leads(200)),
    "team:member": form(team_leads(200), at=a_colleague),
    "team:invite": button(team_leads(200), at=a_colleague),
    # His binder is not empty.
    "team:close_login": button(team_leads(409), at=a_colleague),
    "team:open_login": button(team_leads(302), at=lambda world: {"pk": world.gone.pk}),
    "team:join": Row(get=everybody(200), post=everybody(200), at=an_invitation),
    "team:absences": form(insiders(200)),
    "team:absences_of": form(team(200), at=lambda world: {"who": world.manager.pk}),
    "team:absence": form(team(200), at=an_absence),
    "team:end_absence": button(team(302), at=an_absence),
}

MAIL = {
    # Who has the link may press the button, whoever he is.
    "mail:unsubscribe": Row(get=everybody(200), post=everybody(200), at=an_opt_out_link),
    # Mail leaves by no provider here.
    "mail:webhook": Row(
        get=everybody(404), post=everybody(404), at=lambda world: {"path": "postmark/tracking/"}
    ),
    "mail:outbox": page(leads(200)),
    "mail:pause": button(team_leads(302)),
    "mail:go_on": button(team_leads(302)),
    "mail:health": page(leads(200)),
    "mail:domain": page(leads(200)),
    "mail:sender": form(leads(200)),
    "mail:mail": page(team_leads(200), at=a_mail),
    "mail:body": page(team_leads(200), at=a_mail),
    "mail:again": button(team_leads(302), at=a_mail),
    "mail:delivered": button(team_leads(302), at=a_mail),
    # Nobody knows whether it has left: it cannot be taken out any longer.
    "mail:take_out": button(team_leads(409), at=a_mail),
    # Nobody took it out.
    "mail:put_back": button(team_leads(409), at=a_mail),
}

CONTACTS = {
    "contacts:list": page(insiders(200)),
    "contacts:find": page(insiders(302)),  # without a script it is the list
    "contacts:similar": page(insiders(302)),
    "contacts:dossier": page(team(200), at=a_customer),
    "contacts:print": page(team(200), at=a_customer),
    "contacts:edit": form(team(200), at=a_customer),
    "contacts:hand_over": form(team_leads(200), at=lambda world: {"who": world.manager.pk}),
    "contacts:export": button(team(200), at=a_customer),
    "contacts:erase": form(team_leads(200), at=a_customer),
    "contacts:legal_basis": form(team(200), at=a_customer),
    "contacts:legal_basis_withdraw": button(team(302), at=a_customer),
    "contacts:trust_address": button(team(302), at=a_customer),
    "contacts:no_advertising": Row(get=team(200), post=team(302), at=a_customer),
    "contacts:note": button(team(422), at=a_customer),
    "contacts:write": form(team(200), at=a_customer),
    "contacts:write_preview": button(team(200), at=a_customer),
    "contacts:take_back": Row(
        get=team(200), post=team(200), at=lambda world: a_customer(world) | {"entry_id": world.written.pk}
    ),
    "contacts:letters": page(insiders(200)),
    "contacts:letter_new": form(leads(200)),
    "contacts:letter": Row(get=team(200), post=(LOGIN, 404, 403, 422, 422), at=a_letter),
    "contacts:letter_preview": button(insiders(200)),
    "contacts:letter_who": page(insiders(200)),
    "contacts:letter_delete": Row(get=team_leads(200), post=team_leads(302), at=a_letter),
    "contacts:person_add": form(team(200), at=a_customer),
    "contacts:person": form(team(200), at=a_person),
    "contacts:person_remove": Row(get=team(200), post=team(302), at=a_person),
    "contacts:import": Row(get=insiders(200), post=insiders(200)),
    # An uploaded list is its uploader's until it is imported.
    "contacts:import_preview": Row(get=uploader(200), post=uploader(302), at=an_upload),
    "contacts:import_result": page(uploader(200), at=an_import),
    "contacts:import_left_out": page(uploader(200), at=an_import),
}

FOLLOWUPS = {
    "followups:go": page(insiders(200)),
    "followups:feed": Row(get=everybody(200), post=everybody(405), at=a_calendar_feed),
    "followups:worker": page(everybody(200)),
    "followups:pocket": page(insiders(200)),
    "followups:slip_wishes": form(insiders(200)),
    "followups:slips_left": page(insiders(200)),
    "followups:calendar": page(insiders(200)),
    "followups:calendar_new": button(insiders(302)),
    "followups:calendar_end": button(insiders(302)),
    "followups:today": page(insiders(302)),
    "followups:binders": page(insiders(200)),
    "followups:level_team": form(leads(200)),
    "followups:day": page(team(200), at=a_tab),
    "followups:dossier": page(team(200), at=a_place),
    "followups:aim": page(team(200), at=a_tab),
    "followups:now": page(insiders(200)),
    "followups:stack_pdf": page(team(200), at=a_tab),
    "followups:new": form(insiders(200)),
    "followups:resolve": page(team(200), at=a_followup),
    "followups:file": button(team(422), at=a_followup),
    "followups:skip": button(team(302), at=a_followup),
    "followups:move": button(insiders(302)),
    "followups:undo": button(insiders(409)),
    "followups:move_some": Row(get=team(200), post=team(422), at=a_tab),
    "followups:deal": Row(get=team(200), post=team(422), at=a_month),
    "followups:spread": button(team(302), at=lambda world: {"who": world.manager.pk}),
    "followups:back_today": page(insiders(302)),
    "followups:back": page(team(200), at=lambda world: {"who": world.manager.pk, "period": "2026-11-17"}),
    "followups:team_back": page(leads(200), at=lambda world: {"period": "2026-W47"}),
    "followups:split": form(team_leads(200), at=lambda world: {"who": world.manager.pk}),
    "followups:unsplit": button(team_leads(302), at=a_split),
    "followups:meanwhile": page(team(200), at=an_absence),
    "followups:welcome": button((LOGIN, 404, 302, 403, 403), at=an_absence),
    "followups:take_back": button(insiders(302)),
    "followups:bring_forward": button(team(302), at=lambda world: {"pk": world.slip.pk}),
}

SEGMENTATION = {
    "segmentation:overview": form(insiders(200)),
    "segmentation:due": form(insiders(200)),
    "segmentation:customers": form(insiders(200)),
    "segmentation:undo": button(insiders(302)),
    "segmentation:undo_basis": Row(post=leads(302)),
    "segmentation:interval": page(insiders(200)),
    "segmentation:expectations": page(insiders(200)),
    "segmentation:own": page(insiders(200)),
    "segmentation:own_new": form(insiders(200)),
    "segmentation:own_members": form(team(200), at=a_segment),
    "segmentation:own_edit": form(team(200), at=a_segment),
    "segmentation:own_delete": Row(get=team(200), post=team(302), at=a_segment),
    "segmentation:own_compare": page(team(200), at=a_segment),
    "segmentation:own_moved": form(team(200), at=lambda world: a_segment(world) | {"who": "came"}),
    "segmentation:matrix": page(insiders(200)),
    "segmentation:movers": page(insiders(200)),
    # Without two days and two groups there is no such list.
    "segmentation:mover_list": Row(get=insiders(404), post=insiders(404)),
    "segmentation:advice": Row(get=insiders(200), post=leads(422)),
    # Empty rules are our proposal: they are saved.
    "segmentation:rules": Row(get=insiders(200), post=leads(302)),
    "segmentation:rules_preview": Row(get=leads(200), post=insiders(405)),
    "segmentation:series_all": page(insiders(200)),
    "segmentation:series_new": form(leads(200)),
    "segmentation:series": page(team(200), at=a_series),
    "segmentation:series_edit": form(team_leads(200), at=a_series),
    "segmentation:series_start": Row(get=team_leads(200), post=team_leads(302), at=a_series),
    "segmentation:series_stop": Row(get=team_leads(200), post=team_leads(302), at=a_series),
    "segmentation:series_progress": page(team(200), at=a_series),
    "segmentation:series_people": page(team(200), at=a_series),
    "segmentation:series_report": page(team(200), at=a_series),
    "segmentation:reminder_letter": page(team(200), at=a_reminder),
    "segmentation:reminder_letter_body": page(team(200), at=a_reminder),
    "segmentation:reminder_take_out": button(team(302), at=a_reminder),
    "segmentation:reminder_put_back": button(team(302), at=a_reminder),
    "segmentation:relationship": button(team(302), at=a_customer),
}

TICKETS = {
    "feedback:tickets": page(insiders(200)),
    "feedback:ticket_new": form(insiders(200)),
    "feedback:scripts": page(insiders(200)),
    "feedback:script_new": form(leads(200)),
    "feedback:script_preview": button(insiders(200)),
    "feedback:script": Row(get=team(200), post=(LOGIN, 404, 403, 422, 422), at=a_script),
    "feedback:script_delete": Row(get=team_leads(200), post=team_leads(302), at=a_script),
    "feedback:rules": form(leads(200)),
    "feedback:service": page(insiders(200)),
    "feedback:ticket": page(team(200), at=a_ticket),
    "feedback:answer": button(team(422), at=a_ticket),
    "feedback:answer_preview": button(team(200), at=a_ticket),
    "feedback:answer_back": button(team(302), at=lambda world: a_ticket(world) | {"message": 1}),
    "feedback:note": button(team(422), at=a_ticket),
    # Somebody answers for it, and the page said that nobody does.
    "feedback:assign": button(team(409), at=a_ticket),
    "feedback:escalate": button(team(422), at=a_ticket),
    "feedback:wait": button(team(302), at=a_ticket),
    "feedback:close": button(team(422), at=a_ticket),
    # It is open.
    "feedback:reopen": button(team(409), at=a_ticket),
    "feedback:kind": button(team(422), at=a_ticket),
    "feedback:promise": Row(get=team(302), post=team(422), at=a_ticket),  # without a script it is the ticket
    "feedback:merge": Row(get=team(200), post=team(404), at=a_ticket),
    "feedback:file_under": Row(get=team(200), post=team(404), at=a_ticket),
}

RATINGS = {
    # Who has the link may rate, whoever he is. An empty form says what is missing.
    "feedback:rate": Row(get=everybody(200), post=everybody(422), at=a_rating_link),
    "feedback:short": page(everybody(302), at=lambda world: {"code": world.rating.invitation.code}),
    "feedback:open_rate": Row(
        get=everybody(200), post=everybody(422), at=lambda world: {"code": world.signature.code}
    ),
    "feedback:sheet": Row(get=team(200), post=team(302), at=a_rated_ticket),
    "feedback:to_put_right": page(insiders(200)),
    "feedback:signature": Row(get=insiders(200), post=insiders(302)),
    "feedback:signature_body": page(insiders(200)),
    "feedback:rating": form(team(200), at=a_rating),
    "feedback:rating_again": button(team(302), at=a_rating),
    # It is a bad one, and there is nothing to thank for: that is said.
    "feedback:rating_thanks": button(team_leads(302), at=a_rating),
    "feedback:rating_aside": button(team_leads(422), at=a_rating),
    "feedback:rating_count": button(
        team_leads(422), at=lambda world: a_rating(world) | {"word": world.word.pk}
    ),
    "feedback:rating_undo": button(
        team_leads(302), at=lambda world: a_rating(world) | {"decision": world.decision.pk}
    ),
    "feedback:recommendation": page(team_leads(200), at=a_recommendation),
    "feedback:recommendation_count": button(team_leads(422), at=a_doubted_word),
    "feedback:recommendation_undo": button(team_leads(302), at=a_counted_word),
    "feedback:ratings": page(insiders(200)),
    "feedback:figures": page(insiders(200)),
    "feedback:award": Row(get=insiders(200), post=leads(422)),
}

FEEDBACK_IN = {
    # Anybody may write.
    "feedback:contact": form(everybody(200), at=a_contact_page),
    "feedback:attachment": page(team(200), at=an_attachment),
}

# Pages of django-allauth: it answers 200 to a form that is wrong, and asks for the password again (302)
# before anything that matters.
ACCOUNT = {
    "account_login": Row(get=(200, 302, 302, 302, 302), post=(200, 302, 302, 302, 302)),
    "account_logout": Row(get=(302, 200, 200, 200, 200), post=everybody(302)),
    "account_inactive": page(everybody(200)),
    "account_reauthenticate": Row(get=insiders(200), post=insiders(200)),
    "account_change_password": Row(get=insiders(200), post=insiders(200)),
    "account_set_password": Row(get=insiders(302), post=insiders(302)),
    "account_reset_password": Row(get=everybody(200), post=everybody(200)),
    "account_reset_password_done": page(everybody(200)),
    "account_reset_password_from_key": Row(
        get=everybody(200), post=everybody(200), at=lambda world: {"uidb36": "1", "key": "no-key"}
    ),
    "account_reset_password_from_key_done": page(everybody(200)),
    "mfa_index": page(insiders(200)),
    "mfa_authenticate": Row(get=everybody(302), post=everybody(302)),
    "mfa_reauthenticate": Row(get=insiders(302), post=insiders(302)),
    "mfa_activate_totp": Row(get=insiders(302), post=insiders(302)),
    "mfa_deactivate_totp": Row(get=insiders(404), post=insiders(404)),
    "mfa_view_recovery_codes": page(insiders(404)),
    "mfa_generate_recovery_codes": Row(get=insiders(302), post=insiders(302)),
    "mfa_download_recovery_codes": Row(get=insiders(404), post=insiders(404)),
}

ROUTES: dict[str, Row] = (
    SHARED | TEAM | MAIL | CONTACTS | FOLLOWUPS | SEGMENTATION | TICKETS | FEEDBACK_IN | RATINGS | ACCOUNT
)
