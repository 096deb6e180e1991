import pytest

from verify.affordability.yearly_limits import FigureName, YearlyLimitsError, load, read


@pytest.mark.parametrize(
    ("name", "year", "cents", "verified"),
    [
        (FigureName.ACA_MAXIMUM_SELF, 2026, 10_600_00, True),
        (FigureName.ACA_MAXIMUM_FAMILY, 2027, 24_000_00, True),
        (FigureName.HDHP_DEDUCTIBLE_SELF, 2025, 1_650_00, True),
        (FigureName.PART_B_DEDUCTIBLE, 2026, 283_00, True),
        (FigureName.PART_B_DEDUCTIBLE, 2025, 257_00, False),
        (FigureName.POVERTY_ONE_PERSON, 2026, 15_960_00, False),
    ],
)
def test_a_limit_has_its_year_and_says_whether_it_is_verified(name, year, cents, verified):
    figure = load().find(name, year)
    assert (figure.cents, figure.verified) == (cents, verified)


def test_no_other_year_stands_in_for_one_that_is_not_known():
    assert load().find(FigureName.PART_B_DEDUCTIBLE, 2027) is None


def test_every_name_has_figures_and_a_familys_are_twice_a_persons():
    limits = load()
    assert {name for name, _ in limits.figures} == set(FigureName)
    for kind in ("aca_maximum", "hdhp_deductible", "hdhp_maximum"):
        for year in (2025, 2026, 2027):
            one, family = (limits.find(FigureName(f"{kind}_{who}"), year).cents for who in ("self", "family"))
            assert family == 2 * one


FIGURE = '{ year = 2026, cents = 5, source = "s", verified = true }'


def written(years):
    return f'[[figures]]\nname = "part_d_maximum"\nread_on = 2026-11-23\nyears = [{years}]'


@pytest.mark.parametrize(
    "text",
    [
        written(f"{FIGURE}, {FIGURE}"),
        written(FIGURE.replace("5", "0")),
        written(FIGURE.replace('"s"', '" "')),
        written(FIGURE.replace("5", '"5"')),
        written(FIGURE).replace("part_d_maximum", "part_x"),
        "[[figures",
    ],
)
def test_a_faulty_file_is_refused_by_its_name(tmp_path, text):
    file = tmp_path / "limits.toml"
    file.write_text(text)
    with pytest.raises(YearlyLimitsError, match=r"^limits\.toml: "):
        read(file)
    file.write_text(written(FIGURE))
    assert read(file).find(FigureName.PART_D_MAXIMUM, 2026).cents == 5
    file.write_text(written(FIGURE.replace("5", "1")))
    assert read(file).find(FigureName.PART_D_MAXIMUM, 2026).cents == 1
