"""What ComfyUI calls samplers and schedules, and what other generators call the same.

A sampler that ComfyUI does not have is not here: no name is better than a similar one.
"""

SAMPLERS = frozenset(
    "euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 exp_heun_2_x0 "
    "exp_heun_2_x0_sde dpm_2 dpm_2_ancestral lms dpm_fast dpm_adaptive dpmpp_2s_ancestral "
    "dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde dpmpp_2m_sde_heun "
    "dpmpp_3m_sde ddpm lcm ipndm ipndm_v deis res_multistep res_multistep_cfg_pp "
    "res_multistep_ancestral res_multistep_ancestral_cfg_pp gradient_estimation "
    "gradient_estimation_cfg_pp er_sde seeds_2 seeds_3 sa_solver sa_solver_pece ddim ddim_cfg_pp "
    "uni_pc uni_pc_bh2 plms restart tcd "
    "res_2m res_3m res_2s res_3s res_5s res_2m_sde res_3m_sde res_2s_sde res_3s_sde".split(),
)
"""ComfyUI's, without ``_gpu``. The last line is RES4LYF's, which adds itself to ComfyUI's list."""

SAMPLER_ALIASES = {
    # A1111, Forge, SD.Next, Draw Things: display names
    "euler_a": "euler_ancestral",
    "eulera": "euler_ancestral",
    "euler_a_cfg_pp": "euler_ancestral_cfg_pp",
    "euler_cfg_pppp": "euler_cfg_pp",
    "euler_edm": "euler",
    "euler_sgm": "euler",
    "flow_match_euler": "euler",
    "heun_pp2": "heunpp2",
    "heunpp": "heunpp2",
    "dpm2": "dpm_2",
    "dpm2_a": "dpm_2_ancestral",
    "dpm_2_a": "dpm_2_ancestral",
    "dpm2a": "dpm_2_ancestral",
    "dpm2_ancestral": "dpm_2_ancestral",
    "dpmpp_2s_a": "dpmpp_2s_ancestral",
    "dpmpp_2s_a_cfg_pp": "dpmpp_2s_ancestral_cfg_pp",
    "dpm2pp_sde": "dpmpp_sde",
    "dpmpp_2m_alt": "dpmpp_2m",
    "dpm_sde": "dpmpp_sde",
    "unipc": "uni_pc",
    "unipc_bh2": "uni_pc_bh2",
    "uni_pc_bh1": "uni_pc",
    "lmsd": "lms",
    "cogx_ddim": "ddim",
    "er_sde_solver": "er_sde",
    "sa_solver_pec": "sa_solver",
    # InvokeAI; its version 2 had other names for two of k-diffusion's samplers (_set_sampler)
    "dpmpp_2": "dpmpp_2m",
    "dpmpp_2_a": "dpmpp_2s_ancestral",
    "kdpm_2": "dpm_2",
    "kdpm_2_a": "dpm_2_ancestral",
    "kdpm2": "dpm_2",
    "kdpm2_a": "dpm_2_ancestral",
    # NovelAI
    "ddim_v3": "ddim",
    # Easy Diffusion
    "unipc_snr": "uni_pc",
    "unipc_snr_2": "uni_pc",
    "unipc_tu": "uni_pc",
    "unipc_tu_2": "uni_pc",
    "unipc_tq": "uni_pc",
    "dpm_solverpp": "dpmpp_2m",  # Mochi Diffusion
    # diffusers
    "eulerdiscretescheduler": "euler",
    "eulerancestraldiscretescheduler": "euler_ancestral",
    "edmeulerscheduler": "euler",
    "flowmatcheulerdiscretescheduler": "euler",
    "flowmatchheundiscretescheduler": "heun",
    "flowmatchlcmscheduler": "lcm",
    "heundiscretescheduler": "heun",
    "lmsdiscretescheduler": "lms",
    "kdpm2discretescheduler": "dpm_2",
    "kdpm2ancestraldiscretescheduler": "dpm_2_ancestral",
    "dpmsolvermultistepscheduler": "dpmpp_2m",
    "flowdpmsolvermultistepscheduler": "dpmpp_2m",
    "edmdpmsolvermultistepscheduler": "dpmpp_2m",
    "dpmsolversdescheduler": "dpmpp_sde",
    "ddimscheduler": "ddim",
    "cogvideoxddimscheduler": "ddim",
    "ddpmscheduler": "ddpm",
    "deismultistepscheduler": "deis",
    "ipndmscheduler": "ipndm",
    "lcmscheduler": "lcm",
    "tcdscheduler": "tcd",
    "sasolverscheduler": "sa_solver",
    "unipcmultistepscheduler": "uni_pc",
    "flowunipcmultistepscheduler": "uni_pc",
}
"""Folded spelling (lower case, ``_`` for blanks, ``pp`` for ``++``) → ComfyUI's."""

SCHEDULERS = frozenset(
    "automatic normal karras exponential polyexponential simple beta beta57 turbo uniform "
    "sgm_uniform ddim_uniform linear_quadratic kl_optimal align_your_steps align_your_steps_gits "
    "align_your_steps_11 align_your_steps_32 laplace vp gits optimal_steps ltxv flux2 "
    "bong_tangent smoothstep".split(),
)

SCHEDULER_ALIASES = {
    "auto": "automatic",
    "native": "normal",  # NovelAI
    "ddim": "ddim_uniform",
    "sgmuniform": "sgm_uniform",
    "betas": "beta",  # SD.Next's sigma method
    "ays": "align_your_steps",
    "ays_gits": "align_your_steps_gits",
    "ays_11": "align_your_steps_11",
    "ays_32": "align_your_steps_32",
    "align_your_steps_11_steps": "align_your_steps_11",
    "align_your_steps_32_steps": "align_your_steps_32",
    # A sigma node's class is its schedule
    "karrasscheduler": "karras",
    "exponentialscheduler": "exponential",
    "polyexponentialscheduler": "polyexponential",
    "betasamplingscheduler": "beta",
    "alignyourstepsscheduler": "align_your_steps",
    "sdturboscheduler": "turbo",
    "laplacescheduler": "laplace",
    "vpscheduler": "vp",
    "gitsscheduler": "gits",
    "optimalstepsscheduler": "optimal_steps",
    "ltxvscheduler": "ltxv",
    "flux2scheduler": "flux2",
}
"""Folded spelling → the name we keep."""
