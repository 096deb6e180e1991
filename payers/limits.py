"""How fast and how much at once for one account, and whether its circuit is open (Redis client handed in).

All workers share one account's limits, so the decision is one Lua script: it sees everything at once and reads
Redis's own clock. Rate: GCRA in whole microseconds, rounded so that no window of t seconds ever admits more than
`per_second * t + burst`, with a reserve for questions that travel faster than the one before. In flight: leases in a sorted set, so that a killed worker's place comes back by itself.
Urgent: while one waits, nobody else is admitted. Circuit: after `failures_to_open` calls in a row that found the
payer unavailable, one probe every `probe_seconds` until an answer comes.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
import redis

from payers.account import AccountId


class Reason(StrEnum):
    RATE = "rate"
    IN_FLIGHT = "in_flight"
    CIRCUIT = "circuit"


class Outcome(StrEnum):
    """What a call tells about the payer. A refusal (AAA, 4xx, 429 as well) is an answer: the payer is there."""

    ANSWERED = "answered"
    UNAVAILABLE = "unavailable"
    #: Nothing was sent, or nothing was learned.
    NOT_ASKED = "not_asked"


class Admitted(msgspec.Struct, frozen=True):
    """Ask now, within the lease."""


class Wait(msgspec.Struct, frozen=True):
    """Not now; try again after so many seconds. A hint: others may be first again."""

    seconds: float
    reason: Reason


class State(msgspec.Struct, frozen=True, kw_only=True):
    """For pages: what an account's limits look like at this moment."""

    in_flight: int
    #: Calls in a row that found the payer unavailable.
    failures: int = 0
    #: None while the circuit is closed.
    open_since: datetime | None = None
    next_probe_at: datetime | None = None
    #: The payer asked us to stay away until then (Retry-After).
    paused_until: datetime | None = None


class LimitsUnavailable(Exception):
    """Redis cannot say; fall back to `LocalShare`."""


LONGEST_PATIENCE_SECONDS = 3600.0
#: A payer's Retry-After beyond this is not believed.
LONGEST_PAUSE_SECONDS = 3600.0
#: Between two calls lies this much more than the rate asks for: the payer counts arrivals, and one question's way
#: there is shorter than another's. Whoever comes that much too late is not held to have used up more time.
RESERVE = 0.02
#: How long an urgent job that was refused is taken to be still waiting, beyond the wait it was told.
URGENT_PATIENCE_SECONDS = 2.0

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function text(number) return string.format('%.0f', number) end
local flights, tat_key, waiting, circuit, pause, hint_key, next_key = unpack(KEYS)
redis.call('ZREMRANGEBYSCORE', flights, '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', waiting, '-inf', text(now))
"""

# Takes the next moment of the rate, or returns how many microseconds it is too early for one.
_RATE = """
local function take_moment(step, burst, reserve, ready, urgent)
  -- Never more than `burst` steps ahead, unless the clock was set back or the rate raised.
  local tat = math.min(tonumber(redis.call('GET', tat_key) or 0), now + burst * step)
  local allowed_at = tat - (burst - 1) * step
  if allowed_at <= now then
    local due = math.max(tat, now - reserve) + step
    redis.call('SET', tat_key, text(due), 'PX', math.ceil(burst * step / 1000) + 1000)
    return nil
  end
  if urgent then return allowed_at - now end
  -- The next moment is promised to one. Those who were told a later one come a little too early for it, as every
  -- admission is a little late; promised to nobody, it would pass unused.
  if allowed_at - now <= ready and tonumber(redis.call('GET', next_key) or 0) ~= allowed_at then
    redis.call('SET', next_key, text(allowed_at), 'PX', math.ceil((allowed_at - now) / 1000) + 1000)
    return allowed_at - now
  end
  -- Told the same moment, all others would come back together to be refused but for one.
  local at = math.max(tonumber(redis.call('GET', hint_key) or 0), allowed_at) + step
  if at > now + 5000000 then at = allowed_at + step end
  -- No moment is kept for one who will have given up by then.
  if at - now <= ready then redis.call('SET', hint_key, text(at), 'PX', 6000) end
  return at - now
end
"""

# Times are microseconds. Returns nothing when admitted, else {microseconds to wait, reason}.
_ADMIT = (
    _NOW
    + _RATE
    + """
local token, most, step, burst = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local lease, urgent, patience, probe_every = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8])
local reserve, ready = tonumber(ARGV[9]), tonumber(ARGV[10])

local function refuse(wait, reason)
  wait = math.max(wait, 1000)
  if urgent and reason ~= 'circuit' then
    redis.call('ZADD', waiting, text(now + wait + patience), token)
    redis.call('PEXPIRE', waiting, math.ceil((wait + patience) / 1000) + 1000)
  end
  return {text(wait), reason}
end

-- The answer to an earlier admit of this very call was lost on its way.
if redis.call('ZSCORE', flights, token) then return false end

local paused = redis.call('PTTL', pause)
if paused > 0 then return refuse(paused * 1000, 'rate') end

