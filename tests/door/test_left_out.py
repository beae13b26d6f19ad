"""A voiceprint that is damaged while the door serves."""

from pathlib import Path

import numpy as np

from edgevoice.door.left_out import DamageWatch
from edgevoice.door.machine import FAULT_SECONDS
from edgevoice.hardware import Light
from edgevoice.storage.database import Database
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from tests.house import OPEN_SECONDS, Door, Parts, Recogniser, block, door


def opens(it: Door, number: int) -> bool:
    (answer,) = it.pipeline.hear(block(number))
    return answer.outcome.opened


def test_it_costs_one_answer_is_shown_and_written_down_once_and_then_the_others_get_in(tmp_path: Path) -> None:
    with Database.open(tmp_path) as database:
        speakers = Speakers(database, Secrets(tmp_path / "key", database))
        for number, name in enumerate(("Ada", "Bo", "Cy")):
            speakers.add(name, np.eye(3, dtype=np.float32)[number], "xvector-1", 3)
        with door(tmp_path, Parts(recogniser=DamageWatch(Recogniser(), speakers.damaged))) as it:
            for number, lost in enumerate(("Bo", "Cy")):
                assert opens(it, 3 * number)
                it.clock.advance(OPEN_SECONDS + 1)
                database.rows("update voiceprints set sealed = x'00' where speaker = ?", (number + 2,))
                assert not opens(it, 3 * number + 1)
                assert it.kiosk.light is Light.FAULT
                assert it.audit()[-1].kind == "fault"
                assert f"{lost} cannot get in, or can adapt no more; everybody else gets in" in it.audit()[-1].reason
                it.clock.advance(FAULT_SECONDS + 1)
                assert opens(it, 3 * number + 2)
                it.clock.advance(OPEN_SECONDS + 1)


def test_without_the_key_nobody_gets_in(tmp_path: Path) -> None:
    with Database.open(tmp_path) as database:
        Speakers(database, Secrets(tmp_path / "key", database)).add("Ada", np.ones(3, np.float32), "xvector-1", 3)
        (tmp_path / "key").rename(tmp_path / "elsewhere")
        keyless = Speakers(database, Secrets(tmp_path / "key", database))
        with door(tmp_path, Parts(recogniser=DamageWatch(Recogniser(), keyless.damaged))) as it:
            for number in range(3):
                assert not opens(it, number)
                it.clock.advance(FAULT_SECONDS + 1)
            assert it.lock.openings == []
