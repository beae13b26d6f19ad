"""An enrolment at the door: the fingerprints of what was said belong to whoever was enrolled."""

from pathlib import Path

from edgevoice import app
from edgevoice.config import Settings
from edgevoice.door.register import Register
from edgevoice.identify import hear_all
from edgevoice.storage.database import Database
from edgevoice.storage.events import Events
from edgevoice.storage.heard import Heard
from edgevoice.storage.secrets import Secrets
from edgevoice.storage.speakers import Speakers
from edgevoice.storage.voiceprints import Voiceprint
from tests.sound import clip


def test_what_was_said_for_an_enrolment_goes_with_the_person(tmp_path: Path, models: Path) -> None:
    with Database.open(tmp_path) as database:
        secrets = Secrets(tmp_path / "key", database)
        speakers, heard = Speakers(database, secrets), Heard(database, secrets, 30, 100)
        recognises = app.recogniser(Settings(), speakers)
        model = recognises.xvector.manifest.name
        said = heard.add([b"one", b"two"], "attempt", None)
        other = heard.add([b"somebody else"], "attempt", None)
        voice = Voiceprint(
            "Ada", recognises.embed(hear_all(app.ear(Settings()), clip("ada-enrol-1.opus"))[0]).vector, model, 3
        )
        Register(database, speakers, Events(database, secrets=secrets), heard).enrol(voice, recognises, kept=said)
        assert [kept.kind for kept in heard.read(said)] == ["enrolment", "enrolment"]
        speakers.remove("Ada")
        assert set(heard.ids()) == set(other)
