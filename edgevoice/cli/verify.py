"""``edgevoice verify NAME WAV``: is it this person."""

from dataclasses import replace
from pathlib import Path

import click

from edgevoice import app
from edgevoice.cli.desk import NO, Desk, pass_desk, sound_files
from edgevoice.cli.identify import AT_REST, tell
from edgevoice.door.decide import CLOSEST, Cause, Decision, Rules, decide
from edgevoice.recognition.recognise import Evidence


@click.command()
@click.argument("name")
@click.argument("wav", type=sound_files)
@pass_desk
def verify(desk: Desk, name: str, wav: Path) -> int:
    """Whether the door would open for NAME, utterance by utterance; moves no lock.

    Exit status 3 where no utterance of the file is NAME's.
    """
    settings = desk.loaded.settings
    with app.house(desk.loaded) as house:
        identifier = app.identifier(settings, app.recogniser(settings, house.speakers))
        claimed = house.speakers.find(name).name
        opened = tell(desk, wav, identifier, lambda evidence: judge(evidence, claimed, settings.door))
    return 0 if opened else NO


def judge(evidence: Evidence, claimed: str, rules: Rules) -> Decision:
    """The door's own decision, and that it opens for nobody else; the figures told are those of the claimed person."""
    own = tuple(score for score in evidence.scores if score.speaker == claimed)
    decision = _as_claimed(decide(replace(evidence, scores=own), AT_REST, rules))
    among_all = decide(evidence, AT_REST, rules)
    if not decision.opens or (among_all.opens and among_all.speaker == claimed):
        return decision
    reason = f"closer to {among_all.speaker} than to {claimed}" if among_all.opens else among_all.reason
    return replace(decision, opens=False, reason=reason, cause=Cause.NO_MATCH)


def _as_claimed(decision: Decision) -> Decision:
    """Its words for somebody asked about by name: among one person the closest says nothing."""
    if not decision.reason.startswith(CLOSEST):
        return decision
    return replace(decision, reason=f"as {decision.reason.removeprefix(CLOSEST)}")
