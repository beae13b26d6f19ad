"""The live panel, without a terminal."""

import pytest

from edgevoice.cli.choose import unseen
from edgevoice.cli.display import Moment
from edgevoice.hardware import Light
from edgevoice.listening.listen import Level


@pytest.mark.parametrize("open_seconds", [0.5, 5.0, 30.0])
def test_the_view_to_remember_is_of_the_moment_after_the_last_opening(open_seconds: float) -> None:
    with unseen() as panel:
        for t_s, left_s in ((1.0, 0.0), (2.0, open_seconds), (2.1, open_seconds - 0.1), (3.0, 0.0)):
            panel.stands(Moment(t_s, "open", Level(-30.0, -60.0, False), Light.OPEN, left_s, ""))
        assert panel.picture is not None
        assert (panel.picture.t_s, panel.picture.open_left_s) == (2.0, open_seconds)
