"""Pages of the evaluation and of the controls: constant queries, addresses that mean nothing, late records."""

import datetime as dt
import html
import io
import re
from collections import defaultdict

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from arraigo import clock
from arraigo.insight import actions, words
from arraigo.insight.models import Evaluation, IndicatorReview, LiveBase
from arraigo.people.models import Membership, Role
from arraigo.retention import sweeps
from arraigo.retention.models import RetentionCase
from arraigo.terminations import actions as terminations
from tests.cast import Cast, Walk, moment
from tests.insight import ways
from tests.web.conftest import signed_in
from tests.web.test_query_counts import asked

MARCH = dt.date(2026, 3, 1)


def grows(cast: Cast, role: Role, path: str, days: float, add: object, most: int) -> None:
    """The page at `path`, seen `days` after 10 March, asks as often for five cases as for one."""
    with moment(days=days):
        client = signed_in(cast[role])
        one = asked(client, path)
    for number in range(2, 6):
        add(cast.household(str(number)))  # type: ignore[operator]
    with moment(days=days):
        sweeps.run_all()
        assert asked(client, path) == one <= most


def test_the_month_grows_without_more_queries(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    with moment(days=31):
        sweeps.run_all()
    path = reverse("evaluation", args=[dt.date(2026, 4, 1)])
    grows(cast, Role.COMMERCIAL_MANAGEMENT, path, 31, ways.compensated, 40)


def test_the_cases_behind_a_figure_grow_without_more_queries(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    path = reverse("evaluation_cases", args=[MARCH, "accepted"])
    grows(cast, Role.COMMERCIAL_MANAGEMENT, path, 5, ways.compensated, 16)


@pytest.mark.parametrize("name", ["control_calls", "control_overdue"])
def test_the_calls_grow_without_more_queries(cast: Cast, name: str) -> None:
    ways.repaired(cast.household("1"))
    with moment(days=2):
        sweeps.wake_due_cases()
        client = signed_in(cast[Role.INCIDENT_FOLLOW_UP])
    with moment(days=3):
        one = asked(client, reverse(name))
    for number in range(2, 6):
        ways.repaired(cast.household(str(number)))
    with moment(days=2):
        sweeps.wake_due_cases()
    with moment(days=3):
        assert asked(client, reverse(name)) == one <= 22


@pytest.mark.parametrize(
    "address",
    [
        "/evaluations/2026-03/?by=nothing", "/evaluations/2026-03/cases/nothing/",
        "/evaluations/2026-03/cases/opened/?by=nothing", "/evaluations/2026-03/cases/opened/?by=zone&key=x",
        "/evaluations/2026-03/cases/opened/?by=branch&key=perhaps",
        "/evaluations/2026-03/cases/opened/?by=offer&key=%00",
        "/evaluations/2026-03/cases/opened/?kind=visit", "/evaluations/2026-03/cases/offered/?kind=%00",
        "/evaluations/2026-03/terminations/nothing/", "/evaluations/2026-03/pdf/", "/evaluations/1999-12/",
    ],
)  # fmt: skip
def test_an_address_that_means_nothing_is_not_found(cast: Cast, address: str) -> None:
    assert signed_in(cast[Role.COMMERCIAL_MANAGEMENT]).get(address).status_code == 404


@pytest.mark.parametrize("by", ["reason", "branch", "offer", "team", "center", "zone", "competitor"])
def test_every_group_leads_to_its_cases(cast: Cast, by: str) -> None:
    Walk(cast.household("1"), reason="price")
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    page = client.get(reverse("evaluation", args=[MARCH]), {"by": by})
    (group,) = page.context["groups"]
    found = client.get(reverse("evaluation_cases", args=[MARCH, "opened"]), {"by": by, "key": group["key"]})
    assert found.status_code == 200
    assert len(found.context["list"].rows) == group["counts"]["opened"] == 1


def test_cases_are_counted_by_the_competitor_that_was_named(cast: Cast) -> None:
    walk = Walk(cast.household("1"), reason="other").go("step_01", "step_02")
    walk("step_11", reason="better_offer", demand="termination", competitor="Tigo", competitor_offer="200 Mbps")
    walk("termination")
    Walk(cast.household("2"), reason="price")
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    page = client.get(reverse("evaluation", args=[MARCH]), {"by": "competitor"})
    counted = {group["key"]: (group["counts"]["opened"], group["counts"]["lost"]) for group in page.context["groups"]}
    assert counted == {"Tigo": (1, 1), "": (1, 0)}
    behind = client.get(reverse("evaluation_cases", args=[MARCH, "lost"]), {"by": "competitor", "key": "Tigo"})
    assert [row.number for row in behind.context["list"].rows] == [walk.case.number]
    assert "200 Mbps" in behind.content.decode()


def test_a_competitors_price_leads_to_its_cases(cast: Cast) -> None:
    for number, price in (("1", "159"), ("2", "")):
        walk = Walk(cast.household(number), reason="other").go("step_01", "step_02")
        walk("step_11", reason="better_offer", demand="termination", competitor="Tigo", competitor_offer="200 Mbps",
             competitor_price=price)  # fmt: skip
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    page = client.get(reverse("evaluation", args=[MARCH]), {"by": "competitor"}).content.decode()
    link = reverse("evaluation_cases", args=[MARCH, "competitor_price"]) + "?by=competitor&key=Tigo"
    assert all(words in page for words in (link.replace("&", "&amp;"), "159,00", "140,00", "19,00"))
    assert len(client.get(link).context["list"].rows) == 1


def test_every_line_of_offers_and_promises_leads_to_its_cases(cast: Cast) -> None:
    """Two customers with the same offer, of whom one accepts; a waiver and a visit promised, one of them kept."""
    ways.compensated(cast.household("1"))
    refused = Walk(cast.household("2"), reason="compensation").go("step_01", "step_02", "step_11")
    refused("step_12", answer="refused")
    ways.repaired(cast.household("3"))
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    page = client.get(reverse("evaluation", args=[MARCH]))
    shown, figures = page.content.decode(), page.context["figures"]
    lines = [("offered", each, each.offered, each.reason) for each in figures.offers]
    lines += [("offers_accepted", each, each.accepted, each.reason) for each in figures.offers]
    lines += [(f"promises_{state}", each, getattr(each, state), "") for each in figures.promises
              for state in ("kept", "broken")]  # fmt: skip
    assert ("compensation", 2, 1) in {(each.kind, each.offered, each.accepted) for each in figures.offers}
    assert len(lines) >= 6
    for figure, each, count, reason in lines:
        link = reverse("evaluation_cases", args=[MARCH, figure]) + f"?kind={each.kind}"
        link += f"&by=reason&key={reason}" if reason else ""
        assert (link.replace("&", "&amp;") in shown) == (count > 0), link
        assert len(client.get(link).context["list"].rows) == count, link


LINK = re.compile(r'<a\b[^>]*href="(/evaluations/[\d-]+/(?:cases|terminations)/[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def figures_shown(client: Client, month: dt.date) -> dict[str, set[str]]:
    """Every address of a list behind a figure on the month's page, whatever it is broken down by, and its words."""
    found: dict[str, set[str]] = defaultdict(set)
    for by in words.DIMENSIONS:
        page = client.get(reverse("evaluation", args=[month]), {"by": by}).content.decode()
        for address, shown in LINK.findall(page):
            found[html.unescape(address)].add(html.unescape(strip_tags(shown)))
    return found


def test_each_figure_of_the_page_leads_to_as_many_as_it_says(cast: Cast) -> None:
    """A page of March and one of April with something of everything; each link is followed, its rows are counted."""
    ways.controlled(cast.household("1"))
    ways.courteous(cast.household("3"))
    ways.lost(cast.household("4"))
    called = ways.compensated(cast.household("5"))
    RetentionCase.objects.filter(pk=called.case.pk).update(proactive=True)
    rival = Walk(cast.household("6"), reason="other").go("step_01", "step_02")
    rival("step_11", reason="better_offer", demand="termination", competitor="Tigo", competitor_offer="200 Mbps",
          competitor_price="159")  # fmt: skip
    rival("termination")
    for number, reason in enumerate(("arrears", "arrears", "death"), 7):
        gone = cast.household(str(number))
        terminations.request_termination([gone.internet], reason=reason, case_number="", actor=None)
    followed = set()
    with moment(days=35):
        sweeps.run_all()
        client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
        for month in (MARCH, dt.date(2026, 4, 1)):
            for address, said in figures_shown(client, month).items():
                answer = client.get(address)
                page = answer.context
                count = page["things"] or page["list"].count
                assert ("un caso con varios" in answer.content.decode()) == (count != page["list"].count)
                assert page["list"].count <= count
                for shown in said:
                    counts = [] if "Bs" in shown else re.findall(r"\d+", shown.rpartition(":")[2])
                    if counts:
                        assert count in map(int, counts), (address, shown)
                        followed.add(address)
    assert len(followed) > 80
    assert {"apart/?reason=arrears", "visit/", "promises_kept/", "judged/", "courtesies_stayed/?kind=bandwidth"} <= {
        address.split("/", 4)[-1] for address in followed
    }


def test_a_late_ticket_for_a_signed_month_is_named(cast: Cast) -> None:
    home = cast.household("1")
    walk = ways.compensated(home)
    greta = cast[Role.COMMERCIAL_MANAGEMENT]
    with moment(days=25):
        actions.sign_evaluation(MARCH, findings="a", decisions="b", reformulate=False, actor=greta)
    with moment(days=55):
        actions.sign_evaluation(dt.date(2026, 4, 1), findings="a", decisions="b", reformulate=False, actor=greta)
        ticket = home.fault(days_ago=40)
        page = signed_in(greta).get(reverse("evaluation", args=[dt.date(2026, 4, 1)])).content.decode()
        assert "esperan la evaluación" not in page
        assert "se evaluaron con la firma" in page
    assert f"El reclamo {ticket.number} llegó tarde: el caso {walk.case.number}" in page
    assert "Lo firmado no cambia." in page
    assert f'href="{reverse("case", args=[walk.case.number])}"' in page


def test_the_list_behind_a_signed_figure_follows_its_policy_and_says_what_differs(cast: Cast) -> None:
    """Signed with arrears and deaths apart; since then the policy lets only deaths, and one baja was withdrawn."""
    greta, figures = cast[Role.COMMERCIAL_MANAGEMENT], ("requested", "apart")
    home = cast.household("1")
    for number, reason in enumerate(("arrears", "death", "price", "price"), 2):
        products = [cast.household(str(number)).internet]
        last, *_others = terminations.request_termination(products, reason=reason, case_number="", actor=None)
    ways.compensated(home)
    with moment(days=25):
        actions.sign_evaluation(MARCH, findings="a", decisions="b", reformulate=False, actor=greta)
        cast.publish(indicator__apart='["death"]')
        terminations.withdraw_termination(last, actor=cast[Role.ADVISOR])
        client = signed_in(greta)
        lists = {each: client.get(reverse("evaluation_terminations", args=[MARCH, each])) for each in figures}
        assert {each: len(page.context["list"].rows) for each, page in lists.items()} == {"requested": 1, "apart": 2}
        assert "Firmado el 04/04/2026 10:00: 2; según los registros de ahora: 1." in lists["requested"].content.decode()
        assert "dan la cifra que se firmó el 04/04/2026 10:00: 2." in lists["apart"].content.decode()
        page = client.get(reverse("evaluation", args=[MARCH])).context
        assert [(before, now) for _name, before, now in page["changed"]] == [(2, 1)]
        kinds = [("opened", "?by=zone&key="), ("offered", "?kind=compensation"), ("compensation", ""), ("waiting", "")]
        for figure, chosen in kinds:
            shown = client.get(reverse("evaluation_cases", args=[MARCH, figure]) + chosen).context["compared"]
            assert shown.signed == shown.now, figure


def test_a_month_signed_twice_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    greta = cast[Role.COMMERCIAL_MANAGEMENT]
    with moment(days=25):
        actions.sign_evaluation(MARCH, findings="a", decisions="b", reformulate=False, actor=greta)
        sent = {"findings": "Otros hallazgos", "decisions": "Otras"}
        answer = signed_in(greta).post(reverse("evaluation_sign", args=[MARCH]), sent)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "03/2026" in page
    assert "Otros hallazgos" in page
    assert "Lo que escribió no se firmó" in page
    assert "no se puede deshacer" not in page
    assert not re.search(r"<button[^>]*>[^<]*(<svg.*?</svg>)?\s*Firmar", page, re.DOTALL)


def test_the_months_name_the_one_that_is_due(cast: Cast) -> None:
    assert clock.today().month == 3
    page = signed_in(cast[Role.COMMERCIAL_MANAGEMENT]).get(reverse("evaluations")).content.decode()
    assert reverse("evaluation", args=[dt.date(2026, 2, 1)]) in page
    assert "Por firmar: febrero 2026" in page


def test_a_later_month_says_which_one_is_signed_first(cast: Cast) -> None:
    """Without it the page of April offers nothing while March is not signed, and does not say why."""
    greta = cast[Role.COMMERCIAL_MANAGEMENT]
    actions.sign_evaluation(dt.date(2026, 2, 1), findings="a", decisions="b", reformulate=False, actor=greta)
    march, april = (reverse("evaluation", args=[dt.date(2026, month, 1)]) for month in (3, 4))
    with moment(days=55):
        for role, told in ((Role.COMMERCIAL_MANAGEMENT, True), (Role.HEAD_RESOURCES, False)):
            page = signed_in(cast[role]).get(april).content.decode()
            assert (f'href="{march}">marzo 2026</a>.' in page) == told
        assert "se firman en orden" not in signed_in(greta).get(march).content.decode()


def test_the_months_say_to_a_head_of_division_what_is_theirs(cast: Cast) -> None:
    head = signed_in(cast[Role.HEAD_RESOURCES])
    assert "Por revisar: febrero 2026" in head.get(reverse("evaluations")).content.decode()
    head.post(reverse("indicator_review", args=[dt.date(2026, 2, 1)]), {"comment": "El norte mejora"})
    assert "Sin firmar: febrero 2026" in head.get(reverse("evaluations")).content.decode()


def test_judged_figures_lead_to_their_cases(cast: Cast) -> None:
    ways.compensated(cast.household("1"))
    with moment(days=31):
        sweeps.run_all()
        client, april = signed_in(cast[Role.COMMERCIAL_MANAGEMENT]), dt.date(2026, 4, 1)
        page = client.get(reverse("evaluation", args=[april]))
        link = reverse("evaluation_cases", args=[april, "judged"])
        assert page.content.decode().count(f'"{link}"') == 2  # the card, and the month's line of the table
        assert len(client.get(link).context["list"].rows) == page.context["figures"].counts.judged == 1


def test_the_rate_on_the_live_base_is_explained_and_stands_beside_last_months(cast: Cast) -> None:
    page, greta = reverse("evaluation", args=[MARCH]), signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    for days, number in ((-20, "1"), (0, "2"), (1, "3")):
        with moment(days=days):
            product = cast.household(number).internet
            terminations.request_termination([product], reason="price", case_number="", actor=None)
    LiveBase.objects.create(month=MARCH, products=1600, counted_at=clock.now())
    shown = greta.get(page).content.decode()
    assert "0,13 <span" in shown
    book = openpyxl.load_workbook(io.BytesIO(greta.get(reverse("evaluation_tables", args=[MARCH])).content))
    assert {0.13} <= {cell for row in book["Cifras"].values for cell in row}, "as on the page, not 0.12"
    assert "(1.600 vivos)" in shown
    assert "el mes anterior: todavía sin contar" in shown
    LiveBase.objects.create(month=dt.date(2026, 2, 1), products=400, counted_at=clock.now())
    shown = greta.get(page).content.decode()
    assert "el mes anterior: 0,25 (400 vivos)" in shown
    how = shown.split("Cómo se cuenta")[-1]
    assert "por cada cien productos vivos al empezar el mes" in how


def test_the_signature_warns_of_the_reviews_that_are_missing(cast: Cast) -> None:
    """The document has both heads review each month, and does not say that the signature waits for them."""
    sign, review = reverse("evaluation", args=[MARCH]), reverse("indicator_review", args=[MARCH])
    greta, head = signed_in(cast[Role.COMMERCIAL_MANAGEMENT]), signed_in(cast[Role.HEAD_RESOURCES])
    early = head.post(review, {"comment": "El norte mejora"})
    assert (early.status_code, "todavía" in early.content.decode()) == (400, True)
    with moment(days=25):
        assert [str(each) for each in greta.get(sign).context["unreviewed"]] == [
            str(Role.HEAD_CUSTOMER_RELATIONS.label), str(Role.HEAD_RESOURCES.label),
        ]  # fmt: skip
        assert head.post(review, {"comment": "El norte mejora"}).status_code == 302
        page = greta.get(sign).content.decode().split('id="sign"')[1].split("</section>")[0]
        assert "alert-warning" in page
        assert str(Role.HEAD_CUSTOMER_RELATIONS.label) in page
        assert str(Role.HEAD_RESOURCES.label) not in page
        actions.sign_evaluation(
            MARCH, findings="a", decisions="b", reformulate=False, actor=cast[Role.COMMERCIAL_MANAGEMENT]
        )
        late = signed_in(cast[Role.HEAD_CUSTOMER_RELATIONS]).post(review, {"comment": "Tarde"})
        assert (late.status_code, "Tarde" in late.content.decode()) == (400, True)


def test_who_heads_both_divisions_records_both_reviews(cast: Cast) -> None:
    both, review = cast[Role.HEAD_RESOURCES], reverse("indicator_review", args=[MARCH])
    Membership.objects.create(user=both, role=Role.HEAD_CUSTOMER_RELATIONS, unit=cast.division)
    head = signed_in(both)
    with moment(days=25):
        assert [head.post(review, {"comment": "Mejora"}).status_code for _time in range(3)] == [302, 302, 400]
    roles = IndicatorReview.objects.order_by("role").values_list("role", flat=True)
    assert set(roles) == {Role.HEAD_CUSTOMER_RELATIONS, Role.HEAD_RESOURCES}


def test_a_forged_evaluation_is_not_served(cast: Cast) -> None:
    greta = cast[Role.COMMERCIAL_MANAGEMENT]
    with moment(days=25):
        actions.sign_evaluation(MARCH, findings="a", decisions="b", reformulate=False, actor=greta)
        place, client = reverse("evaluation_pdf", args=[MARCH]), signed_in(greta)
        assert client.get(place)["Content-Type"] == "application/pdf"
        Evaluation.objects.update(pdf=b"%PDF-1.7 forged")
        answer = client.get(place)
    assert (answer.status_code, "03/2026" in answer.content.decode()) == (409, True)


def test_months_costs_together_and_what_followed_courtesies_lead_to_their_cases(cast: Cast) -> None:
    """A courtesy that ended, a baja of March and a compensation: page, list behind it and workbook agree."""
    walk = ways.courteous(cast.household("1"))
    ways.compensated(cast.household("2"))
    ways.lost(cast.household("3"))
    client, april = signed_in(cast[Role.COMMERCIAL_MANAGEMENT]), dt.date(2026, 4, 1)
    together = reverse("evaluation_cases", args=[MARCH, "spent"])
    assert client.get(reverse("evaluation", args=[MARCH])).content.decode().count(f'"{together}"') == 2
    assert {row.number for row in client.get(together).context["list"].rows} >= {walk.case.number}
    with moment(days=31):
        sweeps.run_all()
        page = client.get(reverse("evaluation", args=[april])).content.decode()
        month = reverse("evaluation_terminations", args=[MARCH, "requested"])
        assert f'"{month}"' in page.split("<tbody>")[1]
        stayed = reverse("evaluation_cases", args=[april, "courtesies_stayed"]) + "?kind=bandwidth"
        assert f'"{stayed}"' in page
        assert [row.number for row in client.get(stayed).context["list"].rows] == [walk.case.number]
        left = reverse("evaluation_cases", args=[april, "courtesies_left"])
        assert left not in page
        assert client.get(left).context["list"].rows == []
        book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("evaluation_tables", args=[april])).content))
    rows = {sheet.title: list(sheet.values) for sheet in book}
    afterwards = next(rows[name] for name in rows if "cortesía" in name.lower() and "desp" in name.lower())
    assert afterwards[1][1:] == (1, 1, 0, 0)
    judged = next(rows[name] for name in rows if name.startswith("Casos juzgados"))
    assert len(judged) >= 25


