"""Every route and every role: who may open it, and that it does not exist for anybody else.

The table is written by hand, from what each desk is for; a route that is not in it fails the test.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from arraigo.engine.models import WorkItem
from arraigo.people.models import Role, User
from arraigo.quality.models import QualityControl
from arraigo.web import access
from tests.web.conftest import Desk, expired, signed_in
from tests.web.places import Places

ADVISOR, LEAD = Role.ADVISOR, Role.TEAM_LEAD
DESK = {ADVISOR, LEAD}
CUSTOMERS = {*DESK, Role.OPERATIONS_SUPERVISOR, Role.INCIDENT_FOLLOW_UP, Role.QUALITY_MANAGEMENT,
             Role.COMMERCIAL_MANAGEMENT, Role.BILLING}  # fmt: skip
HEADS = {Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES}
CASES = {*CUSTOMERS, *HEADS} - {Role.BILLING}
EVERYBODY = set(Role)
SUPERVISOR, TECHNICIAN = {Role.OPERATIONS_SUPERVISOR}, {Role.TECHNICIAN}
ADMINISTRATOR, MANAGEMENT = {Role.ADMINISTRATOR}, {Role.COMMERCIAL_MANAGEMENT}
FOLLOW_UP = {Role.INCIDENT_FOLLOW_UP}

PUBLIC = {"login", "account_login", "mfa_authenticate", "openid_connect_login", "openid_connect_callback", "logout",
          "set_language", "paper_copy", "paper_copy_pdf", "favicon"}  # fmt: skip
"""Open to people who are not signed in; the customer's copy by a signed link that ends."""
WHO: dict[str, set[Any]] = {
    "home": EVERYBODY,
    "account": EVERYBODY,
    "signed_in": EVERYBODY,
    "account_notices": EVERYBODY,
    "account_reauthenticate": EVERYBODY,
    "mfa_reauthenticate": EVERYBODY,
    "mfa_index": EVERYBODY,
    "mfa_activate_totp": EVERYBODY,
    "mfa_deactivate_totp": EVERYBODY,
    "mfa_view_recovery_codes": EVERYBODY,
    "mfa_generate_recovery_codes": EVERYBODY,
    "mfa_download_recovery_codes": EVERYBODY,
    "message_templates": ADMINISTRATOR,
    "message_template": ADMINISTRATOR,
    "message_template_restore": ADMINISTRATOR,
    "message_resend": ADMINISTRATOR,
    "message_settle": ADMINISTRATOR,
    "notice_read": EVERYBODY,
    "notices": EVERYBODY,
    "notices_read": EVERYBODY,
    "search": CUSTOMERS,
    "customer": CUSTOMERS,
    "morning_list": DESK,
    "morning_call": DESK,
    "proactive_call": DESK,  # the advisor's own, of the team that the head leads
    "timeline": CUSTOMERS,
    "solution": DESK,
    "customer_new": DESK,
    "customer_change": DESK,
    "product_new": DESK,
    "product": DESK,
    "case_new": DESK,
    "ticket_new": DESK,
    "ticket": CUSTOMERS,
    "ticket_state": {*DESK, *SUPERVISOR, *FOLLOW_UP},
    "ticket_follow_up": DESK,
    "case_list": CASES,
    "case": CASES,
    "case_record": CASES,
    "case_meter": CASES,
    "case_firm_no": DESK,
    "case_insist": DESK,
    "case_stay": DESK,
    "case_transferred": DESK,
    "case_undo": DESK,
    "claim_correct": DESK,
    "claim_undo": DESK,
    "case_take_over": DESK,
    "calls": DESK,
    "calls_made": DESK,
    "callback_new": DESK,
    "callback_done": DESK,
    "case_hand_over": DESK,
    "draft_keep": EVERYBODY,
    "presence": CUSTOMERS - {Role.BILLING},  # of a case
    "step": TECHNICIAN,  # the case stands at step 7, in the technician's lane
    "work_order": CASES | TECHNICIAN,
    "receipt": {*DESK, *MANAGEMENT},
    "receipt_pdf": {*DESK, *MANAGEMENT},
    "receipt_issue": DESK,
    "receipt_send": DESK,
    "procedure": EVERYBODY,
    "procedure_version": EVERYBODY,
    "procedure_diagram": EVERYBODY,
    "tray": {ADVISOR},  # the advisor's tray; everybody has only the own one
    "team": {LEAD},
    "team_reassign": {LEAD},
    "team_queue": {LEAD},
    "team_decisions": {LEAD},
    "team_decisions_taken": {LEAD},
    "team_decide": {LEAD},
    "operations_orders": SUPERVISOR,
    "operations_print": SUPERVISOR,
    "operations_assign": SUPERVISOR,
    "operations_pause": SUPERVISOR,
    "operations_hand_over": SUPERVISOR,
    "operations_swap": SUPERVISOR,
    "operations_resume": SUPERVISOR,
    "operations_batch": SUPERVISOR,
    "operations_batches": SUPERVISOR,
    "operations_batch_page": SUPERVISOR,
    "operations_reprint": SUPERVISOR,
    "visits": TECHNICIAN,
    "visit": TECHNICIAN,
    "visit_set_out": TECHNICIAN,
    "visit_again": TECHNICIAN,
    "visit_arrive": TECHNICIAN,
    "visit_absent": TECHNICIAN,
    "visit_papers": TECHNICIAN,
    "photo_add": TECHNICIAN,
    "photo_remove": TECHNICIAN,
    "photo": CASES | TECHNICIAN,
    "signed_paper": CASES | TECHNICIAN,
    "control_calls": {*FOLLOW_UP, Role.QUALITY_MANAGEMENT},
    "control_overdue": {*FOLLOW_UP, Role.QUALITY_MANAGEMENT, LEAD, *HEADS},
    "control_attempt": FOLLOW_UP,  # of a control after the visit
    "evaluations": {*MANAGEMENT, *HEADS},
    "evaluation": {*MANAGEMENT, *HEADS},
    "evaluation_cases": {*MANAGEMENT, *HEADS},
    "evaluation_terminations": {*MANAGEMENT, *HEADS},
    "evaluation_tables": {*MANAGEMENT, *HEADS},
    "evaluation_pdf": {*MANAGEMENT, *HEADS},
    "evaluation_sign": MANAGEMENT,
    "indicator_review": HEADS,
    "billing_claims": {Role.BILLING},
    "billing_claims_decided": {Role.BILLING},
    "billing_claim_confirm": {Role.BILLING},
    "billing_claim_refuse": {Role.BILLING},
    "billing_months": {Role.BILLING},
    "billing_month_open": {Role.BILLING},
    "billing_month_leave_out": {Role.BILLING},
    "billing_months_count": {Role.BILLING},
    "billing_run_stop": {Role.BILLING},
    "billing_month_issue": {Role.BILLING},
    "billing_terminations": {Role.BILLING},
    "billing_terminations_executed": {Role.BILLING},
    "billing_termination": {Role.BILLING},
    "billing_termination_returned": {Role.BILLING},
    "administration_units": ADMINISTRATOR,
    "administration_holidays": ADMINISTRATOR,
    "administration_holiday_remove": ADMINISTRATOR,
    "administration_holidays_fill": ADMINISTRATOR,
    "administration_versions": ADMINISTRATOR,
    "administration_commands": ADMINISTRATOR,
    "administration_command": ADMINISTRATOR,
    "administration_clock": ADMINISTRATOR,
    "administration_imports": ADMINISTRATOR,
    "administration_import": ADMINISTRATOR,
    "administration_import_progress": ADMINISTRATOR,
    "administration_import_rejects": ADMINISTRATOR,
    "administration_import_mapping": ADMINISTRATOR,
    "administration_import_undo": ADMINISTRATOR,
    "payment_new": {*DESK, Role.BILLING},
    "credit_listing_new": DESK,
    "credit_listing_lift": DESK,
}
POST_ONLY = {"notice_read", "notices_read", "draft_keep", "team_decide", "administration_import_undo",
             "solution", "morning_call", "visit_set_out", "visit_again", "visit_arrive", "photo_add", "photo_remove",
             "case_insist", "case_firm_no", "receipt_issue", "receipt_send", "operations_print", "operations_resume",
             "operations_reprint", "team_reassign", "operations_hand_over", "operations_swap", "account_notices",
             "message_template_restore", "message_resend", "message_settle",
             "billing_claim_confirm", "billing_month_open", "billing_month_leave_out", "billing_months_count",
             "billing_run_stop",
             "administration_holiday_remove", "case_transferred", "administration_holidays_fill"}  # fmt: skip
