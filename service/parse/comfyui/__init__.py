"""ComfyUI: an image made by a graph, which the file holds whole.

PNG chunks ``prompt`` (API form: values as run) and ``workflow`` (editor form: titles, modes,
subgraphs); EXIF ``Make`` and ``Model`` with these words as prefixes (WebP, JPEG); or both inside
another text's JSON. A graph has no field "prompt" or "steps": one starts at the node that wrote the
image and walks back by link to the first sampler.

``places`` finds the graphs, ``graph`` and ``workflow`` make them one form, ``nodes`` holds all that
is known of nodes, ``values`` and ``routes`` answer what an input holds and where it comes from,
``path`` finds the samplers, ``settings`` ``prompts`` ``loaders`` ``sizes`` ``resources`` read them,
``scan`` puts it together.
"""

from service.parse.base import Parser
from service.parse.comfyui.scan import NAME, claim, parse

PARSER = Parser(NAME, 3, claim, parse)

__all__ = ["PARSER"]
