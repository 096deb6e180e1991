"""271s per second: the split floor, ours to typed transactions, ours to Benefits, and the peers.

`python run.py bench x12` measures ours, what a segment costs as a message grows, and the import.
`--peers` first makes a throw-away environment in a temporary folder and installs the peers there; a
peer that cannot be installed or cannot read the input is shown as absent. `--memory` streams 1,000
and 100,000 transactions. Every rate, ours and theirs, is that of the quickest single read of about a
second: what else runs on a machine can only slow a read down. The last line is one JSON object with
the rates on the 200-segment file.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from payers.x12 import parse, read_271
from payers.x12_mapping import benefits_of, read_stream

ROOT = Path(__file__).resolve().parents[2]

PEERS = {
    "x12sdk": "x12sdk==2.2.0",
    "pyx12": "pyx12==4.0.0",
    "tigershark": "TigerShark==0.3.4",
    "ansi_x12": "ansi-x12==0.2.0",
}
ROUNDS, SECONDS = 7, 0.15

# One read of each peer, as a program of its own so that nothing of theirs is in our process.
PEER_PROGRAM = """
import io, json, sys, time, warnings
warnings.simplefilter("ignore")
peer, path, rounds, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
text = open(path).read()

def x12sdk():
    from x12sdk.io import X12ModelReader
    with X12ModelReader(text) as reader:
        return [model for model in reader.models()]

def pyx12():
    import pyx12.x12file
    return [segment for segment in pyx12.x12file.X12Reader(io.StringIO(text))]

def tigershark():
    from tigershark.facade import f271
    from tigershark.parsers import M271_5010_X279_A1 as grammar
    return f271.F271_5010(grammar.parsed_271.unmarshall(text))

def ansi_x12():
    import x12
    return x12.parse_x12_interchange(x12.tokenize_x12(text.encode()))

read = {"x12sdk": x12sdk, "pyx12": pyx12, "tigershark": tigershark, "ansi_x12": ansi_x12}[peer]
if not read():
    raise SystemExit("nothing was read")
best, end = float("inf"), time.perf_counter() + rounds * seconds
while (start := time.perf_counter()) < end:
    read()
    best = min(best, time.perf_counter() - start)
