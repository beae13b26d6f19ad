"""Evidence that opens a door, to be spoilt one figure at a time; and every evidence there can be."""

from hypothesis import strategies as st

from edgevoice.door.decide import DoorState, Rules
from edgevoice.listening.quality import Quality
from edgevoice.recognition.emotion import Mood
from edgevoice.recognition.recognise import Evidence, Timing
from edgevoice.recognition.recordings import RecordingMatch
from edgevoice.recognition.score import Score

WELL = DoorState(locked_out_for_s=0.0, healthy=True)
RULES = Rules(margin_llr=1.0, min_net_speech_s=1.0, min_snr_db=6.0, max_clipped_share=0.02)


def score(speaker: str, llr: float) -> Score:
    return Score(speaker, cosine=0.5, score=2.0, llr=llr)


def evidence(
    *scores: Score,
    threshold: float = 3.1,
    quality: Quality | None = None,
    mood: Mood | None = None,
    recording: RecordingMatch | None = None,
    agreement: float | None = None,
    near_llr: float = 1.0,
) -> Evidence:
    """Ada at 4.2 before Bo at -2.0 where nothing else is said."""
    return Evidence(
        start_s=1.0,
        end_s=3.0,
        quality=quality or Quality(net_speech_s=1.6, snr_db=20.0, clipped_share=0.0),
        scores=scores or (score("Ada", 4.2), score("Bo", -2.0)),
        threshold=threshold,
        mood=mood,
        recording=recording,
        ms=Timing(1.0, 2.0, 0.1),
        agreement=agreement,
        near_llr=near_llr,
    )


# Near the limits as often as anywhere, or nearly every drawn evidence would be refused for several reasons at once.
numbers = st.floats() | st.sampled_from([0.0, 0.02, 1.0, 1.6, 3.1, 4.1, 4.2, 6.0, 20.0])
shares = st.just(0.0) | numbers
qualities = st.builds(
    Quality,
    net_speech_s=numbers,
    snr_db=numbers,
    clipped_share=numbers,
    speech_dbfs=numbers,
    offset_share=shares,
    dropped_share=shares,
)
moods = st.none() | st.builds(Mood, st.text(max_size=5), st.dictionaries(st.text(max_size=5), numbers, max_size=3))
recordings = st.none() | st.builds(RecordingMatch, st.text(max_size=5), st.integers(), numbers)
scores = st.lists(st.builds(Score, st.sampled_from(["Ada", "Bo", "Cy"]), numbers, numbers, numbers), max_size=4)
evidences = st.builds(
    Evidence,
    start_s=numbers,
    end_s=numbers,
    quality=qualities,
    scores=scores.map(tuple),
    threshold=numbers,
    mood=moods,
    recording=recordings,
    ms=st.builds(Timing, numbers, numbers, numbers),
    agreement=st.none() | numbers,
    near_llr=numbers,
)
states = st.builds(DoorState, numbers, st.booleans(), st.booleans())
rules = st.builds(
    Rules,
    min_net_speech_s=numbers,
    min_snr_db=numbers,
    max_clipped_share=numbers,
    max_dropped_share=shares,
    max_offset_share=shares,
    margin_llr=numbers,
    min_agreement=numbers,
)