def test_the_amounts_of_the_cases_behind_a_figure_in_bs_are_the_figure(cast: Cast) -> None:
    """In one month what is given, in another what was given to the judged; a customer whom a visit cost twice."""
    ways.compensated(cast.household("1"))
    ways.controlled(cast.household("2"))
    ways.courteous(cast.household("3"))
    unsolved = cast.household("4")
    unsolved.repeated_faults()
    walk = Walk(unsolved).go(*(f"step_0{n}" for n in range(1, 7)))
    walk("step_07", solved="no", tasks=[], cause="plant", findings="Sin señal")
    walk.go("step_08_unsolved", "route_to_plant", "step_06", "step_07", "step_08")
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    seen = set()
    with moment(days=65):
        sweeps.run_all()
        for month in (MARCH, dt.date(2026, 4, 1), dt.date(2026, 5, 1)):
            figures = client.get(reverse("evaluation", args=[month])).context["figures"]
            wanted = {each.kind: each.amount for each in figures.costs}
            wanted |= {"spent": figures.spent, "cost_per_save": figures.spent_on_judged}
            for figure, amount in wanted.items():
                address = reverse("evaluation_cases", args=[month, figure])
                given = [row.given for row in client.get(address).context["list"].rows]
                assert sum(given) == amount, (month, figure)
                if given:
                    seen.add(figure)
                    csv = client.get(address, {"export": "csv"}).getvalue().decode()
                    assert f",{given[0]:.2f}," in csv
                if figure == "visit" and month == MARCH:
                    assert max(given) == 2 * min(given), "the second visit of one case"
    assert seen == {"bill_waiver", "compensation", "courtesy", "visit", "spent", "cost_per_save"}


def test_signed_months_are_narrowed_by_months(cast: Cast) -> None:
    client = signed_in(cast[Role.COMMERCIAL_MANAGEMENT])
    form = client.get(reverse("evaluations") + "?month_from=2026-03&month_until=2026-04").context["list"].form
    assert form.is_valid()
    assert form.cleaned_data["month_until"] == dt.date(2026, 4, 1)
    assert 'type="month" name="month_from" value="2026-03"' in str(form["month_from"])
