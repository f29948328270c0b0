"""The order of widgets of the classes that node packs add, beside those of ``orders.py``.

Only what a rule asks for need stand here, from the first widget on: what comes after the last name
stays unnamed.
"""

_KSAMPLER = "seed steps cfg sampler_name scheduler denoise"
_ADVANCED = """add_noise noise_seed steps cfg sampler_name scheduler start_at_step end_at_step
  return_with_leftover_noise"""
_DETAILER = f"guide_size guide_size_for max_size {_KSAMPLER}"

_ORDERS = f"""
FaceDetailerPipe: {_DETAILER}
DetailerForEach: {_DETAILER}
DetailerForEachPipe: {_DETAILER}
DetailerForEachDebug: {_DETAILER}
DetailerForEachDebugPipe: {_DETAILER}
SEGSDetailer: {_DETAILER}
SEGSDetailerForAnimateDiff: {_DETAILER}
MaskDetailerPipe: guide_size guide_size_for max_size mask_mode {_KSAMPLER}
ImpactKSamplerBasicPipe: {_KSAMPLER}
ImpactKSamplerAdvancedBasicPipe: {_ADVANCED}
PixelKSampleUpscalerProvider: scale_method {_KSAMPLER}
PixelKSampleUpscalerProviderPipe: scale_method {_KSAMPLER}
TiledKSamplerProvider: {_KSAMPLER}
KSamplerProvider: steps cfg sampler_name scheduler denoise
KSamplerAdvancedProvider: cfg sampler_name scheduler
IterativeLatentUpscale: upscale_factor steps
IterativeImageUpscale: upscale_factor steps
UltralyticsDetectorProvider: model_name
SAMLoader: model_name device_mode
ImpactSwitch: select sel_mode
LatentSwitch: select
SEGSSwitch: select
KSampler //Inspire: {_KSAMPLER}
KSamplerPipe //Inspire: {_KSAMPLER}
KSamplerAdvanced //Inspire: add_noise noise_seed steps cfg sampler_name scheduler start_at_step end_at_step
KSamplerAdvancedPipe //Inspire: add_noise noise_seed steps cfg sampler_name scheduler start_at_step end_at_step
BNK_TiledKSampler: seed tile_width tile_height tiling_strategy steps cfg sampler_name scheduler denoise
BNK_TiledKSamplerAdvanced: add_noise noise_seed tile_width tile_height tiling_strategy steps cfg sampler_name
  scheduler start_at_step end_at_step
BNK_CLIPTextEncodeAdvanced: text token_normalization weight_interpretation
UltimateSDUpscaleNoUpscale: {_KSAMPLER}
UltimateSDUpscaleCustomSample: upscale_by {_KSAMPLER}
KRestartSampler: {_KSAMPLER} segments restart_scheduler
KRestartSamplerSimple: {_KSAMPLER} segments
KRestartSamplerAdv: {_ADVANCED} segments restart_scheduler
KRestartSamplerCustom: add_noise noise_seed steps cfg scheduler start_at_step end_at_step return_with_leftover_noise
ClownsharKSampler_Beta: eta sampler_name scheduler steps steps_to_run denoise cfg seed sampler_mode bongmath
ClownsharkChainsampler_Beta: eta sampler_name steps_to_run cfg sampler_mode bongmath
SharkSampler_Beta: scheduler steps steps_to_run denoise cfg seed sampler_mode
ClownSampler_Beta: eta sampler_name seed bongmath
SharkChainsampler_Beta: steps_to_run cfg sampler_mode
XlabsSampler: noise_seed steps timestep_to_start_cfg true_gs image_to_image_strength denoise_strength
SUPIR_sample: seed steps cfg_scale_start cfg_scale_end EDM_s_churn s_noise DPMPP_eta control_scale_start
  control_scale_end restore_cfg keep_model_loaded sampler sampler_tile_size sampler_tile_stride
SUPIR_conditioner: positive_prompt negative_prompt
KSampler SDXL (Eff.): noise_seed steps cfg sampler_name scheduler start_at_step refine_at_step
Eff. Loader SDXL: base_ckpt_name base_clip_skip refiner_ckpt_name refiner_clip_skip positive_ascore negative_ascore
  vae_name positive negative token_normalization weight_interpretation empty_latent_width empty_latent_height
  batch_size
PolyexponentialScheduler: steps sigma_max sigma_min rho
LaplaceScheduler: steps sigma_max sigma_min mu beta
VPScheduler: steps beta_d beta_min eps_s
GITSScheduler: coeff steps denoise
OptimalStepsScheduler: model_type steps denoise
DualModelGuider: cfg
SharkGuider: cfg
Sampler Selector (Image Saver): sampler_name
Scheduler Selector (Image Saver): scheduler
KSampler Config (rgthree): steps_total refiner_step cfg sampler_name scheduler
Power Prompt - Simple (rgthree): prompt insert_embedding insert_saved
SDXL Power Prompt - Positive (rgthree): prompt_g prompt_l
SDXL Power Prompt - Simple / Negative (rgthree): prompt_g prompt_l
Lora Loader Stack (rgthree): lora_01 strength_01 lora_02 strength_02 lora_03 strength_03 lora_04 strength_04
CR Load LoRA: switch lora_name strength_model strength_clip
Lora Loader (JPS): switch lora_name strength_model strength_clip
LoraLoaderBlockWeight //Inspire: category_filter lora_name strength_model strength_clip
CR Multi-ControlNet Stack: switch_1 controlnet_1 controlnet_strength_1 start_percent_1 end_percent_1 switch_2
  controlnet_2 controlnet_strength_2 start_percent_2 end_percent_2 switch_3 controlnet_3 controlnet_strength_3
CR SDXL Aspect Ratio: width height aspect_ratio swap_dimensions upscale_factor batch_size
CR Aspect Ratio: width height aspect_ratio swap_dimensions upscale_factor prescale_factor batch_size
CR Text Replace: text find1 replace1 find2 replace2 find3 replace3
CR Text Input Switch: Input
CR Model Input Switch: Input
CR Clip Input Switch: Input
CR Conditioning Input Switch: Input
CR Latent Input Switch: Input
CR Image Input Switch: Input
CR VAE Input Switch: Input
CR Pipe Switch: Input
easy positive: positive
easy negative: negative
easy promptConcat: prompt1 prompt2 separator
easy promptReplace: prompt find1 replace1 find2 replace2 find3 replace3
easy anythingIndexSwitch: index
easy textIndexSwitch: index
easy imageIndexSwitch: index
easy conditioningIndexSwitch: index
easy textSwitch: input
easy imageSwitch: boolean
easy boolean: value
easy preSamplingAdvanced: steps cfg sampler_name scheduler start_at_step end_at_step
ComfySwitchNode: switch
ComfyMathExpression: expression
CustomCombo: choice
JsonExtractString: json_string key
StringTrim: string mode
CaseConverter: string mode
StringSubstring: string start end
RegexReplace: string regex_pattern replace
LazySwitchKJ: switch
Switch any [Crystools]: boolean
StringConstantMultiline: string strip_newlines
WanVideoSampler: steps cfg shift seed force_offload scheduler riflex_freq_index denoise_strength
WanVideoTextEncode: positive_prompt negative_prompt force_offload
WanVideoModelLoader: model base_precision quantization load_device attention_mode
WanVideoLoraSelect: lora strength
WanVideoEmptyEmbeds: width height num_frames
LoadWanVideoT5TextEncoder: model_name precision
HyVideoSampler: width height num_frames steps embedded_guidance_scale flow_shift seed force_offload
HyVideoTextEncode: prompt
HyVideoModelLoader: model base_precision quantization load_device
HyVideoVAELoader: model_name precision
HyVideoLoraSelect: lora strength
JWStringConcat: a b
JWStringReplace: source to_replace replace_with
Text String: text text_b text_c text_d
Text Find and Replace: find replace
DPRandomGenerator: text seed autorefresh
Image Save: output_path filename_prefix
EmptyHunyuanImageLatent: width height batch_size
EmptyChromaRadianceLatentImage: width height batch_size
EmptyCosmosLatentVideo: width height length batch_size
HighRes-Fix Script: upscale_type hires_ckpt_name latent_upscaler pixel_upscaler upscale_by use_same_seed seed
  hires_steps denoise iterations
"""

STACKED = 50
"""Entries of a LoRA stack, each with four widgets, whether shown or not."""

_STACKS = {
    "LoRA Stacker": (
        "input_mode lora_count",
        "lora_name_{0} lora_wt_{0} model_str_{0} clip_str_{0}",
    ),
    "easy loraStack": (
        "toggle mode num_loras",
        "lora_{0}_name lora_{0}_strength lora_{0}_model_strength lora_{0}_clip_strength",
    ),
}


def parsed(text: str) -> dict[str, tuple[str, ...]]:
    """Return the names in a table of lines ``class.

    Name name``, which a line that is indented goes on with.
    """
    lines = (line.partition(": ") for line in text.replace("\n  ", " ").split("\n") if line)
    return {name: tuple(order.split()) for name, _, order in lines}


PACK_ORDERS = parsed(_ORDERS) | {
    name: tuple(" ".join([head, *(each.format(at) for at in range(1, STACKED + 1))]).split())
    for name, (head, each) in _STACKS.items()
}
