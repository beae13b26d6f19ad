"""Desktop steps, one script each (``python -m tools.STEP --help``); the rooms hold what several of them need.

The x-vector, in the order of ``make model``: recordings, prepare, teach, train, prune, refine, whiten, quantize,
calibrate; restore begins from a released file instead, rehear goes on behind another front end.
What it is worth: evaluate, compare (with train_peers), promise, int8_cost, conditions_table, compare_hardships,
groups_table, ablation, pruning_curve, teacher_map; your own sound: enroll_from_recordings.
Of all steps: index, label, step, made_of.
Mood: train_emotion, compare_emotion, mood_eer.
Digits: digits_speech, train_digits, digits_table.
Fingerprints and sounds: compare_fingerprints, false_matches, known_sounds, false_alarms.
Attacks: replay_attacks, voice_attacks, mimic_attack.
To look at: explore (a page of recordings), draw_machine (the door's states), ear.* (the front end).
"""

import os

# One BLAS thread: the front end's products are small, and waiting threads cost more than they add.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
