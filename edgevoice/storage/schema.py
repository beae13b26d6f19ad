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
        # How a person usually sounds: means of a few figures, sealed.
        "create table habits (speaker integer primary key references speakers(id) on delete cascade,"
        " sealed blob not null)",
    ),
)
"""The statements that lead from version i to i + 1. Append; never change one that has been released."""

VERSION = len(MIGRATIONS)
