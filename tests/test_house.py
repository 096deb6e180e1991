"""The house: documents say what is there, and nothing stands where it should not."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from importlib.metadata import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("payers", "verify", "workers")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@cache
def tracked() -> list[Path]:
    """The files of the repository, or of the folder where it is not one."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [file for name in listed.stdout.splitlines() if (file := ROOT / name).is_file()]
    own = [ROOT / name for name in (*PACKAGES, "tests", "docs", ".ci")]
    return [
        file
        for folder in own
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]


def first_line(module: Path) -> str:
    return (ast.get_docstring(ast.parse(module.read_text())) or "").split("\n")[0]


def modules() -> list[Path]:
    return [
        file
        for file in tracked()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in PACKAGES and file.read_text()
    ]


# --- the tree ---------------------------------------------------------------------------------------------


def rooms() -> dict[str, str]:
    """The lines the tree should have: packages, their modules, their folders."""
    lines = {}
    for package in PACKAGES:
        lines[f"{package}/"] = first_line(ROOT / package / "__init__.py")
        for entry in (ROOT / package).iterdir():
            if (entry / "__init__.py").is_file():
                lines[f"{package}/{entry.name}/"] = first_line(entry / "__init__.py")
            elif entry.suffix == ".py" and entry.stem != "__init__":
                lines[f"{package}/{entry.name}"] = first_line(entry)
    return lines


def drawn() -> dict[str, str]:
    """The lines the tree in docs/architecture.md has."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    block = text.split("## The tree")[1].split("```")[1]
    lines, package = {}, ""
    for line in filter(None, block.splitlines()):
        name, words = line.split(maxsplit=1)
        package = package if line.startswith(" ") else name
        lines[name if name == package else package + name] = words
    return lines


def test_the_tree_in_the_architecture_is_the_tree_on_disk() -> None:
    assert drawn() == rooms()


@pytest.mark.parametrize("module", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_module_says_in_one_line_what_it_is(module: Path) -> None:
    assert re.fullmatch(r"\S.{8,110}", first_line(module))


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [file for file in tracked() if file.suffix == ".py" and file.stem in drawers] == []


# --- decisions --------------------------------------------------------------------------------------------


def test_the_index_lists_every_decision_with_its_title() -> None:
    index = re.findall(
        r"^(\d+)\. \[(.+)\]\(decisions/(.+)\)$", (ROOT / "docs" / "README.md").read_text(), re.MULTILINE
    )
    titles = [decision.read_text().split("\n")[0] for decision in DECISIONS]
    assert [f"# {number}. {title}" for number, title, _ in index] == titles
    assert [name for _, _, name in index] == [decision.name for decision in DECISIONS]
    assert [int(decision.name[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_one_page_of_five_parts(decision: Path) -> None:
    text = decision.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Alternatives",
        "Held by",
    ]
    assert len(text.split()) < 600


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    links = {link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link}
    paths = set(re.findall(r"`((?:tests|docs|payers|verify|workers|\.ci)/[\w./-]+)`", text))
    assert [link for link in sorted(links) if not (document.parent / link).exists()] == []
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


# --- dependencies -----------------------------------------------------------------------------------------


def declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return [re.split(r"[^\w-]", requirement)[0] for requirement in wanted]


def described() -> dict[str, str]:
    """Package -> licence, from the tables of docs/dependencies.md."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    return dict(re.findall(r"^\| ([\w-]+) \|.*\| ([^|]+) \|$", text.replace("| package |", ""), re.MULTILINE))


def test_every_direct_dependency_is_described() -> None:
    assert sorted(described()) == sorted(declared())


@pytest.mark.parametrize("package", declared())
def test_a_dependency_has_the_licence_we_say(package: str) -> None:
    found = metadata(package)
    said = [found.get("License-Expression"), found.get("License"), *(found.get_all("Classifier") or [])]
    assert any(described()[package] in words for words in said if words)


# --- words ------------------------------------------------------------------------------------------------

FORBIDDEN = {
    "unfinished work": r"\b(?:TODO|FIXME)\b",
    "a path of someone's machine": r"(?<![\w.~])/(?:work|home|Users)/\w",
    "a package index's address": r"(?:files\.pythonhosted|pypi)\.org|registry\.npmjs",
    "a promise nobody can give": r"(?i)hipaa[- ](?:certified|compliant)",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_holds(kind: str) -> None:
    pattern, here = re.compile(FORBIDDEN[kind]), Path(__file__)
    found = []
    for file in tracked():
        if file == here or file.suffix in {".lock", ".png", ".woff2"} or ".min." in file.name:
            continue
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_no_text_for_people_says_that_a_treatment_is_approved() -> None:
    said = [
        str(file.relative_to(ROOT))
        for file in tracked()
        if file.suffix in {".html", ".txt", ".typ"} and PACKAGES[1] in file.relative_to(ROOT).parts[:1]
        if re.search(r"(?i)\bapproved\b", file.read_text())
    ]
    assert said == []
