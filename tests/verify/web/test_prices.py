"""The price list as a page: added, changed from a day on, confirmed, ended, and read from files."""

from typing import Any

from sqlalchemy import select

from tests.verify.store.price_list import BEGUN
from tests.verify.web.conftest import Site, Visit
from verify.affordability.yearly_limits import FigureName
from verify.store import prices
from verify.store.tables_prices import prices as table

HEAD = "code,kind,payer,amount,valid_from,valid_until,source,verified"
GIVEN = {
    "code": "90868",
    "kind": "contract",
    "payer": "bluehollow",
    "amount": "$250.00",
    "valid_from": "2026-01-01",
    "valid_until": "",
    "source": "contract of 2025-11-03",
}


def add(visit: Visit, **changes: str) -> Any:
    return visit.send_form("/prices", **{**GIVEN, **changes})


def rows(site: Site) -> list[Any]:
    with site.work.engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.valid_from)))


def hand_in(visit: Visit, text: str | bytes) -> Any:
    return visit.post("/prices/import", data={"csrf": visit.csrf}, files={"file": ("prices.csv", text)})


def test_a_price_is_added_shown_and_confirmed_by_the_person_who_did(site: Site) -> None:
    visit = site.visit("biller")
    assert add(visit).headers["Location"] == "/prices?said=added"
    page = visit.get("/prices").text
    assert all(said in page for said in ("$250.00", "Blue Hollow Health Plan", "Not confirmed"))
    (row,) = rows(site)
    assert (row.added_by, row.verified_by) == (site.here.user_ids["biller"], None)
    assert visit.send_form(f"/prices/{row.id}/confirm").headers["Location"] == "/prices?said=confirmed"
    (row,) = rows(site)
    assert row.verified_by == site.here.user_ids["biller"]
    assert "Larkspur biller" in visit.get("/prices").text


def test_limits_by_year_stand_with_their_sources_and_what_nobody_confirmed_says_so(site: Site) -> None:
    page = site.visit("biller").get("/prices").text
    limits = page[page.index('id="limits"') :]
    row = limits[limits.index("Medicare Part B deductible") :].split("</tr>")[0]
    of_2025, of_2026, of_2027 = row.split("<td")[1:]
    assert "$257.00" in of_2025 and "not confirmed" in of_2025
    assert "$283.00" in of_2026 and "not confirmed" not in of_2026 and "Federal Register" in of_2026
    assert "not known" in of_2027
    assert limits.count('scope="row"') == len(FigureName)


def test_a_change_is_a_new_row_from_its_day_on(site: Site) -> None:
    visit = site.visit("biller")
    add(visit)
    add(visit, amount="260", valid_from="2026-07-01")
    assert [(row.cents, str(row.valid_until)) for row in rows(site)] == [
        (250_00, "2026-06-30"),
        (260_00, "None"),
    ]


def test_what_cannot_be_read_is_said_beside_its_field_and_what_was_typed_stays(site: Site) -> None:
    visit = site.visit("biller")
    for change, field in (
        ({"amount": "$1,2O0"}, "amount"),
        ({"code": ""}, "code"),
        ({"kind": "odd"}, "kind"),
        ({"payer": ""}, "payer"),
        ({"payer": "nobody"}, "payer"),
        ({"kind": "self_pay"}, "payer"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"source": ""}, "source"),
        ({"source": "x" * 201}, "source"),
    ):
        answer = add(visit, **change)
        assert answer.status_code == 422, change
        assert f'id="{field}-error"' in answer.text, change
        assert 'value="2026-01-01"' in answer.text or "valid_from" in change
    assert rows(site) == []


def test_another_price_on_the_same_day_is_refused(site: Site) -> None:
    visit = site.visit("biller")
    add(visit)
    answer = add(visit, amount="255")
    assert (answer.status_code, "another price begins on this day" in answer.text) == (422, True)


def test_an_ended_price_is_gone_after_its_day(site: Site) -> None:
    visit = site.visit("biller")
    add(visit)
    (row,) = rows(site)
    assert visit.send_form(f"/prices/{row.id}/end", last="soon").status_code == 422
    visit.send_form(f"/prices/{row.id}/end", last="2026-02-28")
    assert str(rows(site)[0].valid_until) == "2026-02-28"
    assert "$250.00" not in visit.get("/prices").text


def test_others_see_the_prices_and_change_nothing(site: Site) -> None:
    add(site.visit("admin"))
    page = site.visit("coordinator").get("/prices").text
    assert "$250.00" in page
    assert "Add a price" not in page and "/confirm" not in page
    assert add(site.visit("coordinator"), code="90867").status_code == 403
    assert "$250.00" not in site.visit("admin", site.elsewhere).get("/prices").text


def test_a_file_is_taken_whole_and_nothing_in_it_is_verified(site: Site) -> None:
    visit = site.visit("biller")
    answer = hand_in(
        visit, f"{HEAD}\n90867,typical,,350,2026-01-01,,survey,yes\n90868,typical,,250,2026-01-01,,survey,\n"
    )
    assert answer.headers["Location"] == "/prices?said=taken&new=2&changed=0&same=0"
    assert [row.verified_by for row in rows(site)] == [None, None]
    assert "2 added" in visit.get(answer.headers["Location"]).text
    again = hand_in(visit, f"{HEAD}\n90867,typical,,350,2026-01-01,,survey,yes\n")
    assert again.headers["Location"].endswith("new=0&changed=0&same=1")


def test_a_file_with_a_fault_is_not_taken_and_every_fault_is_named(site: Site) -> None:
    visit = site.visit("biller")
    answer = hand_in(
        visit,
        f"{HEAD}\n90867,typical,,350,2026-01-01,,survey,\n90868,typical,,$1,2026-01-01,,,\nx,odd,,1,2026-01-01,,s,",
    )
    assert answer.status_code == 422
    assert "Nothing of it was taken" in answer.text
    assert "Row 3, source" in answer.text and "Row 4, kind" in answer.text
    unknown = hand_in(visit, f"{HEAD}\n90867,contract,nobody,350,2026-01-01,,survey,")
    assert "its payer is none of ours: bluehollow" in unknown.text
    assert rows(site) == []


def test_what_is_no_price_list_is_said_in_words(site: Site) -> None:
    visit = site.visit("biller")
    for content, said in (
        (b"\xff\xfe\x00", "no UTF-8 text"),
        (b"a,b\n1,2\n", "must name the columns"),
        (HEAD.encode(), "a heading and no prices"),
        (b"", "must name the columns"),
        (HEAD.encode() + b'\n"' + b"x" * 200_000, "no CSV that can be read"),
        (b"x" * 1_000_001, "more than 1 MB"),
    ):
        answer = hand_in(visit, content)
        assert (answer.status_code, said in answer.text) == (422, True), said
    assert (
        "Choose a file first"
        in visit.post("/prices/import", data={"csrf": visit.csrf}, files={"x": ("", b"")}).text
    )
    assert rows(site) == []


def test_an_estimate_follows_the_price_of_its_day(site: Site) -> None:
    with site.work.engine.connect() as connection:
        assert prices.for_codes(connection, site.here.id, ["90868"]) == []
    add(site.visit("admin"))
    with site.work.engine.connect() as connection:
        (found,) = prices.for_codes(connection, site.here.id, ["90868"])
    assert (found.cents, found.valid_from, found.payer) == (250_00, BEGUN, "bluehollow")
