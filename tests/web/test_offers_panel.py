"""What stands beside a form and follows it: at step 11 what may be offered, at step 5 the note of the order."""

from django.test import Client

from arraigo.people.models import Role
from tests.cast import Cast, Walk
from tests.e2e.person import place
from tests.web.conftest import signed_in


def states(client: Client, path: str, **chosen: str) -> dict[str, str]:
    """Step → its best state in the panel that htmx gets for what is chosen."""
    answer = client.post(path, {"review": "1", **chosen}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="options" hx-swap-oob="true"' in answer.content.decode()
    found: dict[str, str] = {}
    for option in answer.context["options"]:
        found.setdefault(option.step, option.state)
    return found


def test_the_offers_follow_what_is_chosen_and_nothing_is_carried_out(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="other").go("step_01", "step_02")
    client, path = signed_in(cast[Role.ADVISOR]), place(walk, "step_11")
    other = states(client, path, reason="other", demand="compensation")
    assert (other["12"], other["14"]) == ("now", "later")
    price = states(client, path, reason="price", demand="courtesy")
    assert (price["12"], price["14"]) == ("no", "now")
    leaving = states(client, path, reason="other", demand="termination")
    assert "now" not in leaving.values()
    assert walk.open == ["step_11"]
    assert walk.reload().reason == "other"


def test_without_scripts_the_page_comes_back_with_the_offers_of_the_choice(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="other").go("step_01", "step_02")
    page = signed_in(cast[Role.ADVISOR]).post(
        place(walk, "step_11"), {"review": "1", "reason": "price", "demand": "courtesy"}
    )
    shown = page.context["form"].panel()
    assert {option.step for option in shown if option.state == "now"} == {"14"}
    assert 'hx-swap-oob="true"' not in page.content.decode()


def test_a_way_other_than_the_one_asked_for_is_said_before_it_is_taken(cast: Cast) -> None:
    walk = Walk(cast.household(), reason="other").go("step_01", "step_02")
    client, path = signed_in(cast[Role.ADVISOR]), place(walk, "step_11")

    def remark(**chosen: str) -> bool:
        return "data-remark" in client.post(path, {"review": "1", **chosen}, headers={"HX-Request": "true"}).text

    assert remark(reason="compensation", demand="transfer")
    assert remark(reason="faults", demand="transfer"), "it ends in the baja"
    assert not remark(reason="compensation", demand="compensation")
    assert not remark(reason="compensation", demand="termination")
    assert not remark(reason="compensation")


def test_what_a_reason_does_not_give_is_not_said_to_end_in_the_baja(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home, reason="faults").go("step_01", "step_02")
    shown = signed_in(cast[Role.ADVISOR]).get(place(walk, "step_03")).context["options"]
    assert [each.because for each in shown if each.step == "11"] == ["No se ofrece para este motivo."]


def test_the_note_of_the_order_follows_the_telephone_that_is_written(cast: Cast) -> None:
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02", "step_03", "step_04")
    client, path = signed_in(cast[Role.ADVISOR]), place(walk, "step_05")
    assert "AL CEL 70000001" in client.get(path).text

    def note(phone: str) -> str:
        answer = client.post(path, {"review": "1", "contact_phone": phone}, headers={"HX-Request": "true"})
        return answer.text[answer.text.index('id="note" hx-swap-oob="true"') :]

    assert "AL CEL 712 99999" in note("712 99999")
    assert "AL CEL 70000001" in note("71"), "nobody can be called at it"


def test_an_amount_that_does_not_do_says_why_while_it_is_typed(cast: Cast) -> None:
    """The words to read back vanished without one of explanation."""
    home = cast.household()
    home.repeated_faults()
    walk = Walk(home).go("step_01", "step_02")
    client, path = signed_in(cast[Role.ADVISOR]), place(walk, "step_03")
    kind, amount = f"kind_{home.internet.pk}", f"amount_{home.internet.pk}"

    def heard(**typed: str) -> str:
        sent = {"review": "1", kind: "compensation", "answer": "accepted", **typed}
        return client.post(path, sent, headers={"HX-Request": "true"}).text

    assert "Compensación en Bs: Como máximo" in heard(**{amount: "1.234,50"})
    assert "Léaselo al cliente" in heard(**{amount: "20"})
    missing = heard(**{amount: "", "answer": ""})
    assert "due-warning" not in missing, "what is still empty is no mistake yet"
