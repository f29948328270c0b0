"""How much of one image is read and kept: far more than any real one has, and never without end.

What is beyond a limit is left out, the image is ``partial``, and a warning names the limit. "Real"
is the largest of 511 files of all generators that are read.
"""

MAX_TEXT = 1_000_000
"""Characters of one text that is no JSON: an infotext, a prompt, a description.

Real: 3,944; 240,000 of a signature, which no parser reads.
"""

MAX_END = 100_000
"""Of these, how many are the end of the text, since an infotext has its settings there."""

MAX_JSON = 10_000_000
"""Characters of one JSON text. Real: 70,000; graphs of people who paste images into them have been
met with 5,000,000. Ten million cost 300 MB while they are read."""

MAX_DEPTH = 100
"""Brackets of JSON in each other. Real: 10. What is deeper is no generator's, and is not read."""

MAX_TAGS = 4_000
"""Tags of one file, texts beside it not counted. Real: 226, in a signed file."""

MAX_RECORD = 12_000_000
"""Characters of all tags of one file together. Real: 501,085, in a signed file."""

MAX_PROMPT = 200_000
"""Characters of a prompt that are cut into tokens. Real: 3,944."""

MAX_TOKENS = 20_000
"""Tokens of one image, both sides together. Real: 205."""

MAX_FACTS = 10_000
"""Keys and values of one image. Real: 122."""

MAX_FACT_CHARACTERS = 4_000_000
"""Characters of all values together. Real: 8,965."""

MAX_RESOURCES = 2_000
"""Model files of one image. Real: 7."""

MAX_PASSES = 200
"""Sampling passes of one image. Real: 4."""

MAX_CONFLICTS = 1_000
"""Contradictions between places of one file. Real: 8."""

MAX_SENTENCES = 20
"""Warnings of one image about what was left out of its record; further ones are counted."""

LEFT_OUT = "Limits:LeftOut"
"""The tag of a record that was bounded: one sentence for each thing that was left out of it."""

VALUE_TOO_DEEP = f"{{name}}: a value nested deeper than {MAX_DEPTH} was left out."
