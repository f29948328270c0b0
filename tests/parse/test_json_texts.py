import json

import pytest

from service.parse.json_texts import parse_json


@pytest.mark.parametrize(
    "number",
    [
        "18446744073709551615",
        "18446744073709551616",
        "-18446744073709551615",
        "-9223372036854775809",
        "-9223372036854775808",
        "10000000000000000000",
        "99999999999999999999",
        "118446744073709551615",
        "1.18446744073709551615",
        "18446744073709551615.5",
        "18446744073709551615e3",
        "0.30000000000000004000",
    ],
)
def test_a_number_keeps_all_its_digits_however_many_there_are(number: str) -> None:
    for text in (f'{{"seed": {number}}}', f"[10000000000000000000,{number}]"):
        found = parse_json(text)
        assert repr(found) == repr(json.loads(text))
