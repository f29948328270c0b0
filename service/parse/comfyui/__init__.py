"""ComfyUI: an image made by a graph, which the file holds whole.

PNG chunks ``prompt`` (API form: values as run) and ``workflow`` (editor form: titles, modes,
subgraphs); EXIF ``Make`` and ``Model`` with these words as prefixes (WebP, JPEG); or both inside
another text's JSON. A graph has no field "prompt" or "steps": one starts at the node that wrote the
image and walks back by link to the first sampler.

Begin with ``scan.py``, which is the whole way from text to ``Generation``, in this order:

1. ``form/`` finds the graphs (``find``) and makes them one form: ``subgraphs`` the editor's levels
   flat, ``graph`` the nodes of the API form, ``workflow`` those of the editor's form, for which
   ``virtual_links`` follows the links and ``widgets`` names the values.
2. ``nodes/`` is asked, by all that follow, what is known of a class and of its inputs.
3. ``passes/from_output`` walks from the saved image back to the samplers, along ``routes``;
   ``split`` makes them one for each pass.
4. ``passes/one_pass`` reads each: ``settings``, ``sizes``, ``models`` with ``loras``, ``prompts``.
   What an input holds that is not written there, ``values/`` finds.
5. ``passes/resources`` adds what belongs to the image as a whole.
"""

from service.parse.base import Parser
from service.parse.comfyui.form.find import claim
from service.parse.comfyui.scan import NAME, parse

PARSER = Parser(NAME, 5, claim, parse)

__all__ = ["PARSER"]
