"""Our own records, kept by hand: what neither definitions nor general rules say.

Adding a node is one record in one of these tables and one fixture (``docs/contributing.md``). Most
classes are declared in ``definitions.txt`` and called after what they do, and need no record.
"""

from service.parse.comfyui.nodes.record import Record

_PIPE_OUT = "pipe image model positive negative latent vae clip seed"

SAMPLERS = (
    Record(
        "KSampler (Efficient)",
        outputs="model positive negative latent vae image",
    ),
    Record(
        "KSampler Adv. (Efficient)",
        outputs="model positive negative latent vae image",
    ),
    Record("KSampler SDXL (Eff.)", outputs="sdxl_tuple latent vae image"),
    Record("easy kSampler", outputs=_PIPE_OUT),
    Record("easy fullkSampler", outputs=_PIPE_OUT),
    # The definition still has ``upscale_by``, which the class takes out of its parent's inputs.
    Record(
        "UltimateSDUpscaleNoUpscale",
        "seed:int* steps:int cfg:float sampler_name:combo scheduler:combo denoise:float",
        more=True,
    ),
    # The definition has a seed; older files hold none.
    Record(
        "KSamplerProvider",
        "steps:int cfg:float sampler_name:combo scheduler:combo denoise:float",
    ),
    Record("KSampler Config (rgthree)", roles=(), aliases={"steps_total": "steps"}),
    Record("XlabsSampler", aliases={"true_gs": "cfg"}),
    Record("SUPIR_sample", aliases={"cfg_scale_start": "cfg"}),
    Record("HyVideoSampler", aliases={"embedded_guidance_scale": "guidance"}),
    Record("HyVideoReSampler", aliases={"embedded_guidance_scale": "guidance"}),
    Record("HyVideoInverseSampler", aliases={"embedded_guidance_scale": "guidance"}),
    Record("HyVideoPromptMixSampler", aliases={"embedded_guidance_scale": "guidance"}),
    Record(
        "DualCFGGuider",
        "cfg_conds:float cfg_cond2_negative:float style:combo",
        aliases={"cfg_conds": "cfg"},
    ),
    Record("SharkGuider", "cfg:float", more=True),
    Record("SplitSigmas", roles=("split sigmas",)),
)
"""Samplers, and the guiders, sigmas and settings that they are built from."""

ENCODERS = (
    Record("TextEncodeHunyuanVideo_ImageToVideo", "prompt:string image_interleave:int"),
    Record(
        "HunyuanImageToVideo",
        "width:int height:int length:int batch_size:int guidance_type:combo",
    ),
    Record("LTXVImgToVideo", "width:int height:int length:int batch_size:int strength:float"),
    Record("ControlNetApplyAdvanced", outputs="positive negative"),
    # No text reaches the sampler: it is blanked, or the conditioning was made of none.
    Record("ConditioningZeroOut", roles=("blank",)),
    # Lotus measures an image (its depth, its normals) and draws none.
    Record("LotusConditioning", roles=("blank", "measure")),
)
"""What makes a conditioning: of a text, of an image, or of nothing."""

_LORA = "lora_name:combo strength_model:float strength_clip:float"

LOADERS = (
    Record("CheckpointLoaderSimple", outputs="model clip vae"),
    Record("Efficient Loader", outputs="model positive negative latent vae clip"),
    Record("Eff. Loader SDXL", outputs="sdxl_tuple latent vae"),
    Record("LoraLoader|pysssss", _LORA),
    Record("Lora Loader (JPS)", f"switch:combo {_LORA}"),
    Record("LoraTagLoader", "text:string"),
    Record("ModelPatchLoader", files={"name": "other"}),
)
"""What loads the files of models."""

PIPES = (
    Record("FromBasicPipe", outputs="model clip vae positive negative"),
    Record("FromBasicPipe_v2", outputs="basic_pipe model clip vae positive negative"),
    Record("FromDetailerPipe", outputs="model clip vae positive negative"),
    Record(
        "Unpack SDXL Tuple",
        outputs="model clip positive negative refiner_model refiner_clip",
    ),
    Record(
        "Context (rgthree)",
        outputs="context model clip vae positive negative latent images seed",
    ),
    Record("AV_ParametersPipeToPrompts", outputs="pipe positive negative"),
    Record(
        "easy pipeOut",
        outputs="pipe model positive negative latent vae clip image seed",
    ),
)
"""What unpacks a bundle of many things: which output is which, where the file does not say."""

_FINDS = "find1:string replace1:string find2:string replace2:string find3:string replace3:string"

TEXTS = (
    Record("ComfyMathExpression", outputs="float int bool"),
    Record("SDXLPromptStyler", outputs="text_positive text_negative"),
    Record("SDXLPromptStylerAdvanced", outputs="text_positive text_negative"),
    Record("easy stylesSelector", outputs="positive negative"),
    Record("DF_Text_Box", "Text:string"),
    Record("ConcatStringSingle", "string_a:string string_b:string"),
    Record("JWStringConcat", "a:string b:string"),
    Record("JWStringReplace", "source:string to_replace:string replace_with:string"),
    Record("CR Text Replace", f"text:string {_FINDS}"),
    Record("easy promptReplace", f"prompt:string {_FINDS}"),
    Record("DPRandomGenerator", "text:string seed:int* autorefresh:combo"),
    Record("JsonExtractString", roles=("extract",)),
    # Joining classes that leave blank parts out.
    Record("Text Concatenate", roles=("join", "drop blanks", "text")),
    Record("StringFunction|pysssss", roles=("join", "drop blanks", "text")),
)
"""What holds, joins or changes texts and numbers."""

KNOWN: tuple[Record, ...] = (*SAMPLERS, *ENCODERS, *LOADERS, *PIPES, *TEXTS)
