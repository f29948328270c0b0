"""The grammar of prompts: from one prompt to its tokens, in linear time and without recursion.

Begin with ``cut``. ``groups`` finds the smallest pieces of a prompt, and which brackets belong
together.
"""

from service.tokens.cut import VERSION, split_prompt

__all__ = ["VERSION", "split_prompt"]