local open = redis.call('HGET', circuit, 'opened')
if open then
  local probe = redis.call('HGET', circuit, 'probe')
  local probing = probe and redis.call('ZSCORE', flights, probe)
  if probing then return refuse(math.min(tonumber(probing) - now, probe_every), 'circuit') end
  -- A due date further off than one interval means that the clock was set back.
  local due = math.min(tonumber(redis.call('HGET', circuit, 'due')), now + probe_every)
  if due > now then return refuse(due - now, 'circuit') end
end

if not urgent then
  local first = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')
  if first[1] then return refuse(math.min(tonumber(first[2]) - now, 500000), 'in_flight') end
end

if redis.call('ZCARD', flights) >= most then
  local first = redis.call('ZRANGE', flights, 0, 0, 'WITHSCORES')
  return refuse(math.min(first[2] and tonumber(first[2]) - now or 500000, urgent and 100000 or 500000), 'in_flight')
end

local early = take_moment(step, burst, reserve, ready, urgent)
if early then return refuse(early, 'rate') end

redis.call('ZADD', flights, text(now + lease), token)
if redis.call('PTTL', flights) < lease / 1000 then redis.call('PEXPIRE', flights, math.ceil(lease / 1000) + 1000) end
redis.call('ZREM', waiting, token)
if open then redis.call('HSET', circuit, 'probe', token, 'due', text(now + probe_every)) end
return false
"""
)

# For a call that has its place: returns nothing, or the microseconds to wait. It goes before those without a place.
_ANOTHER = (
    _NOW
    + _RATE
    + """
local early = take_moment(tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), 0, true)
return early and text(early)
"""
)

_RELEASE = (
    _NOW
    + """
local token, outcome, pause_for = ARGV[1], ARGV[2], tonumber(ARGV[3])
local to_open, window, probe_every = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZREM', waiting, token)
-- Said twice, or after the lease: it no longer counts.
if redis.call('ZREM', flights, token) == 0 then return false end
if pause_for > 0 then redis.call('SET', pause, '1', 'PX', math.ceil(pause_for / 1000)) end
if outcome == 'answered' then
  redis.call('DEL', circuit)
elseif outcome == 'unavailable' then
  local first = tonumber(redis.call('HGET', circuit, 'first') or 0)
  local opened = redis.call('HGET', circuit, 'opened')
  if not opened and now - first > window then
    redis.call('DEL', circuit)
    redis.call('HSET', circuit, 'first', text(now))
  end
  local failures = redis.call('HINCRBY', circuit, 'failures', 1)
  if not opened and failures >= to_open then
    redis.call('HSET', circuit, 'opened', text(now), 'due', text(now + probe_every))
  end
  redis.call('PEXPIRE', circuit, 86400000)
end
return false
"""
)

_STATE = (
    _NOW
    + """
local paused = redis.call('PTTL', pause)
return {
  redis.call('ZCARD', flights),
  redis.call('HGET', circuit, 'failures') or '0',
  redis.call('HGET', circuit, 'opened') or '0',
  redis.call('HGET', circuit, 'due') or '0',
  paused > 0 and text(now + paused * 1000) or '0',
}
"""
)


class Limits:
    """The limits of all accounts, as every worker sees them. Raises LimitsUnavailable when Redis is away."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        failures_to_open: int = 5,
        window_seconds: float = 300.0,
        probe_seconds: float = 30.0,
    ) -> None:
        self._admit = client.register_script(_ADMIT)
        self._another = client.register_script(_ANOTHER)
        self._release = client.register_script(_RELEASE)
        self._state = client.register_script(_STATE)
        self._failures_to_open = failures_to_open
        self._window = _microseconds(window_seconds)
        self._probe_every = _microseconds(probe_seconds)

    def admit(
        self,
        account_id: AccountId,
        token: str,
        *,
        max_in_flight: int,
        per_second: float,
        lease_seconds: float,
        urgent: bool,
        burst: int = 1,
        patience_seconds: float = LONGEST_PATIENCE_SECONDS,
    ) -> Admitted | Wait:
        """May this one call be made now? Say `release` when it is over.

        `token` names one call: the same token again before its release is the same admission, not another.
        The lease must outlast the call's total deadline. `patience_seconds`: whoever is told to wait longer
        does not come back, so that no moment is kept for it.
        """
        _check(max_in_flight, per_second, lease_seconds, burst)
        step, reserve = _steps(per_second)
        lease = _microseconds(lease_seconds)
        patience = _microseconds(URGENT_PATIENCE_SECONDS)
        arguments: list[str | int] = [
            token,
            max_in_flight,
            step,
            burst,
            lease,
            int(urgent),
            patience,
            self._probe_every,
            reserve,
            _microseconds(min(patience_seconds, LONGEST_PATIENCE_SECONDS)),
        ]
        with _redis_errors():
            refused = self._admit(keys=_keys(account_id), args=arguments)
        if refused is None:
            return Admitted()
        return Wait(int(refused[0]) / 1_000_000, Reason(_text(refused[1])))

    def another_moment(self, account_id: AccountId, *, per_second: float, burst: int = 1) -> float:
        """For an admitted call that missed its moment: 0 when it may be made now, else the seconds to wait."""
        step, reserve = _steps(per_second)
        with _redis_errors():
            early = self._another(keys=_keys(account_id), args=[step, burst, reserve])
        return 0.0 if early is None else max(0.001, int(early) / 1_000_000)

    def release(
        self, account_id: AccountId, token: str, outcome: Outcome, *, retry_after_seconds: float | None = None
    ) -> None:
        """The call is over. `retry_after_seconds`: the payer's own word; nobody asks it before."""
        pause = _microseconds(min(retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS))
        arguments: list[str | int] = [
            token,
            outcome.value,
            pause,
            self._failures_to_open,
            self._window,
            self._probe_every,
        ]
        with _redis_errors():
            self._release(keys=_keys(account_id), args=arguments)

    def state(self, account_id: AccountId) -> State:
        with _redis_errors():
            flights, *numbers = self._state(keys=_keys(account_id))
        failures, opened, due, paused = map(int, numbers)
        return State(
            in_flight=int(flights),
            failures=failures,
            open_since=_instant(opened),
            next_probe_at=_instant(due),
            paused_until=_instant(paused),
        )


