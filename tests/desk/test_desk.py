"""An advisor's desk: calls to make, cases handed over, what was typed, who else is here."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from arraigo import clock
from arraigo.billing import actions as billing
from arraigo.billing.models import BillingClaim
from arraigo.desk import actions, queries
from arraigo.desk.errors import CallbackDone, CallbackPast, CaseOver, NotOfTheTeam
from arraigo.desk.models import Callback, Draft
from arraigo.engine.models import WorkItem
from arraigo.messages.models import Notice
from arraigo.people.models import Membership, Role, Unit, User
from arraigo.retention import actions as retention
from arraigo.retention import undo
from arraigo.web.desk.forms import CallbackForm
from tests.cast import Cast, Walk, moment
from tests.records import refused
from tests.web.conftest import expired, signed_in

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def walk(cast: Cast) -> Walk:
    home = cast.household()
    home.repeated_faults()
    return Walk(home).go("step_01", "step_02")


def colleague(cast: Cast) -> User:
    user = User.objects.create_user(username="colega", first_name="Rosa", last_name="Colque")
    Membership.objects.create(user=user, role=Role.ADVISOR, unit=cast.team)
    return user


def page(walk: Walk) -> str:
    return reverse("step", args=[walk.case.number, walk.item("step_03").pk])


# --- calls ---------------------------------------------------------------------------------------


def test_a_call_is_told_once_when_it_is_due_and_stands_above_the_tray(walk: Walk) -> None:
    advisor = walk.cast[Role.ADVISOR]
    call = actions.note_callback(walk.case, due_at=clock.now() + HOUR, note="Consulta con su esposo", actor=advisor)
    assert actions.remind() == 0
    with moment(hours=1):
        assert (actions.remind(), actions.remind()) == (1, 0)
        assert Notice.objects.get(user=advisor, kind="callback.due").data["reason"] == "Consulta con su esposo"
        tray = signed_in(advisor).get(reverse("tray", args=[Role.ADVISOR]))
        assert list(tray.context["calls"]) == [call]
    with moment(hours=2):
        tray = signed_in(advisor).get(reverse("tray", args=[Role.ADVISOR]))
        assert 'class="nowrap due-danger"' in tray.content.decode(), "a call that is late is red"
        actions.finish_callback(call, outcome="Acepta la visita", actor=advisor)
        assert list(queries.callbacks_of(advisor)) == []
        with refused(CallbackDone):
            actions.finish_callback(call, outcome="", actor=advisor)


def test_the_calls_are_a_list_of_ones_own_and_of_ones_team(walk: Walk) -> None:
    ana, rosa = walk.cast[Role.ADVISOR], colleague(walk.cast)
    late, soon = (
        actions.note_callback(walk.case, due_at=clock.now() + hours * HOUR, note=note, actor=ana)
        for hours, note in ((3, "=Consulta"), (2, "Lo piensa"))
    )
    actions.note_callback(walk.case, due_at=clock.now() + HOUR, note="", actor=rosa)
    own, led = signed_in(ana), signed_in(walk.cast[Role.TEAM_LEAD])
    assert own.get(reverse("calls")).context["list"].rows == [soon, late]
    assert own.get(reverse("calls") + "?sort=-due").context["list"].rows == [late, soon]
    assert own.get(reverse("calls")).context["list"].rows == [late, soon], "remembered"
    assert len(led.get(reverse("calls")).context["list"].rows) == 3
    actions.finish_callback(soon, outcome="Acepta", actor=ana)
    assert own.get(reverse("calls")).context["list"].rows == [late]
    assert own.get(reverse("calls_made")).context["list"].rows == [soon]
    made = b"".join(own.get(reverse("calls_made") + "?export=csv")).decode()
    assert "Acepta" in made
    assert "Sobre qué" in made, "what the form asks; a glosa is an order's"


def test_nobody_is_to_call_who_has_left(walk: Walk) -> None:
    advisor = walk.cast[Role.ADVISOR]
    actions.note_callback(walk.case, due_at=clock.now() + HOUR, note="Lo piensa", actor=advisor)
    retention.insist(walk.case.pk, actor=advisor)
    walk("termination")
    with moment(hours=2):
        assert actions.remind() == 0
        assert not queries.callbacks_of(advisor).exists()
    client, path = signed_in(advisor), reverse("callback_new", args=[walk.case.number])
    answer = client.post(path, {"due_at": "2026-03-10T17:00", "note": "Ya estaba escrito"})
    assert answer.status_code == 400
    assert answer.context["form"].errors["__all__"] == [str(CaseOver(walk.case.number))]
    assert "Ya estaba escrito" in answer.content.decode()


def test_a_call_in_the_past_or_years_ahead_is_refused_at_its_field(walk: Walk) -> None:
    with refused(CallbackPast):
        actions.note_callback(walk.case, due_at=clock.now(), note="", actor=walk.cast[Role.ADVISOR])
    client, path = signed_in(walk.cast[Role.ADVISOR]), reverse("callback_new", args=[walk.case.number])
    for when in ("2026-03-10T09:00", "2036-03-10T16:30", "mañana", ""):
        answer = client.post(path, {"due_at": when, "note": "Llamar"})
        assert (answer.status_code, "due_at" in answer.context["form"].errors) == (400, True)
        assert "Llamar" in answer.content.decode()
    assert client.post(path, {"due_at": "2026-03-10T16:30"}).status_code == 302
    assert Callback.objects.get().due_at == dt.datetime(2026, 3, 10, 20, 30, tzinfo=dt.UTC)


def test_a_claim_that_billing_refuses_is_back_in_the_advisors_tray(cast: Cast) -> None:
    cast.publish(billing__confirmation='"always"')
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    claim = BillingClaim.objects.get()
    billing.refuse_claim(claim, reason="Ya tiene descuento", actor=cast[Role.BILLING])
    (call,) = queries.callbacks_of(cast[Role.ADVISOR], until=clock.now())
    assert (call.case, call.cause, call.note) == (walk.case, "claim_refused", f"{claim.number}: Ya tiene descuento")


# --- handing over --------------------------------------------------------------------------------


def test_who_comes_to_another_team_is_served_there(walk: Walk) -> None:
    before, lead = walk.cast[Role.ADVISOR], walk.cast[Role.TEAM_LEAD]
    actions.note_callback(walk.case, due_at=clock.now() + HOUR, note="", actor=before)
    rosa = colleague(walk.cast)
    other = Unit.objects.create(code="OTRO", name="Equipo del Valle", kind=Unit.Kind.RETENTION_TEAM)
    rosa.memberships.update(unit=other)
    client, page = signed_in(rosa), reverse("case_take_over", args=[walk.case.customer.number])
    assert client.get(reverse("case", args=[walk.case.number])).status_code == 404
    assert page in client.get(reverse("customer", args=[walk.case.customer.number])).content.decode()
    assert str(before) in client.get(page).content.decode()
    assert client.post(page).headers["Location"] == reverse("case", args=[walk.case.number])
    assert (walk.reload().owner, walk.reload().team, walk.item("step_03").assignee) == (rosa, other, rosa)
    assert [call.case for call in queries.callbacks_of(rosa)] == [walk.case]
    assert Notice.objects.get(user=before).kind == "case.taken_over"
    assert signed_in(lead).get(reverse("case", args=[walk.case.number])).status_code == 404
    done = reverse("step", args=[walk.case.number, WorkItem.objects.get(element="step_01").pk])
    assert client.get(done).status_code == 200, "the way taken can be looked at"
    walk.cast.people[Role.ADVISOR] = rosa
    walk("step_03")


def test_what_is_taken_back_after_that_is_in_the_tray_of_the_new_team(walk: Walk) -> None:
    walk("step_03")
    rosa = colleague(walk.cast)
    other = Unit.objects.create(code="OTRO", name="Equipo del Valle", kind=Unit.Kind.RETENTION_TEAM)
    rosa.memberships.update(unit=other)
    actions.take_over(walk.case.pk, actor=rosa)
    last = undo.last_step(walk.reload())
    assert last is not None
    undo.undo(last.pk, reason="Otro monto", actor=rosa)
    assert (walk.item("step_03").assignee, walk.item("step_03").unit) == (rosa, other)


def test_a_case_changes_hands_with_everything(walk: Walk) -> None:
    before, rosa = walk.cast[Role.ADVISOR], colleague(walk.cast)
    actions.note_callback(walk.case, due_at=clock.now() + HOUR, note="", actor=before)
    actions.keep_draft(before, page(walk), "answer=refused")
    actions.keep_draft(before, "/customers/new/", "name=Otra")
    client = signed_in(before)
    assert client.post(reverse("case_hand_over", args=[walk.case.number]), {"to": rosa.pk}).status_code == 302
    assert walk.reload().owner == rosa
    assert walk.item("step_03").assignee == rosa
    assert [call.case for call in queries.callbacks_of(rosa)] == [walk.case]
    assert list(Draft.objects.order_by("page").values_list("user__username", "page")) == [
        (rosa.username, page(walk)), (before.username, "/customers/new/"),
    ]  # fmt: skip
    assert Notice.objects.get(user=rosa).kind == "case.handed_over"
    walk("step_03", by=Role.ADVISOR)  # and what opens next is hers
    assert walk.item("step_04").assignee == rosa


def test_all_cases_of_an_advisor_change_hands_at_once(walk: Walk) -> None:
    other, rosa = Walk(walk.cast.household("100002")), colleague(walk.cast)
    client = signed_in(walk.cast[Role.TEAM_LEAD])
    client.post(reverse("case_hand_over", args=[walk.case.number]), {"to": rosa.pk, "every": "on"})
    assert {walk.reload().owner, other.reload().owner} == {rosa}


def test_only_an_advisor_of_the_team_takes_a_case(walk: Walk) -> None:
    with refused(NotOfTheTeam):
        actions.hand_over([walk.case], to=walk.cast[Role.TECHNICIAN], actor=walk.cast[Role.TEAM_LEAD])


# --- what was typed ------------------------------------------------------------------------------


def reopened(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_what_is_typed_is_kept_until_it_is_sent(walk: Walk) -> None:
    advisor = walk.cast[Role.ADVISOR]
    path, field = page(walk), f"amount_{walk.home.internet.pk}"
    typed = {"page": path, f"kind_{walk.home.internet.pk}": "compensation", field: "12.34", "password": "x"}
    assert signed_in(advisor).post(reverse("draft_keep"), typed).status_code == 204
    assert "password" not in Draft.objects.get().text
    other_browser = signed_in(advisor)  # another session: nothing of it lives in the old one
    form = other_browser.get(path).context["form"]
    assert form[field].value() == "12.34"
    assert not form.errors, "what was not reached yet is no mistake"
    assert "12.34" not in reopened(signed_in(walk.cast[Role.TEAM_LEAD]), path)
    assert other_browser.post(path, walk.usual("step_03")).status_code == 302
    assert not Draft.objects.exists()


def test_a_page_that_no_address_has_is_none(walk: Walk) -> None:
    client = signed_in(walk.cast[Role.ADVISOR])
    assert client.post(reverse("draft_keep"), {"page": "/cases/\0/", "answer": "x"}).status_code == 204
    assert client.post(reverse("callback_new", args=[walk.case.number]), {"page": "/\0"}).status_code == 400
    assert not any("\0" in page for page in Draft.objects.values_list("page", flat=True))


def test_what_was_typed_after_the_session_ended_returns_to_that_person_only(walk: Walk) -> None:
    path, field = page(walk), f"amount_{walk.home.internet.pk}"
    typed = {f"kind_{walk.home.internet.pk}": "compensation", field: "12.34"}
    ana, rosa = walk.cast[Role.ADVISOR], colleague(walk.cast)
    Membership.objects.create(user=rosa, role=Role.TEAM_LEAD, unit=walk.cast.team)
    browser = expired(ana)
    assert browser.post(path, typed).status_code == 302
    kept = browser.cookies["sessionid"].value
    browser.force_login(rosa)
    assert "12.34" not in reopened(browser, path)
    browser.get(reverse("tray", args=[Role.ADVISOR]))
    assert not Draft.objects.exists()

    stranger = Client()  # nobody was ever signed in there: nobody to keep it for
    assert stranger.post(path, typed).status_code == 302
    stranger.force_login(ana)
    assert "12.34" not in reopened(stranger, path)

    browser = expired(ana)
    browser.post(path, typed)
    assert browser.cookies["sessionid"].value != kept
    browser.force_login(ana)
    assert "12.34" in reopened(browser, path)


def test_what_was_refused_is_kept(walk: Walk) -> None:
    client, path = signed_in(walk.cast[Role.ADVISOR]), page(walk)
    field = f"amount_{walk.home.internet.pk}"
    answer = client.post(path, {f"kind_{walk.home.internet.pk}": "compensation", field: "99999", "answer": "accepted"})
    assert answer.status_code == 400
    assert "99999" in reopened(signed_in(walk.cast[Role.ADVISOR]), path)


def test_a_password_is_never_kept(walk: Walk) -> None:
    client = signed_in(walk.cast[Role.ADVISOR])
    answer = client.post(reverse("account"), {"old_password": "mala", "new_password1": "a", "new_password2": "b"})
    assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_old_drafts_are_forgotten(walk: Walk) -> None:
    actions.keep_draft(walk.cast[Role.ADVISOR], page(walk), "answer=refused")
    with moment(days=13):
        assert actions.clear() == 0
    with moment(days=15):
        assert actions.clear() == 1


# --- who is here ---------------------------------------------------------------------------------


def test_two_advisors_on_one_case_see_each_other_until_one_leaves(walk: Walk) -> None:
    rosa = colleague(walk.cast)
    mine, hers = signed_in(walk.cast[Role.ADVISOR]), signed_in(rosa)
    for hour, (kind, number) in enumerate((("case", walk.case.number), ("customer", walk.customer.number))):
        path = reverse("presence", args=[kind, number])
        with moment(hours=hour):
            assert "Colque" not in mine.get(path).content.decode()
            assert "Prueba" in hers.get(path).content.decode()
            assert "Colque" in mine.get(path).content.decode()
        with moment(hours=hour + 0.02):
            assert "Colque" not in mine.get(path).content.decode()
    assert mine.get("/here/nothing/1/").status_code == 404


def test_who_has_the_customer_open_sees_who_has_the_case_open(walk: Walk) -> None:
    """Also who is about to open a case: that page announces its reader too."""
    rosa = colleague(walk.cast)
    mine, hers = signed_in(walk.cast[Role.ADVISOR]), signed_in(rosa)
    case, customer = (
        reverse("presence", args=each) for each in (["case", walk.case.number], ["customer", walk.customer.number])
    )
    mine.get(case)
    assert "Prueba" in hers.get(customer).content.decode()
    assert "Colque" in mine.get(case).content.decode()
    assert customer in hers.get(reverse("case_new", args=[walk.customer.number])).content.decode()


@pytest.mark.parametrize(
    ("now", "proposed"),
    [
        ("2026-03-10 10:20", "2026-03-10 11:00"),
        ("2026-03-10 06:05", "2026-03-10 09:00"),
        ("2026-03-10 18:30", "2026-03-11 09:00"),
        ("2026-03-13 19:40", "2026-03-16 09:00"),  # Friday evening
        ("2026-03-15 12:00", "2026-03-16 09:00"),  # Sunday
        ("2026-12-31 23:10", "2027-01-01 09:00"),
    ],
)
def test_a_call_is_proposed_for_an_hour_in_which_customers_are_called(db: None, now: str, proposed: str) -> None:
    with clock.at(dt.datetime.fromisoformat(now).replace(tzinfo=clock.LA_PAZ)):
        assert f"{CallbackForm().fields['due_at'].initial:%Y-%m-%d %H:%M}" == proposed
