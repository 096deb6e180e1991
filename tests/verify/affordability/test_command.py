import io
import json

import pytest

from tests.verify.affordability.courses import case, line
from verify.affordability import estimate_case, estimate_schemas, run_estimate

TMS = case(
    *[line(day, 250_00, coinsurance_bp=2000) for day in (0, 1, 9)],
    title="TMS",
    unknowns=[
        {
            "fact": "office visit?",
            "how": "call the plan",
            "codes": ["90868"],
            "answers": [
                {"answer": "no"},
                {"answer": "yes", "rule": {"copay_cents": 40_00, "coinsurance_bp": 0}},
            ],
        }
    ],
)
KETAMINE = case(
    *[line(day, code="ketamine_iv", self_pay_cents=475_00) for day in (0, 3)],
    pending=[line("2026-01-30", self_pay_cents=300_00)],
    starts=["2026-03-02"],
)


@pytest.fixture
def files(tmp_path):
    def write(**documents):
        for name, document in documents.items():
            text = document if isinstance(document, str) else json.dumps(document)
            (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        return [tmp_path / f"{name}.json" for name in documents]

    return write


def run(paths, *, as_json):
    out, err = io.StringIO(), io.StringIO()
    code = run_estimate(paths, as_json, out, err)
    return code, out.getvalue(), err.getvalue()


def test_json_is_one_object_a_line_in_the_order_of_the_arguments(files):
    tms, ketamine = files(tms=TMS, ketamine=KETAMINE)
    code, out, err = run([ketamine, tms], as_json=True)
    assert (code, err) == (0, "")
    assert [json.loads(row) for row in out.splitlines()] == [estimate_case(KETAMINE), estimate_case(TMS)]


def test_a_faulty_case_takes_its_line_and_is_named_on_the_error_stream(files):
    broken = {**TMS, "limits": {"visits_left": "three"}}
    paths = files(broken=broken, tms=TMS)
    code, out, err = run(paths, as_json=True)
    rows = [json.loads(row) for row in out.splitlines()]
    assert code == 1
    words = "must be a whole number (cents, basis points or a count)"
    assert rows[0] == {"errors": [{"field": "limits.visits_left", "message": words}]}
    assert rows[1] == estimate_case(TMS)
    assert err == f"{paths[0]}: limits.visits_left: {words}\n"


def test_the_text_gives_the_range_first_then_questions_then_sessions(files):
    code, out, err = run(files(tms=TMS), as_json=False)
    assert (code, err) == (0, "")
    assert [" ".join(row.split()) for row in out.splitlines()][:10] == [
        "TMS",
        "The patient pays $120.00 to $150.00, expected $150.00",
        "Confidence C (a rule is assumed; an allowed amount is assumed; an open question moves the total)",
        "Questions, the dearest first",
        "$30.00 office visit?: call the plan",
        "Session by session, as expected",
        "2026-02-02 90868 $50.00 coinsurance $50.00 (20 %)",
        "2026-02-03 90868 $50.00 coinsurance $50.00 (20 %)",
        "2026-02-11 90868 $50.00 coinsurance $50.00 (20 %)",
        "2026 $150.00",
    ]
    assert out.endswith("\n  An estimate, not a guarantee of payment.\n\n")
    assert "sessions  confidence" not in out


def test_the_text_shows_other_starts_and_what_is_pending(files):
    _, out, _ = run(files(ketamine=KETAMINE), as_json=False)
    rows = [row.strip() for row in out.splitlines()]
    assert rows[0].endswith("ketamine.json")
    assert rows[1:3] == ["The patient pays $950.00", "Confidence A"]
    assert "Begun on another day (urgency is a clinical matter)" in rows
    assert "2026-03-02  $950.00 to $950.00, expected $950.00" in rows
    assert "1 given and not billed yet: $300.00, not in the total" in rows


def test_several_cases_stand_side_by_side_below(files):
    _, out, _ = run(files(tms=TMS, ketamine=KETAMINE), as_json=False)
    head, tms, ketamine = [row.split() for row in out.splitlines()[-3:]]
    assert head == ["low", "expected", "high", "first", "week", "sessions", "confidence"]
    assert tms == ["TMS", "$120.00", "$150.00", "$150.00", "$100.00", "3", "C"]
    assert ketamine == ["ketamine", "$950.00", "$950.00", "$950.00", "$950.00", "2", "A"]


def test_what_does_not_take_place_is_not_listed(files):
    few = {"fact": "how many", "answers": [{"answer": "one", "sessions": 1}, {"answer": "all"}]}
    _, out, _ = run(files(few={**TMS, "unknowns": [few]}, tms=TMS), as_json=False)
    assert "2026-02-11" not in out.split("TMS", 2)[1]
    assert out.splitlines()[-2].split()[-2:] == ["1", "C"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is no JSON"), ("[]", "a case is a JSON object"), ('{"lines": []}', "limits: is missing")],
)
def test_a_file_that_holds_no_case_is_told_so(files, text, words):
    code, out, err = run(files(broken=text), as_json=False)
    assert (code, out) == (1, "")
    assert words in err


def test_a_file_that_cannot_be_read_is_told_so(tmp_path):
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"title": "Caf\xe9"}')
    code, out, err = run([tmp_path / "none.json", latin, tmp_path], as_json=True)
    assert code == 1
    assert len(out.splitlines()) == 3
    assert [json.loads(row)["errors"][0]["field"] for row in out.splitlines()] == ["", "", ""]
    assert err.startswith(f"{tmp_path / 'none.json'}: cannot be read: No such file or directory\n")
    assert f"\n{latin}: is no UTF-8 text\n" in err


def test_a_file_too_large_for_a_case_is_not_read(tmp_path):
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(20_000_001)
    assert run([large], as_json=False)[2] == f"{large}: is too large for a case\n"
    told = {"errors": [{"field": "", "message": "is too large for a case"}]}
    assert json.loads(run([large], as_json=True)[1]) == told
    with large.open("wb") as file:
        file.truncate(20_000_000)
    assert "is no JSON" in run([large], as_json=False)[2]


def test_a_byte_order_mark_does_no_harm(tmp_path):
    marked = tmp_path / "marked.json"
    marked.write_text(json.dumps(TMS), encoding="utf-8-sig")
    assert run([marked], as_json=True)[0] == 0


def test_the_schemas_name_every_key_of_input_and_output():
    schemas = estimate_schemas()
    keys = set(schemas["input"]["properties"])
    assert set(TMS) | set(KETAMINE) <= keys
    assert {"reset", "secondary", "savings", "as_of", "accumulators_as_of"} <= keys
    assert schemas["input"]["required"] == ["lines", "limits"]
    output = schemas["output"]["$defs"]
    assert set(output["Estimate"]["properties"]) == set(estimate_case(TMS))
    assert set(output["Session"]["properties"]) == set(estimate_case(TMS)["sessions"][0])
    assert json.loads(json.dumps(schemas)) == schemas
