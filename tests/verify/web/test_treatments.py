"""Treatments of the catalogue on pages and in the API: in groups, and ketamine as what it is."""

import re

from tests.verify.web.conftest import Site
from verify.catalogue import RACEMIC_KETAMINE, load

LINES = load().service_lines
RACEMIC = [key for key, line in LINES.items() if line.substance == RACEMIC_KETAMINE]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "\n", html).split())


def never_presented_as_approved(text: str) -> bool:
    """No sentence about ketamine says approved, unless it says for what, and off-label for depression."""
    sentences = re.split(r"(?<=[.!?])\s", text)
    said = [
        one for one in sentences if re.search(r"(?i)(?<!es)ketamine", one) and re.search("(?i)approv", one)
    ]
    return all("off-label" in one and "anesthetic" in one for one in said)


def test_the_form_has_every_treatment_once_in_its_group(site: Site) -> None:
    page = site.visit().get("/verifications/new").text
    keys = re.findall(r'name="service_lines" value="(\w+)"', page)
    assert sorted(keys) == sorted(LINES)
    groups = page.split('class="choice-group"')[1:]
    assert len(groups) == len({line.group for line in LINES.values()})
    for group in groups:
        of_group = re.findall(r'name="service_lines" value="(\w+)"', group)
        assert len({LINES[key].group for key in of_group}) == 1


def test_a_new_treatment_can_be_submitted_and_shown(site: Site) -> None:
    for key in LINES:
        verification_id = site.submit(service_lines=[key])
        page = site.visit().get(f"/verifications/{verification_id}")
        assert page.status_code == 200
        assert LINES[key].label in words(page.text).replace("&#39;", "'")


def test_no_page_presents_racemic_ketamine_as_approved_for_depression(site: Site) -> None:
    visit, program = site.visit(), site.program()
    form = words(visit.get("/verifications/new").text)
    assert "off-label for depression" in form
    shown = [form, words(visit.get("/prices").text), program.get("/api/v1/service-lines").text]
    for key in RACEMIC:
        verification_id = site.submit(service_lines=[key])
        site.answer(verification_id)
        shown.append(words(visit.get(f"/verifications/{verification_id}").text))
        shown += [
            program.get(f"/api/v1/verifications/{verification_id}{part}").text for part in ("", "/estimate")
        ]
    assert all(never_presented_as_approved(text) for text in shown)
    assert not never_presented_as_approved("Ketamine is approved for depression.")
