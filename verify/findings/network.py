"""Is the clinic in network, for the benefit each group of codes is paid from?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict
from verify.worksheet import Place

RULE = "network"


class Said(NamedTuple):
    """What is known of one place: of the clinic, and of the treating provider."""

    place: Place
    clinic: Known
    provider: Known

    @property
    def standing(self) -> Standing:
        """Out where either is out; in where the clinic is, as far as the provider is not said to be out."""
        if Standing.NO in (self.clinic.standing, self.provider.standing):
            return Standing.NO
        return self.clinic.standing


def network(case: Case) -> Verdict:
    """in_network, out_of_network, in_part, partly_stated, unknown or not_stated.

    A clinic in network for behavioral codes may be out of network for medical ones (the two-network trap): each
    benefit and group of codes has an answer of its own. EB12 is the benefit's tier and never read here.
    """
    said = [_said(case, place) for place in case.places]
    standings = {one.standing for one in said}
    known = [known for one in said for known in (one.clinic, one.provider)]
    if standings == {Standing.NO}:
        who = (
            "we are"
            if any(one.clinic.standing is Standing.NO for one in said)
            else "the treating provider is"
        )
        sentence = f"The payer states that {who} out of network for {case.line.label}."
        return case.verdict(RULE, "out_of_network", sentence, known)
    if Standing.NO in standings:
        return _in_part(case, said, known)
    if standings == {Standing.YES}:
        sentence = f"The payer states that we are in network for {case.line.label}."
        return case.verdict(RULE, "in_network", sentence, known)
    if Standing.YES in standings:
        sentence = f"{_listed(case, said)} One answer does not stand for the other."
        return case.verdict(RULE, "partly_stated", sentence, known, ask=[FactName.IN_NETWORK])
    if Standing.UNKNOWN in standings:
        sentence = f"The payer cannot say whether we are in network for {case.codes}."
        return case.verdict(RULE, "unknown", sentence, known, ask=[FactName.IN_NETWORK])
    sentence = f"Whether we are in network for {case.codes} is not stated; an electronic answer never says."
    return case.verdict(RULE, "not_stated", sentence, known, ask=[FactName.IN_NETWORK])


def _in_part(case: Case, said: Sequence[Said], known: Sequence[Known]) -> Verdict:
    """In for some, and out for others: what is billed there is paid out of network, authorized or not."""
    depends = any(one.place.is_either for one in said)
    tail = (
        f"Which counts depends on the benefit that {case.codes} are paid from."
        if depends
        else "What is billed out of network is paid so, whatever was authorized."
    )
    ask = [FactName.PROCESSED_UNDER] if depends else [FactName.OUT_OF_NETWORK]
    open_too = [FactName.IN_NETWORK] if any(not _is_settled(one) for one in said) else []
    return case.verdict(RULE, "in_part", f"{_listed(case, said)} {tail}", known, ask=[*open_too, *ask])


def _is_settled(one: Said) -> bool:
    return one.standing in (Standing.YES, Standing.NO)


def _said(case: Case, place: Place) -> Said:
    return Said(
        place,
        case.look_up_place(FactName.IN_NETWORK, place),
        case.look_up_place(FactName.PROVIDER_IN_NETWORK, place),
    )


WORDS = {Standing.YES: "in network", Standing.NO: "out of network", Standing.UNKNOWN: "unknown"}


def _listed(case: Case, said: Sequence[Said]) -> str:
    """ "In network as a behavioral provider; out of network as a medical provider (J0013)."."""
    parts = [f"{WORDS.get(one.standing, 'not stated')} {place_words(one.place)}" for one in said]
    text = "; ".join(parts)
    return f"For {case.line.label}: {text}."


def place_words(place: Place) -> str:
    """ "as a medical provider (J0013, G2082)": a line with one place alone is never told place by place."""
    codes = f" ({', '.join(place.codes)})" if place.group else ""
    return f"as a {place.domain} provider{codes}"
