"""Desktop commands, one file each (``python -m tools.NAME --help``); the folders hold what several of them need.

The x-vector, in the order of ``make model``: recordings, prepare, teach, train, prune, refine, whiten, quantize,
calibrate; restore begins from a released file instead, rehear goes on behind another front end. Folder: training.
What it is worth: evaluate, compare (with train_peers), promise, int8_cost, conditions_table, compare_hardships,
groups_table, ablation, pruning_curve, teacher_map, measure.early_looks, measure.new_people, measure.seconds_known,
measure.cost (which compare runs); your own sound: enroll_from_recordings. Folders: measure, peers.
The front end: ear.fit_activity and ear.fit_snr train its networks; ear.endpointing, ear.enhancement,
ear.enhancement_eer, ear.noise_trackers, ear.tracker_eer, ear.quality_gates and ear.two_voices measure it.
Mood: train_emotion, compare_emotion, mood_eer. Folder: mood.
Digits: digits_speech, train_digits, digits_table. Folder: digits.
Fingerprints and sounds: compare_fingerprints, false_matches, known_sounds, false_alarms. Folder: fingerprints.
Attacks: replay_attacks, voice_attacks, mimic_attack. Folder: attacks.
Made sound: synthetic.voices, synthetic.prompts, synthetic.sounds.
To look at: explore (a page of recordings), draw_machine (the door's states).

No command, but used by many: index and label (a folder of sound), hear (what the device hears in it), made_of (what is
kept from run to run), step (how a command ends). The settings of training runs: runs.
"""

import os

# One BLAS thread: the front end's products are small, and waiting threads cost more than they add.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