print(json.dumps(1 / best))
"""


def main() -> int:
    """Prints the tables, and the JSON line last."""
    options = arguments()
    if options.stream:
        return streamed(options.stream)
    inputs = {"25": core(25), "200": core(200), "850": core(850), "200 full": full(200)}
    if options.input:
        inputs["input"] = options.input.read_bytes()
    with tempfile.TemporaryDirectory(prefix="bench-x12-") as folder:
        peers = install(Path(folder)) if options.peers else None
        rates = {name: measured(data, peers, Path(folder)) for name, data in inputs.items()}
    table(rates, inputs)
    growth()
    importing()
    if options.memory:
        memory()
    print(json.dumps({**{name: round(rate) for name, rate in rates["200"].items()}, "segments": 200}))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--input", type=Path, help="another 271 to measure")
    parser.add_argument("--peers", action="store_true", help="install the peers and measure them too")
    parser.add_argument("--memory", action="store_true", help="stream 1,000 and 100,000 transactions")
    parser.add_argument("--stream", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def floor(data: bytes) -> list[list[bytes]]:
    return [segment.split(b"*") for segment in data.split(b"~")]


def typed(data: bytes) -> object:
    return [
        [(answered, list(answered.lines)) for answered in read_271(transaction, [])]
        for transaction in parse(data).transactions
    ]


def to_benefits(data: bytes) -> object:
    return [benefits_of(transaction) for transaction in parse(data).transactions]


OURS: dict[str, Callable[[bytes], object]] = {"floor": floor, "typed": typed, "benefits": to_benefits}


def measured(data: bytes, peers: Path | None, folder: Path) -> dict[str, float]:
    """271s per second of each reader, rounds interleaved so that a busy moment hits all alike."""
    rates = dict.fromkeys(OURS, 0.0)
    for _ in range(ROUNDS):
        for name, read in OURS.items():
            rates[name] = max(rates[name], rate(read, data))
    if peers:
        path = folder / "input.271"
        path.write_bytes(data)
        rates |= {name: found for name in PEERS if (found := peer_rate(peers, name, path)) is not None}
    return rates


def rate(read: Callable[[bytes], object], data: bytes) -> float:
    gc.collect()
    best, end = float("inf"), time.perf_counter() + SECONDS
    while (start := time.perf_counter()) < end:
        read(data)
        best = min(best, time.perf_counter() - start)
    return 1 / best


def install(folder: Path) -> Path:
    """The Python of a new environment with those peers that could be installed."""
    environment = folder / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    for name, requirement in PEERS.items():
        command = [str(python), "-m", "pip", "--disable-pip-version-check", "-q", "install", requirement]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            print(f"{name}: absent ({requirement} could not be installed)")
    return python


def peer_rate(python: Path, name: str, path: Path) -> float | None:
    command = [str(python), "-c", PEER_PROGRAM, name, str(path), str(ROUNDS), str(SECONDS)]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True)
    if outcome.returncode:
        reason = (outcome.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"{name}: absent for this input ({reason[:100]})")
        return None
    return float(json.loads(outcome.stdout.strip().splitlines()[-1]))


def table(rates: dict[str, dict[str, float]], inputs: dict[str, bytes]) -> None:
    readers = list(dict.fromkeys(name for found in rates.values() for name in found))
    print(f"{'271s per second':>16}" + "".join(f"{name:>22}" for name in readers))
    for name, found in rates.items():
        cells = (
            f"{found[each]:>13,.0f} ({found[each] / found['floor']:>5.1%})"
            if each in found
            else f"{'absent':>22}"
            for each in readers
        )
        label = f"{name} ({len(floor(inputs[name])) - 1})"
        print(f"{label:>16}" + "".join(cells))


def growth() -> None:
    """Microseconds per segment as a message grows: the same when the cost is linear."""
    costs = {count: 1e6 / rate(to_benefits, core(count)) / count for count in (200, 1_000, 10_000)}
    said = ", ".join(f"{each:.2f} at {count:,}" for count, each in costs.items())
    print(f"µs per segment to Benefits: {said} segments")


def importing() -> None:
    """Milliseconds of processor time that a new Python spends on `import payers.x12`, compiled before."""
    program = (
        "import time; start = time.process_time(); import payers.x12; print(time.process_time() - start)"
    )
    with tempfile.TemporaryDirectory(prefix="bench-x12-") as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        spent = [float(child(["-c", program], environment)) for _ in range(ROUNDS + 1)]
    print(f"import payers.x12: {min(spent[1:]) * 1e3:.1f} ms ({spent[0] * 1e3:.1f} ms with nothing compiled)")


def memory() -> None:
    """Peak memory of a Python of its own that streams so many transactions to Benefits."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for count in (1_000, 100_000):
        kilobytes = int(child([__file__, "--stream", str(count)], environment))
        print(f"peak memory over {count:>7,} transactions streamed: {kilobytes / 1024:.1f} MB")


def child(arguments: list[str], environment: dict[str, str]) -> str:
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def streamed(count: int) -> int:
    """In the child: reads the stream and prints its own peak, in kilobytes."""
    found = sum(len(answer.members) for answer in read_stream(transactions(count)))
    if found != count:
        return 1
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
    return 0


def transactions(count: int) -> Iterator[bytes]:
    """One interchange of so many small answers, made as it is read."""
    one = core(25)
    start, end = one.index(b"ST*271"), one.index(b"GE*")
    yield one[:start]
    for _ in range(count):
        yield one[start:end]
    yield b"GE*%d*905~IEA*1*000000905~" % count


