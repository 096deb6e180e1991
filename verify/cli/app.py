"""The commands, gathered; each imports what it needs when it runs."""

import sys

import typer

from verify.cli import (
    accounts,
    asking,
    authorizations,
    catalogue,
    clinic,
    courses,
    estimates,
    files,
    findings,
    nightly,
    payers,
    people,
    policies,
    prices,
    rereading,
    running,
    sources,
    verifications,
    webhooks,
)
from verify.cli.ending import Exit, end, quiet_end_of_pipe, say

HELP = """Insurance benefit verification for psychiatric clinics.

Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 failed, 2 wrong input or configuration,
3 not found, 4 refused in this state (read: not X12), 5 some rows failed, 7 a server cannot be reached, 130 interrupted.

\b
  verify up                                   start everything
  verify submit --last Example --first Ada --born 1988-04-02 --payer bluehollow \\
      --member-id ACT50017230 --service tms --on 2026-12-01 --wait
  verify list --state needs_person
  verify read answer.271 --service tms
  verify estimate case.json
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    # Plain help: drawing boxes costs a third of a second before the first word.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
running.register(app)
clinic.register(app)
accounts.register(app)
payers.register(app)
people.register(app)
prices.register(app)
catalogue.register(app)
courses.register(app)
webhooks.register(app)
sources.register(app)
verifications.register(app)
findings.register(app)
nightly.register(app)
files.register(app)
asking.register(app)
rereading.register(app)
estimates.register(app)
policies.register(app)
authorizations.register(app)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and gives its exit code; ordinary trouble ends in words, not in a traceback."""
    try:
        code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`| head`).
        quiet_end_of_pipe()
        return Exit.ERROR
    except KeyboardInterrupt:
        say("verify: interrupted")
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last word of every command is said in one place
        return end(error)
    return code


def run(arguments: list[str] | None) -> int:
    """The exit code with which the command ended, be it by itself or by typer's word."""
    try:
        app(arguments, prog_name="verify")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else Exit.OK
    return Exit.OK
