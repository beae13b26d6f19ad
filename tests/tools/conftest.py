"""Test files that import what only the tools environment has (``make test-tools``) are not read without it."""

from importlib.util import find_spec

NEED_TOOLS = [
    "test_attacks.py",
    "test_augment.py",
    "test_batches.py",
    "test_deepen.py",
    "test_development.py",
    "test_emotion.py",
    "test_fit_doubt.py",
    "test_fit_snr.py",
    "test_joined.py",
    "test_lessons.py",
    "test_odd_folders.py",
    "test_resume.py",
    "test_rounding.py",
    "test_seconds_known.py",
    "test_tally.py",
    "test_tracker_eer.py",
    "test_whiten.py",
    "test_your_own_recordings.py",
]
collect_ignore = NEED_TOOLS if find_spec("torch") is None else []
