"""What nodes of one class with the same inputs have in common."""

from service.parse.comfyui.form.graph import make_node
from service.parse.comfyui.nodes.signature import MAX_NAMES


def test_nodes_with_the_same_class_and_names_share_one_signature() -> None:
    one = make_node("1", "LoraLoader", "P#1.inputs", {"lora_name": "a"}, {"model": ("3", 0)})
    other = make_node("2", "LoraLoader", "P#2.inputs", {"lora_name": "b"}, {"model": ("1", 0)})
    assert one.signature is other.signature


def test_a_node_with_other_inputs_has_another_signature() -> None:
    node = make_node("1", "KSampler", "P#1.inputs", {"stage1_steps": 20}, {})
    changed = node.with_inputs("P#1.inputs.stage1", {"steps": 20}, {})
    assert (changed.signature.inputs, node.signature.inputs) == (("steps",), ("stage1_steps",))


def test_a_node_with_more_names_than_any_real_one_is_read_without_its_inputs() -> None:
    inputs = dict.fromkeys(map(str, range(MAX_NAMES)), 1)
    node = make_node("1", "KSampler", "P#1.inputs", {"steps": 20, **inputs}, {"model": ("2", 0)})
    assert (node.inputs, node.links, node.signature.inputs) == ({}, {}, ())
