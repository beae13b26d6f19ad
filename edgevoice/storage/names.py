"""What a person can be called."""

import unicodedata

from edgevoice.errors import SpeakerError

LONGEST_NAME = 80  # characters
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # controls, half a character, line and paragraph separators
_DIRECTIONS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn the text around them (Unicode UAX 9)


def tidy(name: str) -> str:
    """The name as it is kept: NFC, no blanks at the ends, 1 to 80 characters, nothing that breaks a line of a log.

    Quotes, emoji and every script are welcome; anything else raises SpeakerError.
    """
    tidied = unicodedata.normalize("NFC", name).strip()
    if len(tidied) > LONGEST_NAME:
        raise SpeakerError(
            f"the name {tidied[:12]!a}... has {len(tidied)} characters, at most {LONGEST_NAME} are kept: shorten it"
        )
    unfit = [c for c in tidied if unicodedata.category(c) in _UNPRINTABLE or c in _DIRECTIONS]
    if unfit:
        raise SpeakerError(
            f"the name {tidied!a} has the control character {unfit[0]!a}: use letters, digits, signs and single blanks"
        )
    if not fold(tidied):
        raise SpeakerError(f"the name {name[:12]!a} is empty: say who it is")
    return tidied


def fold(name: str) -> str:
    """What two spellings of one name share: case, width, invisible signs and runs of blanks do not count."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())