HEAD = (
    "ISA*00*          *00*          *ZZ*PAYERGATE      *ZZ*CLINIC         *260105*0930*^*00501*000000905*0*T*:~"
    "GS*HB*PAYERGATE*CLINIC*20260105*0930*905*X*005010X279A1~"
    "ST*271*0001*005010X279A1~BHT*0022*11*T-000905*20260105*0930~"
    "HL*1**20*1~NM1*PR*2*MERIDIAN HEALTH*****PI*MER01~"
    "HL*2*1*21*1~NM1*1P*2*LAKESIDE PSYCHIATRY*****XX*1999999984~"
    "HL*3*2*22*0~TRN*2*T-000905*9999999984~NM1*IL*1*ROE*JANE****MI*W100200300~"
    "N3*1 INVENTED ST~N4*LAKESIDE*OH*440000000~DMG*D8*19800102*F~DTP*346*D8*20260101~"
)
#: Types every peer knows.
SERVICE_TYPES = [
    "30",
    "1",
    "2",
    "4",
    "5",
    "6",
    "12",
    "13",
    "18",
    "33",
    "35",
    "40",
    "42",
    "45",
    "47",
    "48",
    "50",
    "51",
    "52",
    "53",
    "62",
    "65",
    "68",
    "73",
    "76",
    "78",
    "80",
    "81",
    "82",
    "86",
    "88",
    "93",
]
#: One line in two is an EB. In the answers of real payers it is one in three (143 of 455 segments in the
#: longest public ones), the rest being dates, texts, references and names; fewer EBs would flatter us.
CORE_LINES = [
    "EB*1*IND*30**GOLD PPO~",
    "DTP*291*RD8*20260101-20261231~",
    "MSG*FUNDING TYPE SELF INSURED~",
    "EB*C*IND*30***23*1500*****Y~",
    "MSG*DEDUCTIBLE APPLIES~",
    "EB*C*IND*30***29*900*****Y~",
    "MSG*DEDUCTIBLE APPLIES~",
    "EB*G*IND*30***23*5000*****Y~",
    "EB*G*IND*30***29*4400*****Y~",
    "EB*B*IND*98***27*30*****Y~",
    "DTP*292*D8*20260101~",
    "MSG*PRIMARY CARE~",
    "EB*A*IND*MH*****.2****Y~",
    "MSG*OFFICE VISIT~",
    "EB*A*IND*MH*****.4****N~",
    "MSG*OFFICE VISIT~",
    "EB*1*IND*MH~",
    "EB*B*IND*UC***27*75*****Y~",
    "DTP*292*D8*20260101~",
    "MSG*COPAY WAIVED IF ADMITTED~",
]
FULL_LINES = [
    *CORE_LINES,
    "EB*1**1^33^47^48^50^86^98^AL^MH^UC~",
    "EB*F*IND*MH***23***VS*36~",
    "HSD*VS*36***23*1~",
    "EB*B*IND*A8***27*40****Y*Y~",
    "III*ZZ*11~",
    "EB*CB*IND********Y*Y*HC:90867~",
    "EB*U*IND*MH~",
    "LS*2120~",
    "NM1*VN*2*NORTHWAY BEHAVIORAL*****PI*NWB01~",
    "PER*IC**TE*8005550100~",
    "LE*2120~",
    "EB*R*IND*30*PR~",
    "REF*6P*GRP0099~",
    "DTP*290*D8*20250101~",
]


def core(segments: int) -> bytes:
    return built(segments, CORE_LINES)


def full(segments: int) -> bytes:
    return built(segments, FULL_LINES)


def built(segments: int, lines: list[str]) -> bytes:
    """A 271 of an invented person with that many segments, as payers repeat their lines per service."""
    body = segments - HEAD.count("~") - 3
    repeated = (lines * (body // len(lines) + 1))[:body]
    # Every repetition is about another service type, as in a real answer.
    written = [
        line.replace("*30*", f"*{SERVICE_TYPES[i // len(lines) % len(SERVICE_TYPES)]}*")
        for i, line in enumerate(repeated)
    ]
    count = HEAD.count("~") - 2 + body + 1
    return (HEAD + "".join(written) + f"SE*{count}*0001~GE*1*905~IEA*1*000000905~").encode()


if __name__ == "__main__":
    sys.exit(main())
