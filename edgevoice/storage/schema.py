"""What stands in the database: its tables, and the steps from each version to the next."""

APPLICATION_ID = 0x65647663  # "edvc": tells our file from another program's
"""Written into the header of the file (SQLite's application_id)."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # AUTOINCREMENT: an id is never used again, so nothing sealed for one person fits the next.
        "create table speakers (id integer primary key autoincrement, name text not null,"
        " folded text not null unique, enrolled_at text not null)",
        "create table voiceprints (speaker integer primary key references speakers(id) on delete cascade,"
        " model text not null, utterances integer not null, sealed blob not null)",
        "create table events (id integer primary key autoincrement, at text not null, kind text not null,"
        " reason text not null, speaker text, figures text not null)",
        "create index events_speaker on events (speaker) where speaker is not null",
        "create table state (name text primary key, figures text not null)",
    ),
    (
        # The details of an event are sealed and its row is a link of a chain. What stood in plain text waits here until
        # there is a key to seal it with (storage/plain.py), which SQL has not.
        "drop index events_speaker",
        "alter table events rename to plain_events",
        "create table events (id integer primary key, at text not null, kind text not null,"
        " sealed blob not null, mac blob not null)",
        # One row each: the key that sealed everything here, and where the chain begins and ends.
        "create table sealing (one integer primary key check (one = 1), key text not null)",
        "create table chain (one integer primary key check (one = 1), before_id integer not null,"
        " before_mac blob not null, last_id integer not null, last_mac blob not null, tag blob not null)",
    ),
    (
        "alter table speakers add column administrator integer not null default 0",
        # Whoever was enrolled first is the administrator, as in a house that begins today.
        "update speakers set administrator = 1 where id = (select min(id) from speakers)",
        # What a person was enrolled with, where the voiceprint has adapted since.
        "create table originals (speaker integer primary key references speakers(id) on delete cascade,"
        " model text not null, utterances integer not null, sealed blob not null)",
    ),
    (
        # Fingerprints of what the door has heard. The speaker is whom the voice was closest to: whoever is removed
        # takes along all that may be theirs. What was not recognised, a stranger's, gives way first.
        "create table heard (id integer primary key autoincrement, at text not null, kind text not null,"
        " recognised integer not null, speaker integer references speakers(id) on delete cascade,"
        " sealed blob not null)",
        "create index heard_speaker on heard (speaker)",
        "create index heard_at on heard (at)",
    ),
    (
        # Sounds by name, several under one; landmarks: the version of what made the peaks.
        "create table recordings (id integer primary key autoincrement, name text not null, folded text not null,"
        " file text not null, landmarks text not null, frames integer not null, peaks blob not null,"
        " added_at text not null)",
    ),
    (
        # How a person usually sounds: means of a few figures.
        "create table habits (speaker integer primary key references speakers(id) on delete cascade,"
        " sealed blob not null)",
    ),
    (
        "create table pins (speaker integer primary key references speakers(id) on delete cascade,"
        " sealed blob not null)",
    ),
    (
        # The tones of a known sound and their rhythm; empty for those that were added before, and for what has none.
        "alter table recordings add column beeps blob not null default x''",
    ),
    (
        # What was heard ages by the seconds that the door has served, as its clock may jump. What is there already
        # begins to age now.
        "alter table heard add column served_s real not null default 0",
        "drop index heard_at",
        "create index heard_served on heard (served_s)",
    ),
)
"""The statements that lead from version i to i + 1. Append; never change one that has been released."""

VERSION = len(MIGRATIONS)
