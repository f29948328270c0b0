"""The order of widgets by class, as node packs declare them.

For files whose editor did not name them yet.
"""

from service.parse.comfyui.pack_orders import PACK_ORDERS, parsed

_ORDERS = """
KSampler: seed steps cfg sampler_name scheduler denoise
KSamplerAdvanced: add_noise noise_seed steps cfg sampler_name scheduler start_at_step end_at_step
  return_with_leftover_noise
SamplerCustom: add_noise noise_seed cfg
KSampler (Efficient): seed steps cfg sampler_name scheduler denoise preview_method vae_decode
KSampler Adv. (Efficient): add_noise noise_seed steps cfg sampler_name scheduler start_at_step end_at_step
  return_with_leftover_noise preview_method vae_decode
KSamplerSelect: sampler_name
BasicScheduler: scheduler steps denoise
KarrasScheduler: steps sigma_max sigma_min rho
ExponentialScheduler: steps sigma_max sigma_min
BetaSamplingScheduler: steps alpha beta
SDTurboScheduler: steps denoise
AlignYourStepsScheduler: model_type steps denoise
LTXVScheduler: steps max_shift base_shift stretch terminal
Flux2Scheduler: steps width height
SplitSigmas: step
ManualSigmas: sigmas
RandomNoise: noise_seed
CFGGuider: cfg
DualCFGGuider: cfg_conds cfg_cond2_negative style
FluxGuidance: guidance
CheckpointLoaderSimple: ckpt_name
CheckpointLoader: config_name ckpt_name
unCLIPCheckpointLoader: ckpt_name
ImageOnlyCheckpointLoader: ckpt_name
Checkpoint Loader (Simple): ckpt_name
UNETLoader: unet_name weight_dtype
UnetLoaderGGUF: unet_name
VAELoader: vae_name
CLIPLoader: clip_name type device
DualCLIPLoader: clip_name1 clip_name2 type device
TripleCLIPLoader: clip_name1 clip_name2 clip_name3
CLIPVisionLoader: clip_name
CLIPSetLastLayer: stop_at_clip_layer
LoraLoader: lora_name strength_model strength_clip
LoraLoaderModelOnly: lora_name strength_model
ControlNetLoader: control_net_name
ControlNetApply: strength
ControlNetApplyAdvanced: strength start_percent end_percent
UpscaleModelLoader: model_name
HypernetworkLoader: hypernetwork_name strength
StyleModelLoader: style_model_name
GLIGENLoader: gligen_name
CLIPTextEncode: text
CLIPTextEncodeFlux: clip_l t5xxl guidance
CLIPTextEncodeSDXL: width height crop_w crop_h target_width target_height text_g text_l
CLIPTextEncodeSDXLRefiner: ascore width height text
smZ CLIPTextEncode: text parser mean_normalization multi_conditioning use_old_emphasis_implementation
  with_SDXL ascore width height crop_w crop_h target_width target_height text_g text_l smZ_steps
TextEncodeQwenImageEdit: prompt
TextEncodeQwenImageEditPlus: prompt
ConditioningAverage: conditioning_to_strength
ConditioningSetArea: width height x y strength
ConditioningSetTimestepRange: start end
EmptyLatentImage: width height batch_size
EmptySD3LatentImage: width height batch_size
EmptyFlux2LatentImage: width height batch_size
EmptyHunyuanLatentVideo: width height length batch_size
EmptyLTXVLatentVideo: width height length batch_size
EmptyMochiLatentVideo: width height length batch_size
StableCascade_EmptyLatentImage: width height compression batch_size
WanImageToVideo: width height length batch_size
WanFirstLastFrameToVideo: width height length batch_size
HunyuanImageToVideo: width height length batch_size guidance_type
LTXVImgToVideo: width height length batch_size strength
SVD_img2vid_Conditioning: width height video_frames motion_bucket_id fps augmentation_level
LatentUpscale: upscale_method width height crop
LatentUpscaleBy: upscale_method scale_by
ImageScale: upscale_method width height crop
ImageScaleBy: upscale_method scale_by
LoadImage: image upload
SaveImage: filename_prefix
SaveAnimatedWEBP: filename_prefix fps lossless quality method
SaveVideo: filename_prefix format codec
PrimitiveStringMultiline: value
PrimitiveString: value
PrimitiveInt: value
easy fullLoader: ckpt_name config_name vae_name clip_skip lora_name lora_model_strength lora_clip_strength
  resolution empty_latent_width empty_latent_height positive positive_token_normalization
  positive_weight_interpretation negative negative_token_normalization negative_weight_interpretation batch_size
easy a1111Loader: ckpt_name vae_name clip_skip lora_name lora_model_strength lora_clip_strength resolution
  empty_latent_width empty_latent_height positive negative batch_size
easy comfyLoader: ckpt_name vae_name clip_skip lora_name lora_model_strength lora_clip_strength resolution
  empty_latent_width empty_latent_height positive negative batch_size
easy preSampling: steps cfg sampler_name scheduler denoise seed
easy fullkSampler: steps cfg sampler_name scheduler denoise image_output link_id save_prefix seed
easy kSampler: image_output link_id save_prefix
StringReplace: string find replace
Text Concatenate: delimiter clean_whitespace
CR Text Concatenate: separator
StringFunction|pysssss: action tidy_tags text_a text_b text_c
JoinStrings: delimiter
JoinStringMulti: inputcount delimiter return_list
ttN concat: text1 text2 text3 delimiter
easy promptConcat: separator
ConcatStringSingle: string_a string_b
StringFormat: f_string
CFGOverride: cfg start_percent end_percent
SetFirstSigma: sigma
SplitSigmasDenoise: denoise
PrimitiveFloat: value
PrimitiveBoolean: value
StringConcatenate: string_a string_b delimiter
Efficient Loader: ckpt_name vae_name clip_skip lora_name lora_model_strength lora_clip_strength positive
  negative token_normalization weight_interpretation empty_latent_width empty_latent_height batch_size
FaceDetailer: guide_size guide_size_for max_size seed steps cfg sampler_name scheduler denoise
UltimateSDUpscale: upscale_by seed steps cfg sampler_name scheduler denoise
Seed (rgthree): seed
CR Seed: seed
DF_Text_Box: Text
StableZero123_Conditioning: width height batch_size elevation azimuth
WanCameraImageToVideo: width height length batch_size
WanCameraEmbedding: camera_pose width height length speed fx fy cx cy
SDXL Empty Latent Image (rgthree): dimensions clip_scale batch_size
Power Prompt (rgthree): prompt insert_lora insert_embedding insert_saved
CR LoRA Stack: switch_1 lora_name_1 model_weight_1 clip_weight_1 switch_2 lora_name_2 model_weight_2
  clip_weight_2 switch_3 lora_name_3 model_weight_3 clip_weight_3
LoraLoader|pysssss: lora_name strength_model strength_clip
LoraTagLoader: text
SDXLPromptStyler: text_positive text_negative style
CLIPTextEncodeSD3: clip_l clip_g t5xxl empty_padding
CLIPTextEncodeHunyuanDiT: bert mt5xl
CLIPTextEncodeHiDream: clip_l clip_g t5xxl llama
CLIPTextEncodeLumina2: system_prompt user_prompt
TextEncodeHunyuanVideo_ImageToVideo: prompt image_interleave
ImpactWildcardProcessor: wildcard_text populated_text mode seed
ImpactWildcardEncode: wildcard_text populated_text mode
"""

ORDERS = parsed(_ORDERS) | PACK_ORDERS
