"""ComfyUI graphs that grow, branch or turn in circles, as JSON texts."""

import json
from collections.abc import Callable

Graph = dict[str, dict[str, object]]
Text = Callable[[], str]


def _sampled(positive: list[object], model: list[object] | None = None) -> Graph:
    """Return the part of a graph that samples, with what comes before it left to the caller."""
    sampler = {
        "model": model or ["loader", 0],
        "positive": positive,
        "negative": positive,
        "latent_image": ["latent", 0],
        "seed": 1,
        "steps": 20,
        "cfg": 7,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1,
    }
    return {
        "loader": _node("CheckpointLoaderSimple", ckpt_name="harbour.safetensors"),
        "latent": _node("EmptyLatentImage", width=512, height=512, batch_size=1),
        "sampler": {"class_type": "KSampler", "inputs": sampler},
        "decoder": _node("VAEDecode", samples=["sampler", 0], vae=["loader", 2]),
        "saver": _node("SaveImage", images=["decoder", 0], filename_prefix="a"),
    }


def _node(name: str, **inputs: object) -> dict[str, object]:
    return {"class_type": name, "inputs": inputs}


def _encoder(text: object) -> dict[str, object]:
    return _node("CLIPTextEncode", text=text, clip=["loader", 1])


def many_nodes(count: int) -> Text:
    """Return a good graph beside so many nodes that nothing uses."""

    def make() -> str:
        graph = _sampled(["text", 0]) | {"text": _encoder("a red fox")}
        graph |= {str(n): _encoder(f"unused {n}") for n in range(count)}
        return json.dumps(graph)

    return make


def many_samplers(count: int) -> Text:
    """Return so many samplers one behind the other, each a pass of its own."""

    def make() -> str:
        graph = _sampled(["text", 0]) | {"text": _encoder("a red fox")}
        first = graph["sampler"]["inputs"]
        assert isinstance(first, dict)
        for number in range(count):
            before = f"pass{number - 1}" if number else "latent"
            inputs = {**first, "latent_image": [before, 0]}
            graph[f"pass{number}"] = {"class_type": "KSampler", "inputs": inputs}
        first["latent_image"] = [f"pass{count - 1}", 0]
        return json.dumps(graph)

    return make


def lora_chain(count: int) -> Text:
    """Return a model that passes through so many LoRA loaders."""

    def make() -> str:
        graph = _sampled(["text", 0], [f"lora{count - 1}", 0]) | {"text": _encoder("a red fox")}
        for number in range(count):
            model = [f"lora{number - 1}", 0] if number else ["loader", 0]
            graph[f"lora{number}"] = _node(
                "LoraLoaderModelOnly",
                model=model,
                lora_name=f"{number}.safetensors",
                strength_model=1,
            )
        return json.dumps(graph)

    return make


def doubling_texts(depth: int) -> Text:
    """Return texts of which each joins the one before to itself: two to the power of the depth."""

    def make() -> str:
        graph = _sampled(["text", 0]) | {"text": _encoder([f"join{depth - 1}", 0])}
        graph["join0"] = _node("Text Concatenate", text_a="a fox", text_b="in snow", delimiter=", ")
        for number in range(1, depth):
            last = [f"join{number - 1}", 0]
            graph[f"join{number}"] = _node(
                "Text Concatenate", text_a=last, text_b=last, delimiter=", "
            )
        return json.dumps(graph)

    return make


def doubling_conditionings(depth: int) -> Text:
    """Return conditionings of which each combines the one before with itself."""

    def make() -> str:
        graph = _sampled([f"both{depth - 1}", 0]) | {"text": _encoder("a red fox")}
        graph["both0"] = _node(
            "ConditioningCombine", conditioning_1=["text", 0], conditioning_2=["text", 0]
        )
        for number in range(1, depth):
            last = [f"both{number - 1}", 0]
            graph[f"both{number}"] = _node(
                "ConditioningCombine", conditioning_1=last, conditioning_2=last
            )
        return json.dumps(graph)

    return make


def doubling_numbers(depth: int) -> Text:
    """Return a seed that is a sum of sums, two to the power of the depth of them."""

    def make() -> str:
        graph = _sampled(["text", 0]) | {"text": _encoder("a red fox")}
        inputs = graph["sampler"]["inputs"]
        assert isinstance(inputs, dict)
        inputs["seed"] = [f"sum{depth - 1}", 0]
        graph["sum0"] = _node("SimpleMath+", value="a*b", a=2, b=3)
        for number in range(1, depth):
            last = [f"sum{number - 1}", 0]
            graph[f"sum{number}"] = _node("SimpleMath+", value="a*b", a=last, b=last)
        return json.dumps(graph)

    return make


