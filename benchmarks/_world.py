"""A door in a world where everything happens at random, and that says at once where the door was open for no reason.

Everything of the door is real: the machine, Kiosk, Act, reception, register, lockout, claim, scorer, SQLite (without
waiting for the disk), and the shipped fakes as lock, lights and contacts. Only voices are drawn instead of heard,
clocks jump, and drivers fail.
"""

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks._failing import (
    PARTS,
    PIN,
    FlakyButton,
    FlakyEvents,
    FlakyLights,
    FlakyLock,
    FlakySounder,
    FlakyState,
    Known,
    Listens,
    Luck,
)
from edgevoice.door.act import Act
from edgevoice.door.challenge import ChallengeFactor
from edgevoice.door.claim import Claim
from edgevoice.door.decide import Rules
from edgevoice.door.enrolment import Enrolment, EnrolmentRules
from edgevoice.door.inputs import Inputs
from edgevoice.door.kiosk import Extras, Kiosk
from edgevoice.door.lockout import Attempts, LockoutRules
from edgevoice.door.machine import Limits
from edgevoice.door.pin import PinFactor
from edgevoice.door.reception import Reception
from edgevoice.door.register import Register
from edgevoice.door.rhythm import RhythmRules
from edgevoice.door.second_factor import Factor
from edgevoice.door.states import State
from edgevoice.door.transitions import DIALOGUE
from edgevoice.hardware import Contacts, Press
from edgevoice.hardware.fake import ManualClock
from edgevoice.hardware.fake_inputs import FakeContact
from edgevoice.listening.features import Cepstra
from edgevoice.listening.quality import Quality
from edgevoice.recognition.embed import Embedding, Vector
from edgevoice.recognition.recognise import Evidence, Recogniser, Timing
from edgevoice.recognition.recordings import RecordingMatch
from edgevoice.storage.database import Database
from edgevoice.storage.secrets import FILE_NAME, Secrets
from edgevoice.storage.speakers import Speakers

OPEN_S = 5.0
DIMENSIONS = 192  # of the shipped model's embeddings
FACTOR_S = 20.0
RHYTHM = RhythmRules(digit_pause_s=1.0, end_pause_s=3.0)
RULES = EnrolmentRules(answer_seconds=20.0, claim_minutes=5.0)


NOTHING: Cepstra = np.zeros((0, 40), np.int32)
GOOD = Quality(net_speech_s=1.6, snr_db=20.0, clipped_share=0.0)
QUALITIES = (
    GOOD,
    Quality(0.6, 20.0, 0.0),
    Quality(1.6, 3.0, 0.0),
    Quality(1.6, 3.0, 0.0, speech_dbfs=-60.0),
    Quality(1.6, 20.0, 0.5),
    Quality(1.6, 20.0, 0.0, dropped_share=0.5),
    Quality(math.nan, 20.0, 0.0),
)
"""A sentence is good, or wrong in each of the ways there are."""


def voice(person: int, take: int) -> Vector:
    """Unit vector (192,) of one take: near the voice of its person; person 0 is never the same."""
    everybody = np.random.default_rng([person, 0 if person else take]).standard_normal(DIMENSIONS)
    vector = everybody + 0.2 * np.random.default_rng([person, take, 1]).standard_normal(DIMENSIONS)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


