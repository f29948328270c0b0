"""Our own records, kept by hand: what neither definitions nor general rules say.

Adding a node is one record in one of these tables and one fixture (``docs/contributing.md``). Most
classes are declared in ``definitions.txt`` and called after what they do, and need no record.
"""

from service.parse.comfyui.nodes.record import NodeRecord

_PIPE_OUT = "pipe image model positive negative latent vae clip seed"

SAMPLERS = (
    NodeRecord(
        "KSampler (Efficient)",
        outputs="model positive negative latent vae image",
    ),
    NodeRecord(
        "KSampler Adv. (Efficient)",
        outputs="model positive negative latent vae image",
    ),
    NodeRecord("KSampler SDXL (Eff.)", outputs="sdxl_tuple latent vae image"),
    NodeRecord("easy kSampler", outputs=_PIPE_OUT),
    NodeRecord("easy fullkSampler", outputs=_PIPE_OUT),
    # The definition still has ``upscale_by``, which the class takes out of its parent's inputs.
    NodeRecord(
        "UltimateSDUpscaleNoUpscale",
        "seed:int* steps:int cfg:float sampler_name:combo scheduler:combo denoise:float",
        more=True,
    ),
    # The definition has a seed; older files hold none.
    NodeRecord(
        "KSamplerProvider",
        "steps:int cfg:float sampler_name:combo scheduler:combo denoise:float",
    ),
    NodeRecord("KSampler Config (rgthree)", roles=(), aliases={"steps_total": "steps"}),
    NodeRecord("XlabsSampler", aliases={"true_gs": "cfg"}),
    NodeRecord("SUPIR_sample", aliases={"cfg_scale_start": "cfg"}),
    NodeRecord("FramePackSampler", aliases={"guidance_scale": "guidance"}),
    NodeRecord("HyVideoSampler", aliases={"embedded_guidance_scale": "guidance"}),
    NodeRecord("HyVideoReSampler", aliases={"embedded_guidance_scale": "guidance"}),
    NodeRecord("HyVideoInverseSampler", aliases={"embedded_guidance_scale": "guidance"}),
    NodeRecord("HyVideoPromptMixSampler", aliases={"embedded_guidance_scale": "guidance"}),
    NodeRecord(
        "DualCFGGuider",
        "cfg_conds:float cfg_cond2_negative:float style:combo",
        aliases={"cfg_conds": "cfg"},
    ),
    NodeRecord("SharkGuider", "cfg:float", more=True),
    NodeRecord("SplitSigmas", roles=("split sigmas",)),
)
"""Samplers, and the guiders, sigmas and settings that they are built from."""

ENCODERS = (
    NodeRecord("TextEncodeHunyuanVideo_ImageToVideo", "prompt:string image_interleave:int"),
    NodeRecord(
        "HunyuanImageToVideo",
        "width:int height:int length:int batch_size:int guidance_type:combo",
    ),
    NodeRecord("LTXVImgToVideo", "width:int height:int length:int batch_size:int strength:float"),
    NodeRecord("MZ_ChatGLM3_V2", "text:string", roles=("encoder",)),
    NodeRecord("ControlNetApplyAdvanced", outputs="positive negative"),
    NodeRecord("MultiAreaConditioning", outputs="conditioning resolutionX resolutionY"),
    # No text reaches the sampler: it is blanked, or the conditioning was made of none.
    NodeRecord("ConditioningZeroOut", roles=("blank",)),
    # Lotus measures an image (its depth, its normals) and draws none.
    NodeRecord("LotusConditioning", roles=("blank", "measure")),
)
"""What makes a conditioning: of a text, of an image, or of nothing."""

_LORA = "lora_name:combo strength_model:float strength_clip:float"

LOADERS = (
    NodeRecord("CheckpointLoaderSimple", outputs="model clip vae"),
    NodeRecord("Efficient Loader", outputs="model positive negative latent vae clip"),
    NodeRecord("Eff. Loader SDXL", outputs="sdxl_tuple latent vae"),
    NodeRecord("LoraLoader|pysssss", _LORA),
    NodeRecord("Lora Loader (JPS)", f"switch:combo {_LORA}"),
    NodeRecord("LoraTagLoader", "text:string"),
    NodeRecord("ModelPatchLoader", files={"name": "other"}),
)
"""What loads the files of models."""

PIPES = (
    NodeRecord("FromBasicPipe", outputs="model clip vae positive negative"),
    NodeRecord("FromBasicPipe_v2", outputs="basic_pipe model clip vae positive negative"),
    NodeRecord("FromDetailerPipe", outputs="model clip vae positive negative"),
    NodeRecord(
        "Unpack SDXL Tuple",
        outputs="model clip positive negative refiner_model refiner_clip",
    ),
    NodeRecord(
        "Context (rgthree)",
        outputs="context model clip vae positive negative latent images seed",
    ),
    NodeRecord("AV_ParametersPipeToPrompts", outputs="pipe positive negative"),
    NodeRecord(
        "easy pipeOut",
        outputs="pipe model positive negative latent vae clip image seed",
    ),
)
"""What unpacks a bundle of many things: which output is which, where the file does not say."""

_FINDS = "find1:string replace1:string find2:string replace2:string find3:string replace3:string"

TEXTS = (
    NodeRecord("ComfyMathExpression", outputs="float int bool"),
    NodeRecord("SDXLPromptStyler", outputs="text_positive text_negative"),
    NodeRecord("SDXLPromptStylerAdvanced", outputs="text_positive text_negative"),
    NodeRecord("easy stylesSelector", outputs="positive negative"),
    NodeRecord("DF_Text_Box", "Text:string"),
    NodeRecord("ConcatStringSingle", "string_a:string string_b:string"),
    NodeRecord("JWStringConcat", "a:string b:string"),
    NodeRecord("JWStringReplace", "source:string to_replace:string replace_with:string"),
    NodeRecord("CR Text Replace", f"text:string {_FINDS}"),
    NodeRecord("easy promptReplace", f"prompt:string {_FINDS}"),
    NodeRecord("DPRandomGenerator", "text:string seed:int* autorefresh:combo"),
    NodeRecord("JsonExtractString", roles=("extract",)),
    # Joining classes that leave blank parts out.
    NodeRecord("Text Concatenate", roles=("join", "drop blanks", "text")),
    NodeRecord("StringFunction|pysssss", roles=("join", "drop blanks", "text")),
)
"""What holds, joins or changes texts and numbers."""

KNOWN: tuple[NodeRecord, ...] = (*SAMPLERS, *ENCODERS, *LOADERS, *PIPES, *TEXTS)
