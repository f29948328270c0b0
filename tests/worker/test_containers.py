"""Every container and every place in it.

The same text is read the same, whole, with the real ExifTool.
"""

import json

from containers import GRAPH_PLACES, PLACES
from drawn_images import graph, infotext
from working_by_hand import ByHand

SHOWN = """
SELECT file_name, status, generator, positive_prompt, seed FROM v_images_search
ORDER BY file_name"""
PROMPT = "a quay, 猫 & <é>"


def test_an_infotext_is_read_from_every_place_of_every_container(by_hand: ByHand) -> None:
    for seed, (name, write) in enumerate(PLACES.items()):
        (by_hand.place.input / name).write_bytes(write(infotext(seed, PROMPT)))
    by_hand.work()
    expected = [(name, "ok", "a1111", PROMPT, str(seed)) for seed, name in enumerate(PLACES)]
    assert by_hand.rows(SHOWN) == sorted(expected)


def test_a_graph_is_read_from_every_place_that_savers_put_it_in(by_hand: ByHand) -> None:
    for name, write in GRAPH_PLACES.items():
        (by_hand.place.input / name).write_bytes(write(json.dumps(graph(2**64 - 1, PROMPT))))
    by_hand.work()
    expected = [(name, "ok", "comfyui", PROMPT, str(2**64 - 1)) for name in GRAPH_PLACES]
    assert by_hand.rows(SHOWN) == sorted(expected)