class World:
    """One house; ``kiosk`` is started anew after each shutdown."""

    def __init__(self, database: Database, recogniser: Recogniser, intent_s: float = 0.0, factor: str = "none") -> None:
        self.database, self._recogniser, self._intent_s, self.factor = database, recogniser, intent_s, factor
        self.true = ManualClock(1000.0)
        self._offset, self._nonsense = 0.0, 0
        self.luck: dict[str, Luck] = {name: Luck() for name in PARTS}
        self.lock = FlakyLock(self.true, self.luck["lock"])
        self.lights = FlakyLights(self.true, self.luck["lights"])
        self.sounder = FlakySounder(self.luck["sounder"])
        self.button = FlakyButton(self.luck["button"])
        self.outside = FlakyButton(self.luck["outside"])
        self.listens = Listens(self.luck["digits"])
        self.contacts = Contacts(FakeContact(), FakeContact(is_open=True), FakeContact())
        self.speakers = Speakers(database, Secrets(database.path.parent / FILE_NAME, database))
        self._granted_at: float | None = None
        self.seen: Counter[State] = Counter()
        self.grants = self.proofs = 0
        self.visitor = 1
        self.start()

    def clock(self) -> float:
        """What the device takes for the time."""
        if self._nonsense > 0:
            self._nonsense -= 1
            return math.nan
        return self.true.now + self._offset

    def start(self) -> None:
        """As after a restart: people, lockout and claim are those of before."""
        events, kept = FlakyEvents(self.database, self.luck["log"]), FlakyState(self.database, self.luck["disk"])
        self.luck["disk"].failures = 0
        attempts = Attempts(kept, LockoutRules(attempts=3, first_s=5.0, longest_s=20.0), self.clock)
        reception = Reception(
            Register(self.database, self.speakers, events),
            self._recogniser,
            Claim(kept, RULES.claim_minutes, self.clock),
            lambda: Enrolment(RULES, lambda one, others: float(10 * np.median([one @ each for each in others]) - 5)),
        )
        act = Act(self.lock, self.lights, events, self.sounder, self.clock)
        limits = Limits(open_s=OPEN_S, answer_s=20.0, held_s=10.0, leave_s=6.0, intent_s=self._intent_s)
        limits = replace(limits, factor_s=0.0 if self.factor == "none" else FACTOR_S)
        extras = Extras(Inputs(self.button, self.contacts), reception, factor=self._factor())
        self.kiosk = Kiosk(act, attempts, Rules(), self.clock, limits, extras)

    def speak(self, person: int, take: int, quality: Quality, final: bool = True, recording: bool = False) -> None:
        """Person 0 is nobody; the others are who they are, and the real scorer says whom they sound like."""
        before, people = self.kiosk.machine, self._people()
        pulses = self.lock.pulses
        opened = None
        try:
            opened = self.kiosk.answer(self.evidence(person, take, quality, recording), final)
        except Exception as error:  # as the pipeline does
            self.kiosk.fault(error)
        if self.lock.pulses > pulses:
            assert before.state not in (*DIALOGUE, State.STOPPED), f"opened in {before.state}"
            assert not before.lost, f"opened without {before.lost}"
            proved = before.state is State.PROVING
            assert proved is (self.factor == "challenge") and self.factor != "pin", f"opened in {before.state}"
            assert not proved or (self.listens.right and final and not recording), "opened without the digits"
            assert proved or self._intent_s == 0 or before.intended or before.state is State.BOOTING, "without a press"
            assert people, "opened for nobody"
            self.grants += 1
            self._granted_at = self.true.now
        if opened is not None and opened[1].opened:
            assert opened[0].opens and self.lock.pulses == pulses + 1
        if people != self._people():
            assert before.state in (State.ENROLLING, State.NAMING), f"people changed in {before.state}"
            assert abs(len(self._people()) - len(people)) <= 1
        self.check()

    def press_outside(self, digits: str, seconds_between: float) -> None:
        """Somebody presses digits at the door, and waits."""
        for digit in digits:
            self.outside.presses += [Press.SHORT] * (int(digit) or 10)
            self.look()
            self.let_pass(seconds_between)
        self.let_pass(RHYTHM.end_pause_s)
        self.look(pressed=digits if seconds_between < RHYTHM.end_pause_s else "")

    def fire(self) -> None:
        """The alarm that the owner has named sounds: it opens in any state, but not while a device is lost."""
        before, pulses = self.kiosk.machine, self.lock.pulses
        self.kiosk.fire("the fire alarm", {})
        if self.lock.pulses > pulses:
            assert not before.lost and before.state is not State.STOPPED, "opened for a fire in a fault"
            self._granted_at = self.true.now
        self.check()

    def trouble(self, what: Callable[[], object]) -> None:
        """Whatever is a fault: the lock is shut when it is over."""
        what()
        assert not self.lock.is_open, "open after a fault"
        self._granted_at = None
        self.check()

    def let_pass(self, seconds: float) -> None:
        self.true.advance(seconds)
        self.check()

    def jump(self, seconds: float) -> None:
        """The clock of the device jumps; no time passes."""
        self._offset += seconds

    def lose_the_clock(self, looks: int) -> None:
        """So often the clock gives no number."""
        self._nonsense = looks

    def look(self, pressed: str = "") -> None:
        """``pressed``: the PIN that ends now."""
        before, pulses = self.kiosk.machine, self.lock.pulses
        self.kiosk.look()
        self.kiosk.talks()
        self.kiosk.take_said()
        if self.lock.pulses > pulses:
            assert self.factor == "pin" and pressed == PIN, "opened with nobody speaking"
            assert before.state is State.PROVING and not before.lost, f"opened in {before.state}"
            self.proofs += 1
            self._granted_at = self.true.now
        self.check()

    def shut_down(self) -> None:
        self.trouble(self.kiosk.stop)
        self.speak(1, 1, GOOD)
        self.fire()
        self.look()
        assert self.kiosk.state is State.STOPPED and not self.lock.is_open
        self.start()

    def check(self) -> None:
        """The lock is open only inside a granted pulse, and never longer than that."""
        self.seen[self.kiosk.state] += 1
        if self.lock.is_open:
            assert self._granted_at is not None, "open without a grant"
            assert self.true.now < self._granted_at + OPEN_S, "open for too long"
            assert not self.kiosk.machine.lost, "open while a device is lost"
            assert self.kiosk.state is not State.FAULT, "open in a fault"

    def _factor(self) -> Factor | None:
        if self.factor == "none":
            return None
        if self.factor == "pin":
            return PinFactor(Known(self.luck["disk"], self._people), self.outside, RHYTHM, self.clock)
        return ChallengeFactor(self.listens, 3)

    def _people(self) -> list[str]:
        return [person.name for person in self.speakers.list()]

    def evidence(self, person: int, take: int, quality: Quality, recording: bool = False) -> Evidence:
        """What is heard of a person, with the scores of the people of now."""
        embedding = Embedding(voice(person, take), self._model)
        scores = self._recogniser.scorer.rank(embedding, self.speakers.voiceprints(self._model))
        match = RecordingMatch("a film", 9, 0.0) if recording else None
        threshold = self._recogniser.threshold(len(scores))
        times = Timing(1.0, 1.0, 1.0)
        return Evidence(1.0, 3.0, quality, scores, threshold, None, match, times, embedding, mfcc=NOTHING)

    @property
    def _model(self) -> str:
        return self._recogniser.xvector.manifest.name


@contextmanager
def world(folder: Path, recogniser: Recogniser, intent_s: float = 0.0, factor: str = "none") -> Iterator[World]:
    """A house in ``folder``; the disk is not waited for, or a walk would take minutes."""
    quiet = logging.getLogger("edgevoice")
    before, quiet.level = quiet.level, logging.CRITICAL + 1
    with Database.open(folder) as database:
        database.rows("pragma synchronous = off")
        try:
            yield World(database, recogniser, intent_s, factor)
        finally:
            quiet.setLevel(before)
