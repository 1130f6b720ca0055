"""Noises between bounds whose probabilities are integrals; numbers by Owen's T and sums of gamma tails in mpmath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk

INF = float("inf")
LAST = [[2.0, INF], [2.0, 3.0]]  # what is known of two outcomes
BOUNDS = ({"low": 0.5, "high": 2.0}, {"high": 2.0})

#: outputs -> the value and slopes at 1.25 seen from 0.5 to 2 and up to 2, of what is above 2, and what from 2 to 3
NUMBERS: list[tuple[Any, tuple[float, ...], list[list[float]]]] = [
    (
        lk.SkewNormal,
        (0.0, 0.0, 2.0),
        [
            [0.70476541434187363, -0.84624643883838441, -1.0328144036518532, 0.036766702461216744],
            [1.4815860452442702, -2.6179748498469225, -1.6489707849038125, -0.0010771840271426308],
            [5.5443996427297128, -4.5831349217624936, -6.6120660233517769, -1.4876873176517303e-8],
            [5.5482546000717916, -4.575542712869841, -6.5828669473699814, -1.4934333570446722e-8],
        ],
    ),
    (
        lk.SkewNormal,
        (3.0, -1.0, -4.0),
        [
            [8.106055940235273, 6.7804937362742431, -16.445135181327451, -3.2005487292513538e-37],
            [8.1060559402363049, 6.7804937362589594, -16.44513518127996, -3.2005487292480513e-37],
            [0.0014128386232072998, -0.015626390131605078, 0.013415568326182451, -4.5250546934501985e-40],
            [0.082719840362657324, 1.3663855922540394, 0.014551918632458107, 0.020338830459598964],
        ],
    ),
    (
        lk.SkewNormal,
        (-6.0, 0.5, 1.0),
        [
            [3.4886892167798619, -0.64285871081304631, -5.6933647867167061, 2.8841381835778391e-10],
            [27.898230707141803, -7.641021874140522, -34.76129209335699, -2.7749832110096451e-12],
            [36.071699836830417, -8.5530143132030641, -43.724704766635815, -3.7464917267947188e-15],
            [36.071814530932026, -8.5528949051250364, -43.723391117480957, -3.7469213899289048e-15],
        ],
    ),
    (
        lk.Rice,
        (0.3, 0.2),
        [
            [0.32285908475246577, 0.088610315615074087, 0.072487976724411548],
            [0.40840652349590842, 0.039924534829168924, 0.070343014664549151],
            [0.78925928036632372, -0.75260175877556919, -0.92697113609704205],
        ],
    ),
    (
        lk.ExponentiallyModifiedNormal,
        (0.3, 0.2, -0.5),
        [
            [0.34461385618647377, -0.048447236667037149, 0.038936051513745222, -0.012394074928856316],
            [0.71025299077305585, -0.43769314759827399, 0.22674792324367681, 0.046416256533365148],
            [0.73971257015322047, -0.45759964698919382, -0.072653586989771554, 0.53552333898277478],
            [1.7224856988974756, -0.43100384435225843, -0.031329040992937166, -0.083146538007427406],
        ],
    ),
    (
        lk.ExponentiallyModifiedNormal,
        (-4.0, 0.5, 1.0),
        [
            [0.56212038802201246, -0.00038895611147881337, -0.001445326549531508, 0.16905204432425008],
            [5.8030724244827773, -1.3143011361869152, -1.046232492096945, 2.3734870319035489],
            [7.0613709040046934, -1.313261129403904, -1.0456966508054361, 3.4754113955822228],
            [7.3746326297506304, -1.3132609247823553, -1.0456956840515714, 3.2064700950964858],
        ],
    ),
    (
        lk.ExponentiallyModifiedNormal,
        (6.0, -1.0, 3.0),
        [
            [29.876873807998961, 7.3646263320084674, -55.733767927046812, -0.0030276761340689789],
            [29.876873807998961, 7.3646263320084674, -55.733767927046812, -0.0030276761340689789],
        ],
    ),
    (
        lk.InverseGaussian,
        (0.3, 0.2),
        [
            [0.55119560294004045, -0.13812726670564935, -0.12049009695678863],
            [0.94178709047876326, -0.29240634111697919, -0.49792725311769523],
            [1.644609982687549, -1.5016935980953674, -0.0025114353468404054],
            [2.3345324974412622, -0.72433832742960918, -0.33556915149798748],
        ],
    ),
    (
        lk.InverseGaussian,
        (3.0, -2.0),
        [
            [0.6569489371669145, -8.0088193811705437e-5, -0.023911467248413254],
            [2.078224906065936, -0.00029535429502036513, -0.57197750265328428],
            [1.6098730978394495, -0.026470286691480327, -0.47859359359839115],
            [3.2895596499730391, 0.0059159273047464551, -0.47833241963427492],
        ],
    ),
    (
        lk.InverseGaussian,
        (-1.0, 2.5),
        [
            [24.550339851825323, -64.341533354600388, 25.622973265663359],
            [28.021906548591196, -79.405962166959953, 27.518252688415209],
            [64.446060264512367, -148.95149658745126, 60.430009984295443],
            [64.446060264512367, -148.95149658745126, 60.430009984295443],
        ],
    ),
]


@pytest.mark.parametrize(("noise", "outputs", "numbers"), NUMBERS)
def test_value_and_slopes_are_those_of_the_textbook(
    noise: Any, outputs: tuple[float, ...], numbers: list[list[float]]
) -> None:
    truncated = [lk.derive(lk.Truncated(noise, **bounds)).value_and_gradient([1.25], [outputs]) for bounds in BOUNDS]
    censored = lk.derive(lk.Censored(noise)).value_and_gradient(LAST, [outputs] * 2)
    found = [
        *(np.r_[value, slopes[0]] for value, slopes in truncated),
        *(np.r_[v, s] for v, s in zip(*censored, strict=True)),
    ]
    for row, expected in zip(found, numbers, strict=False):
        np.testing.assert_allclose(row, expected, rtol=2e-13)


@pytest.mark.parametrize("noise", [lk.SkewNormal, lk.Rice])
def test_counts_of_rounded_amounts_sum_to_one(noise: Any) -> None:
    loss = lk.derive(lk.Discretised(noise))
    counts = np.arange(-40.0 if noise is lk.SkewNormal else 0.0, 40.0)
    outputs = np.tile([0.4, 0.7, -1.5][: 3 if noise is lk.SkewNormal else 2], (counts.size, 1))
    assert np.exp(-loss(counts, outputs)).sum() == pytest.approx(1.0, abs=1e-14)


def test_what_is_below_a_long_delay_keeps_its_digits() -> None:
    noise = lk.ExponentiallyModifiedNormal(scale=1, rate=lk.links.exp)
    found = lk.derive(noise).distribution([[0.0, -18.0], [0.0, -30.0]]).cdf(np.array([[-5.0, -5.0], [3.0, 3.0]]))
    expected = [[8.1421992567818475e-16, 5.0027401394614796e-21], [4.5695758276908076e-8, 2.8076444962530993e-13]]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_quantiles_are_where_the_probability_is() -> None:
    for noise, outputs in ((lk.SkewNormal, [1.0, 0.5, -7.0]), (lk.Rice, [0.5, -1.0])):
        law = lk.derive(noise).distribution([outputs])
        for level in (1e-9, 0.3, 0.999):
            assert law.cdf(law.quantile(level))[0] == pytest.approx(level, rel=1e-12)


def test_intervals_of_powers_that_are_normal_and_cut() -> None:
    """Of 2 (sqrt(y) - 1) with a normal law cut at -2, seen from 0.5 to 3; numbers of mpmath's error function."""
    loss = lk.derive(lk.Censored(lk.Truncated(lk.BoxCoxNormal, low=0.5, high=3)))
    value = loss([[1.0, 2.0], [1.0, INF]], [[0.0, 0.0, 0.5]] * 2)
    np.testing.assert_allclose(value, [0.784736128997, 0.415963432397], 2e-12)
