"""The grammar of prompts: from one prompt to its tokens, in linear time and without recursion."""

from service.tokens.cut import VERSION, split

__all__ = ["VERSION", "split"]
