"""Step 11: what may be offered follows the reason and the demand while they are chosen."""

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