class LocalShare:
    """This process's share of every account's limits, for while Redis is away. Never unlimited.

    The rate is divided by the number of worker processes, and so are the places, though each process keeps one.
    There is no circuit and no precedence here: `verify.retry` spaces out the calls to a payer that is down.
    """

    def __init__(self, processes: int) -> None:
        if processes < 1:
            raise ValueError("processes must be at least 1")
        self._processes = processes
        self._lock = threading.Lock()
        self._flights: dict[AccountId, dict[str, float]] = {}
        self._next_at: dict[AccountId, float] = {}

    def admit(
        self,
        account_id: AccountId,
        token: str,
        *,
        max_in_flight: int,
        per_second: float,
        lease_seconds: float,
        urgent: bool,  # noqa: ARG002 - the same face as Limits
        burst: int = 1,
        patience_seconds: float = LONGEST_PATIENCE_SECONDS,  # noqa: ARG002 - as above
    ) -> Admitted | Wait:
        """As Limits.admit; the burst is always 1 here."""
        _check(max_in_flight, per_second, lease_seconds, burst)
        places = max(1, max_in_flight // self._processes)
        with self._lock:
            now = time.monotonic()
            flights = self._current(account_id, now)
            if token in flights:
                return Admitted()
            if len(flights) >= places:
                return Wait(min(1.0, max(0.001, min(flights.values()) - now)), Reason.IN_FLIGHT)
            if (next_at := self._next_at.get(account_id, now)) > now:
                return Wait(next_at - now, Reason.RATE)
            self._next_at[account_id] = now + self._processes / per_second
            flights[token] = now + lease_seconds
            return Admitted()

    def release(
        self,
        account_id: AccountId,
        token: str,
        outcome: Outcome,  # noqa: ARG002 - the same face as Limits
        *,
        retry_after_seconds: float | None = None,
    ) -> None:
        with self._lock:
            now = time.monotonic()
            self._current(account_id, now).pop(token, None)
            pause_until = now + min(retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS)
            self._next_at[account_id] = max(self._next_at.get(account_id, now), pause_until)

    def state(self, account_id: AccountId) -> State:
        with self._lock:
            return State(in_flight=len(self._current(account_id, time.monotonic())))

    def _current(self, account_id: AccountId, now: float) -> dict[str, float]:
        flights = self._flights.setdefault(account_id, {})
        for token in [token for token, ends in flights.items() if ends <= now]:
            del flights[token]
        return flights


def _keys(account_id: AccountId) -> list[str]:
    """The braces keep one account's keys on one node of a cluster."""
    return [
        f"limits:{{{account_id}}}:{part}"
        for part in ("flights", "tat", "urgent", "circuit", "pause", "hint", "next")
    ]


def _steps(per_second: float) -> tuple[int, int]:
    """Microseconds between two calls, and how many of them one may be late.

    Rounded up and down: never faster than asked for, at worst two microseconds a call slower.
    """
    return math.ceil((1 + RESERVE) * 1_000_000 / per_second), math.floor(RESERVE * 1_000_000 / per_second)


def _check(max_in_flight: int, per_second: float, lease_seconds: float, burst: int) -> None:
    if max_in_flight < 1 or burst < 1 or not per_second > 0 or not lease_seconds > 0:
        raise ValueError("max_in_flight, burst, per_second and lease_seconds must be positive")


@contextmanager
def _redis_errors() -> Iterator[None]:
    """Everything that means "Redis cannot say now"; a mistake in a script is none of it."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError, redis.exceptions.ReadOnlyError) as error:
        raise LimitsUnavailable(type(error).__name__) from error
    except redis.ResponseError as error:
        # MISCONF: its disk is full; NOREPLICAS: too few copies to take a write.
        if any(word in str(error) for word in ("MISCONF", "NOREPLICAS")):
            raise LimitsUnavailable(str(error).split()[0]) from error
        raise


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _instant(microseconds: int) -> datetime | None:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC) if microseconds else None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
