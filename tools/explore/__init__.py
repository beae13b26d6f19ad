"""One page on what is in a sound: our own front end, and the wider features of the field by other people's libraries.

clips finds and reads; ours, cepstra, shape, speaking and music measure, study holds it all; spectra, rhythm and
chapters draw one clip, together all of them; content says it in words, page writes the HTML.
"""