def power_tower() -> str:
    """Return a seed whose formula is a tower of powers with more digits than atoms."""
    graph = _sampled(["text", 0]) | {"text": _encoder("a red fox")}
    inputs = graph["sampler"]["inputs"]
    assert isinstance(inputs, dict)
    inputs["seed"] = ["sum", 0]
    graph["sum"] = _node("SimpleMath+", value="9**9**9**9**9", a=2, b=3)
    return json.dumps(graph)


def circle(length: int) -> Text:
    """Return texts, models and latents that go round in circles of this length."""

    def make() -> str:
        graph = _sampled(["round0", 0], ["lora0", 0])
        for number in range(length):
            following = (number + 1) % length
            graph[f"round{number}"] = _node(
                "ConditioningCombine",
                conditioning_1=[f"round{following}", 0],
                conditioning_2=[f"round{number}", 0],
            )
            graph[f"lora{number}"] = _node(
                "LoraLoaderModelOnly",
                model=[f"lora{following}", 0],
                lora_name=f"{number}.safetensors",
                strength_model=1,
            )
        return json.dumps(graph)

    return make


def all_linked(count: int) -> Text:
    """Return nodes of which each takes an input from every other: a dense graph."""

    def make() -> str:
        graph = _sampled(["n0", 0])
        for number in range(count):
            links = {f"conditioning_{other}": [f"n{other}", 0] for other in range(count)}
            graph[f"n{number}"] = {"class_type": "ConditioningCombine", "inputs": links}
        return json.dumps(graph)

    return make


def workflow(count: int) -> Text:
    """Return the editor's form of a graph with so many nodes in a row of links."""

    def make() -> str:
        nodes = [
            {
                "id": number,
                "type": "Reroute",
                "inputs": [{"name": "", "type": "*", "link": number}],
                "outputs": [{"name": "", "type": "*", "links": [number + 1]}],
                "widgets_values": ["a red fox"],
                "mode": 0,
            }
            for number in range(count)
        ]
        links = [[number + 1, number, 0, number + 1, 0, "*"] for number in range(count)]
        return json.dumps({"nodes": nodes, "links": links, "version": 0.4})

    return make


def subgraph_bomb(depth: int, width: int) -> Text:
    """Return subgraphs of which each holds the next one so many times."""

    def make() -> str:
        names = [f"00000000-0000-4000-8000-{number:012d}" for number in range(depth)]
        definitions = []
        for number, name in enumerate(names):
            inner = names[number + 1] if number + 1 < depth else "CLIPTextEncode"
            nodes = [_widget_node(each, inner) for each in range(width)]
            definitions.append(
                {"id": name, "name": name, "nodes": nodes, "links": [], "inputs": [], "outputs": []}
            )
        top = {"nodes": [_widget_node(1, names[0])], "links": [], "version": 0.4}
        return json.dumps(top | {"definitions": {"subgraphs": definitions}})

    return make


def subgraph_in_itself() -> str:
    """Return a subgraph that holds itself twice."""
    name = "00000000-0000-4000-8000-000000000001"
    inside = [_widget_node(1, name), _widget_node(2, name)]
    subgraph = {"id": name, "name": "a", "nodes": inside, "links": [], "inputs": [], "outputs": []}
    top = {"nodes": [_widget_node(1, name)], "links": [], "version": 0.4}
    return json.dumps(top | {"definitions": {"subgraphs": [subgraph]}})


def group_node_bomb(depth: int, width: int) -> Text:
    """Return group nodes of the older kind, each holding the next one so many times."""

    def make() -> str:
        groups = {}
        for number in range(depth):
            last = number + 1 == depth
            inner = "CLIPTextEncode" if last else f"workflow/group{number + 1}"
            nodes = [_widget_node(each, inner) | {"index": each} for each in range(width)]
            groups[f"group{number}"] = {"nodes": nodes, "links": [], "external": []}
        top = {"nodes": [_widget_node(1, "workflow/group0")], "links": [], "version": 0.4}
        return json.dumps(top | {"extra": {"groupNodes": groups}})

    return make


def _widget_node(number: int, name: str) -> dict[str, object]:
    return {
        "id": number,
        "type": name,
        "inputs": [],
        "outputs": [],
        "widgets_values": ["a red fox"],
        "mode": 0,
    }
