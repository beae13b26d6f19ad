"""What the column ``label`` of speech tells: ``f31`` is a woman of 31, ``m`` a man or boy; of other labels, nothing."""

import re

ADULT_YEARS = 18


def age(label: str) -> int | None:
    """In years, None where it tells none."""
    found = re.fullmatch(r"[fm](\d+)", label)
    return int(found[1]) if found else None


def sex(label: str) -> str:
    """``f``, ``m``, or "" where it tells none."""
    found = re.fullmatch(r"([fm])\d*", label)
    return found[1] if found else ""


def is_adult(label: str) -> bool:
    """Whether it tells of an adult; one that tells no age does."""
    years = age(label)
    return years is None or years >= ADULT_YEARS
