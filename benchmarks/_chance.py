"""What happens to a door by chance: the steps of a random walk."""

import random
from collections.abc import Callable

from benchmarks._failing import PARTS, PIN, BrokenError
from benchmarks._world import GOOD, QUALITIES, World
from edgevoice.door.states import State
from edgevoice.hardware import Press
from edgevoice.hardware.fake_inputs import FakeContact


def happen(it: World, chance: random.Random) -> None:
    """One thing, drawn at random, of everything that can happen."""
    draw = chance.random()
    kiosk = it.kiosk
    if kiosk.machine.lost and chance.random() < 0.1:
        kiosk.back("microphone")
    if chance.random() < (0.8 if kiosk.state is State.PROVING else 0.03):
        _give_factor(it, chance)
    elif draw < 0.45:
        if chance.random() < 0.15:
            it.visitor = chance.randrange(4)
        quality = GOOD if chance.random() < 0.7 else chance.choice(QUALITIES)
        it.speak(it.visitor, chance.randrange(1000), quality, chance.random() < 0.8, chance.random() < 0.02)
    elif draw < 0.62:
        it.let_pass(chance.choice((0.08, 0.08, 0.5, 2.0, 7.0)))
        it.look()
    elif draw < 0.76:
        kiosk.hears(chance.random() < 0.5)
        it.check()
    elif draw < 0.88:
        it.button.presses += chance.choice(([Press.HELD], [Press.HELD], [Press.SHORT], [Press.HELD, Press.HELD]))
        it.look()
    elif draw < 0.94:
        contact = chance.choice((it.contacts.door, it.contacts.door, it.contacts.exit, it.contacts.tamper))
        assert isinstance(contact, FakeContact)
        contact.is_open = chance.random() < (0.1 if contact is it.contacts.tamper else 0.5)
        it.look()
    else:
        _trouble(it, chance)


def _give_factor(it: World, chance: random.Random) -> None:
    """A PIN or an answer, mostly right."""
    it.listens.right = chance.random() < 0.9
    if it.factor == "challenge":
        it.speak(it.visitor, chance.randrange(1000), GOOD)
    else:
        pin = PIN if chance.random() < 0.9 else f"{chance.randrange(10_000):04}"
        it.press_outside(pin, chance.choice((1.1, 1.5)))


def _trouble(it: World, chance: random.Random) -> None:
    kiosk = it.kiosk
    troubles: tuple[Callable[[], object], ...] = (
        lambda: it.trouble(lambda: kiosk.fault(BrokenError("anything"))),
        lambda: it.trouble(lambda: kiosk.lost("microphone", BrokenError("unplugged"))),
        lambda: kiosk.back("microphone"),
        lambda: it.jump(chance.uniform(-20.0, 20.0)),
        lambda: it.jump(-1e6),
        lambda: it.lose_the_clock(chance.randrange(1, 6)),
        lambda: setattr(it.luck[chance.choice(PARTS)], "failures", chance.randrange(1, 4)),
        lambda: setattr(it.luck[chance.choice(PARTS)], "failures", chance.randrange(1, 4)),
        lambda: it.button.presses.append(Press.STUCK),
        it.fire,
        kiosk.sound,
        kiosk.sound,
        lambda: setattr(it.sounder, "is_busy", chance.random() < 0.3),
        it.shut_down,
    )
    chance.choice(troubles)()
    it.check()
