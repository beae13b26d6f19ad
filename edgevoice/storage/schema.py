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
        "alter table speakers add column administrator integer not null default 0",
        # Whoever was enrolled first is the administrator, as in a house that begins today.
        "update speakers set administrator = 1 where id = (select min(id) from speakers)",
        # What a person was enrolled with, where the voiceprint has adapted since.
        "create table originals (speaker integer primary key references speakers(id) on delete cascade,"
        " model text not null, utterances integer not null, sealed blob not null)",
    ),
)
"""The statements that lead from version i to i + 1. Append; never change one that has been released."""

VERSION = len(MIGRATIONS)
