"""The grammar of prompts: from one prompt to its tokens, in linear time and without recursion.

Begin with ``cut``. ``lexemes`` finds the smallest pieces of a prompt, ``groups`` which brackets
belong together, ``grammars`` says what they weigh in which program, ``spelling`` how a token is
written and compared. ``prose`` tells sentences from tags; ``phrases`` finds noun phrases in them,
by the words of ``english``.
"""