SERVED = {200, 204, 302, 400}
"""What a person with the right gets: the page, the way on, or the form with what is missing."""


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    """Every route of the pages; Django's admin has its own list."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace is None:
                yield from routes(pattern.url_patterns)
        else:
            yield pattern


def admin_pages() -> list[str]:
    """Addresses in Django's admin: its own pages, and of each kind of record the list and one record."""
    names = ("index", "login", "logout", "password_change", "jsi18n", "autocomplete")
    own = [reverse(f"admin:{name}") for name in names] + [reverse("admin:index") + "nothing/"]
    kinds = [f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    return [
        *own,
        *(reverse(f"{kind}_changelist") for kind in kinds),
        *(reverse(f"{kind}_change", args=[1]) for kind in kinds),
    ]


def asked(client: Client, name: str, kwargs: dict[str, Any]) -> HttpResponse:
    """The answer to one request, whose effects are undone."""
    path = reverse(name, kwargs=kwargs)
    with transaction.atomic():
        answer = client.post(path) if name in POST_ONLY else client.get(path)
        transaction.set_rollback(True)
    return answer


def test_every_route_is_in_the_table() -> None:
    names = {route.name for route in routes()}
    assert names == {*WHO, *PUBLIC}


def test_every_view_carries_its_roles() -> None:
    """A guarded view says who may open it; none relies on the route alone."""
    unguarded = {route.name for route in routes() if not hasattr(route.callback, "roles")}
    assert unguarded == PUBLIC


@pytest.mark.one_database
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_role_sees_its_own_pages_and_no_others(desk: Desk, role: Role) -> None:
    places = Places(desk)
    wrong = {}
    for name, who in WHO.items():
        kwargs = places.of(name, role)
        status = asked(signed_in(desk.cast[role]), name, kwargs).status_code
        expected = SERVED if role in who else {404}
        if status not in expected:
            wrong[name] = status
    assert wrong == {}


@pytest.mark.one_database
def test_who_heads_a_unit_without_a_role_sees_its_overdue_controls_and_nothing_else(desk: Desk) -> None:
    places, chief = Places(desk), User.objects.create_user("chief")
    desk.cast.division.head = chief
    desk.cast.division.save()
    client, of_roles = signed_in(chief), [name for name, who in WHO.items() if who != EVERYBODY]
    statuses = {name: asked(client, name, places.of(name, Role.QUALITY_MANAGEMENT)).status_code for name in of_roles}
    assert {name for name, status in statuses.items() if status != 404} == {"control_overdue"}
    assert f'href="{reverse("control_overdue")}"' in client.get(reverse("account")).content.decode()


@pytest.mark.one_database
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_page_that_only_takes_posts_is_not_there_for_others_whatever_they_send(desk: Desk, role: Role) -> None:
    places = Places(desk)
    client = signed_in(desk.cast[role])
    for name in POST_ONLY:
        status = client.get(reverse(name, kwargs=places.of(name, role))).status_code
        assert status == (405 if role in WHO[name] else 404), name


@pytest.mark.one_database
def test_the_admin_is_there_for_its_staff_only(desk: Desk) -> None:
    """Not for the role of administrator either; staff without the right to a kind of record do not see it."""
    pages = admin_pages()
    for role in Role:
        client, every = signed_in(desk.cast[role]), role in (ADVISOR, Role.ADMINISTRATOR)
        wrong = {page for page in (pages if every else pages[::9]) if client.get(page).status_code != 404}
        assert wrong == set(), role
        assert client.post(pages[0]).status_code == client.post(reverse("admin:login")).status_code == 404
    nobody = signed_in(None)
    for page in pages:
        for answer in (nobody.get(page), nobody.post(page)):
            assert answer["Location"].startswith(f"{reverse('login')}?"), page
    helper = User.objects.create_user("helper", is_staff=True)
    chief = User.objects.create_superuser("chief")
    customers = reverse("admin:customers_customer_changelist")
    for user, status in ((helper, 404), (chief, 200)):
        client = signed_in(user)
        assert (client.get(pages[0]).status_code, client.get(customers).status_code) == (200, status)
    assert "errors/404.html" in [each.name for each in signed_in(helper).get(customers).templates]


@pytest.mark.one_database
def test_nobody_is_sent_to_sign_in_from_every_page(desk: Desk) -> None:
    places = Places(desk)
    for name in WHO:
        answer = asked(signed_in(None), name, places.of(name, ADVISOR))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith(reverse("login")), name


def test_a_form_sent_after_the_session_ran_out_leads_back_to_its_page(desk: Desk) -> None:
    """The sign-in leads to the page that held the form, or to the first page: never to the form's own address."""
    places = Places(desk)
    for name in POST_ONLY:
        role = next(iter(sorted(WHO[name])))
        path, held = reverse(name, kwargs=places.of(name, role)), reverse("account")
        for headers, page in (({"referer": f"http://testserver{held}"}, held), ({}, "/")):
            answer = signed_in(None).post(path, headers=headers)
            assert answer["Location"] == f"{reverse('login')}?next={page}", name
            opened = signed_in(desk.cast[role]).get(page, follow=True)
            assert opened.status_code == 200, name


def test_a_form_of_another_site_leads_to_the_first_page(desk: Desk) -> None:
    path = reverse("case_insist", args=[desk.walk.case.number])
    answer = signed_in(None).post(path, headers={"referer": "https://elsewhere.example/cases/"})
    assert answer["Location"] == f"{reverse('login')}?next=/"


@pytest.mark.parametrize("kept", ["session", "typing"])
def test_what_was_typed_beside_other_forms_is_there_again(desk: Desk, kept: str) -> None:
    """Of a decision, of the reason why the faults are solved, of the note on a call: until it is sent."""
    places = Places(desk)
    internet, walk = desk.walk.home.internet, desk.walk
    control = places.of("control_attempt", Role.INCIDENT_FOLLOW_UP)
    case_of_control = QualityControl.objects.get(pk=control["pk"]).case_number
    item = WorkItem.objects.get(instance__key=case_of_control, element="step_09")
    forms: list[tuple[Any, str, str, dict[str, str]]] = [
        (LEAD, reverse("team_decide", kwargs=places.of("team_decide", LEAD)), reverse("team"),
         {"reason": "Socia «antigua»"}),
        (ADVISOR, reverse("solution", args=[internet.number]), reverse("customer", args=[walk.case.customer.number]),
         {"act": "confirm", "words": "Socia «antigua»"}),
        (Role.INCIDENT_FOLLOW_UP, reverse("control_attempt", kwargs=control),
         reverse("step", args=[case_of_control, item.pk]), {"note": "Socia «antigua»"}),
    ]  # fmt: skip
    for role, path, page, typed in forms:
        client = expired(desk.cast[role])
        if kept == "session":
            client.post(path, typed, headers={"referer": f"http://testserver{page}"})
        client.force_login(desk.cast[role])
        if kept == "typing":
            assert client.post(reverse("draft_keep"), {**typed, "page": path}).status_code == 204
        for _again in range(2):
            assert 'value="Socia «antigua»"' in client.get(page).content.decode(), path


@pytest.mark.one_database
def test_the_side_bar_leads_only_to_pages_that_open(desk: Desk) -> None:
    from arraigo.web import nav

    for role in Role:
        client = signed_in(desk.cast[role])
        for entry in nav.entries(desk.cast[role].roles):
            assert client.get(entry.url).status_code == 200, (role, entry.url)


def test_roles_in_the_code_are_roles() -> None:
    assert set(access.STEP_ROLES) <= set(Role)
