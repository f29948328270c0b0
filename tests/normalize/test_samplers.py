import json
from pathlib import Path

import pytest

from service.normalize.sampler_names import SAMPLER_ALIASES, SAMPLERS, SCHEDULER_ALIASES, SCHEDULERS
from service.normalize.samplers import fold_name, split_sampler

PAIRS = Path(__file__).parent.parent.parent.parent / "shared" / "corpus" / "samplers.json"


@pytest.mark.parametrize(
    ("sampler", "scheduler", "expected"),
    [
        ("DPM++ 2M Karras", None, ("dpmpp_2m", "karras")),
        ("DPM++ 2M SDE Heun Exponential", None, ("dpmpp_2m_sde_heun", "exponential")),
        ("DPM++ 2S a Karras", None, ("dpmpp_2s_ancestral", "karras")),
        ("DPM++ 2M SDE SGMUniform", None, ("dpmpp_2m_sde", "sgm_uniform")),
        ("DPM++ 2M", "SGM Uniform", ("dpmpp_2m", "sgm_uniform")),
        ("DPM++ 2M SDE GPU", "Align Your Steps", ("dpmpp_2m_sde", "align_your_steps")),
        ("DPM2 a Karras", None, ("dpm_2_ancestral", "karras")),
        ("Euler A", "Automatic", ("euler_ancestral", "automatic")),
        ("Euler a CFG++", None, ("euler_ancestral_cfg_pp", None)),
        ("Heun PP2", None, ("heunpp2", None)),
        ("SA-Solver", None, ("sa_solver", None)),
        ("Gradient Estimation", "KL Optimal", ("gradient_estimation", "kl_optimal")),
        ("euler_ancestral_karras", None, ("euler_ancestral", "karras")),
        ("dpmpp_2m_sde_gpu_karras", None, ("dpmpp_2m_sde", "karras")),
        ("dpmpp_2m_karras", "beta", ("dpmpp_2m", "beta")),
        ("ddim_uniform", None, ("ddim", "uniform")),
        ("DPM++2M Karras", None, ("dpmpp_2m", "karras")),
        ("Res Multistep CFG++", None, ("res_multistep_cfg_pp", None)),
        ("Euler a Automatic", None, ("euler_ancestral", "automatic")),
        ("DPM2++ 2M SDE FlowMatch", None, ("dpmpp_2m_sde", None)),
        ("DPM2a FlowMatch", None, ("dpm_2_ancestral", None)),
        ("UniPC FlowMatch", "betas", ("uni_pc", "beta")),
        ("Default - DPM++ 2M", None, ("dpmpp_2m", None)),  # presets of Krita's plug-in
        ("Flux - Euler simple", None, ("euler", "simple")),
        ("Realtime - Hyper", None, (None, None)),
        ("dpm++2m", "smoothstep", ("dpmpp_2m", "smoothstep")),
        ("BDIA DDIM", None, (None, None)),
        ("Kohaku Turbo", None, (None, None)),
        ("Kohaku Karras", None, (None, "karras")),
        ("Euler", "EulerDiscreteScheduler", ("euler", None)),
        ("sample_dpmpp_2m", "normal", ("dpmpp_2m", "normal")),
        ("dpmpp_2m_k", None, ("dpmpp_2m", "karras")),
        ("kdpm_2_a_k", None, ("dpm_2_ancestral", "karras")),
        ("dpmpp_2s_k", None, (None, "karras")),
        ("k_dpmpp_2s_ancestral", "native", ("dpmpp_2s_ancestral", "normal")),
        ("ddim_v3", None, ("ddim", None)),
        ("K_EULER_ANCESTRAL", None, ("euler_ancestral", None)),
        ("UniPC Trailing", None, ("uni_pc", None)),
        ("DPM++ 2M AYS", None, ("dpmpp_2m", "align_your_steps")),
        ("unipc_snr", None, ("uni_pc", None)),
        ("DPMSolverMultistepScheduler", None, ("dpmpp_2m", None)),
        ("FlowMatchEulerDiscreteScheduler", None, ("euler", None)),
        ("euler", "KarrasScheduler", ("euler", "karras")),
        ("euler", "GITSScheduler", ("euler", "gits")),
        ("euler", "BasicScheduler", ("euler", None)),
        ("uni_pc_bh2", "simple", ("uni_pc_bh2", "simple")),
        ("Undefined", None, (None, None)),
        ("my_own_sampler", "my_own_schedule", (None, None)),
        ("", "", (None, None)),
        (None, "Karras", (None, "karras")),
        (None, None, (None, None)),
    ],
)
def test_a_name_is_put_into_comfyuis_words(
    sampler: str | None, scheduler: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert split_sampler(sampler, scheduler) == expected


def test_comfyuis_own_names_stay_as_they_are() -> None:
    assert {name: split_sampler(name, None) for name in SAMPLERS} == {
        name: (name, None) for name in SAMPLERS
    }
    assert {name: split_sampler(None, name) for name in SCHEDULERS} == {
        name: (None, name) for name in SCHEDULERS
    }


def test_every_alias_is_folded_and_leads_to_a_name() -> None:
    assert {fold_name(alias) for alias in SAMPLER_ALIASES} == set(SAMPLER_ALIASES)
    assert {fold_name(alias) for alias in SCHEDULER_ALIASES} == set(SCHEDULER_ALIASES)
    assert set(SAMPLER_ALIASES.values()) <= SAMPLERS
    assert set(SCHEDULER_ALIASES.values()) <= SCHEDULERS


@pytest.mark.corpus
@pytest.mark.skipif(not PAIRS.is_file(), reason="the corpus is not beside this checkout")
def test_all_pairs_of_the_corpus_are_known() -> None:
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    assert [(*pair[:2], *split_sampler(*pair[:2])) for pair in pairs] == [
        tuple(pair) for pair in pairs
    ]
