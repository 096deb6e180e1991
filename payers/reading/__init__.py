"""Benefits + service types asked -> Answers; pure, one rule per function, each with its source"""

from payers.reading.accumulators import contradictions
from payers.reading.answers import answers, patient
from payers.reading.holders import Holder, holders
from payers.reading.summary import Summary, summarize

__all__ = ["Holder", "Summary", "answers", "contradictions", "holders", "patient", "summarize"]
