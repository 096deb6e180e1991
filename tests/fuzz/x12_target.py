"""Coverage-guided fuzzing of the 271 reader: no crash, no hang, and answers only from lines that exist.

Not run by the tests. In a throw-away environment with atheris and msgspec:
`PYTHONPATH=. python tests/fuzz/x12_target.py FOLDER_OF_SEEDS -max_total_time=1800 -rss_limit_mb=512 -timeout=5`
What it finds becomes a case in tests/payers/x12/cases/271/fail/.
"""

import sys
from datetime import date

import atheris

with atheris.instrument_imports(include=["payers"]):
    from payers import reading, x12
    from payers.x12_mapping import exit_code, read_file, to_json

ON = date(2026, 3, 2)


def read_anything(data: bytes) -> None:
    """Reads the bytes in every way there is; any exception is a finding."""
    transactions, problems = read_file(data)
    exit_code(transactions, problems)
    to_json("fuzz", transactions, problems, service_types=["MH", "98"], on=ON, procedures=["90867"])
    for answer in transactions:
        reading.patient(answer, "T-000905")
        for member in answer.members:
            known = {line.segments[0] for line in member.benefits}
            for said in reading.answers(member, ["MH"], ON).values():
                assert set(said.segments) <= known
    document = x12.parse(data)
    for transaction in document.transactions:
        x12.read_270(transaction)
        x12.read_999(transaction)
    x12.read_ta1s(document)
    pieces = [data[i : i + 97] for i in range(0, len(data), 97)]
    assert sum(1 for _ in x12.stream(pieces)) >= 0


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_anything)
    atheris.Fuzz()
