"""Images of one class that look alike and on which the model fails: a group that no column names.

A model fails more often where images are hard, and hard images are somewhere: a mixture finds a corner of nearly any
class in which errors gather. So what is found is held against twins of the class that have no groups in them: drawn
from one Gaussian, with the same spread and the same gradient of the model's answers. A group is more than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from biasaudit.errors import Unavailable
from biasaudit.evidence.predictions import Predictions
from biasaudit.images.table import ImageTable
from biasaudit.results import say
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from biasaudit.stats import generator, permutation_p, permutations_for

DIMENSIONS = 16
"""Of the embedding within a class, at most a quarter of the images in one half."""
PARTS, IMAGES_A_PART = 6, 20
"""Parts of a mixture at most, and images of one half for each."""
WEIGHT = 3.0
"""How much more than one dimension of the embedding an error counts where the mixture is fitted (in Domino: 10)."""
ROUNDS = 30
FEWEST, FEWEST_WRONG = 60, 12
"""Groups of images of a class, and wrong answers among them, below which there is nothing to find and test."""
LEAST_PART = 8
"""Images that a part must hold in either half."""
WORSE = 0.1
"""Accuracy that a part must lack in the half where it was found, to be tested in the other."""
MOST = 800
"""Images of a class that are looked at, at most."""
TWINS, MOST_TWINS, CHUNK = 199, 999, 50
"""Twins of a class, more of them where there are many classes; drawn so many at a time."""
SETTLED = 20
"""Twins as bad as the class after which no more are drawn: it is nothing (Besag & Clifford 1991)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """The part of a class on which the model fails most, whether or not it is more than chance and gradient."""

    label: str
    tested: np.ndarray
    """int (m,): images of the half in which it was not looked for, one a group."""
    inside: np.ndarray
    """bool (m,): those of them that lie in it."""
    members: np.ndarray
    """int (k,): all images of the class that lie in it, the most typical first."""
    family: int
    """Classes that were looked at."""
    p_values: tuple[float, float]
    """Of so sure a loss of accuracy, and of so deep a valley between it and the rest, in the worst part of a class
    that has no groups in it."""

    @property
    def p_value(self) -> float:
        """Both must be beyond chance (Berger 1982, intersection-union test)."""
        return max(self.p_values)


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Gaussians with axes along the dimensions, each with its share of errors."""

    shares: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    def densities(self, points: np.ndarray) -> np.ndarray:
        """Log of share times density of each part, float (n, parts); errors play no part in it."""
        away = ((points[:, None] - self.means) ** 2 / self.variances + np.log(self.variances)).sum(axis=2)
        return np.log(self.shares) - away / 2


@dataclass(frozen=True, eq=False)
class _Worst:
    """The worst part of a mixture, with what was seen of it in the half that it was not fitted to."""

    mixture: _Mixture
    part: int
    loss: float
    valley: float


def slices(images: ImageTable, predictions: Predictions, settings: Settings, progress: Progress) -> tuple[Slice, ...]:
    """Of each class with enough images and errors the part that fails most; none where no part does in one half.

    Raises Unavailable where the model shows no features, each fold has a feature space of its own, or no class can be
    looked at.
    """
    if predictions.embedding is None:
        raise Unavailable(say("needs the features of the model, and a given function shows its answers only"))
    if len(np.unique(predictions.space)) > 1:
        raise Unavailable(say("needs one feature space: a network that was trained whole has one a fold"))
    wrong = predictions.log_odds.argmax(axis=1) != images.codes
    rng = generator(settings.seed, "slices")
    of_class = [
        _one_a_group(np.flatnonzero(predictions.judged & (images.codes == code)), images.groups, rng)
        for code in _codes(images)
    ]
    enough = [len(rows) >= FEWEST and wrong[rows].sum() >= FEWEST_WRONG for rows in of_class]
    if not any(enough):
        raise Unavailable(
            say(
                "needs a class of {n} images (or groups) at least, of which {wrong} are called wrongly",
                n=FEWEST,
                wrong=FEWEST_WRONG,
            )
        )
    found = []
    with progress.step("Looking for groups on which the model fails"), threadpool_limits(1):
        for code in np.flatnonzero(enough):
            rng = generator(settings.seed, "slices", images.classes[code])
            one = _slice_of(images, predictions, int(code), of_class[code][:MOST], wrong, sum(enough), rng)
            if one is not None:
                found.append(one)
    return tuple(found)


def _codes(images: ImageTable) -> range:
    return range(len(images.classes))


def _one_a_group(rows: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One image of each group, in random order: images of one patient fail together."""
    rows = rng.permutation(rows)
    return rows[np.sort(np.unique(groups[rows], return_index=True)[1])]


def _slice_of(
    images: ImageTable,
    predictions: Predictions,
    code: int,
    rows: np.ndarray,
    wrong: np.ndarray,
    family: int,
    rng: np.random.Generator,
) -> Slice | None:
    embedding, margin = predictions.embedding, predictions.log_odds[:, code]
    assert embedding is not None
    space = PCA(min(DIMENSIONS, len(rows) // 8), whiten=True, svd_solver="randomized", random_state=0)
    points = space.fit_transform(embedding[rows].astype(np.float64))
    half = len(rows) // 2
    found = _worst(points, wrong[rows], half, rng)
    if found is None:
        return None
    p_values = _beyond_twins(found, points, margin[rows], wrong[rows], half, family, rng)
    mixture, part = found.mixture, found.part
    everyone = np.flatnonzero(images.codes == code)
    densities = mixture.densities(space.transform(embedding[everyone].astype(np.float64)))
    lies_in = densities.argmax(axis=1) == part
    typical = np.argsort(-densities[lies_in, part], kind="stable")
    return Slice(
        label=images.classes[code],
        tested=rows[half:],
        inside=mixture.densities(points[half:]).argmax(axis=1) == part,
        members=everyone[lies_in][typical],
        family=family,
        p_values=p_values,
    )


def _worst(points: np.ndarray, wrong: np.ndarray, half: int, rng: np.random.Generator) -> _Worst | None:
    """Fit to the first half; the part whose loss of accuracy is surest in the second.

    points: float (n, dimensions). wrong: bool (n,). None where no part is worse in the first half.
    """
    mixture = _fitted(points[:half], wrong[:half], rng)
    first, second = (mixture.densities(some).argmax(axis=1) for some in (points[:half], points[half:]))
    best, loss = -1, -np.inf
    for part in range(len(mixture.shares)):
        here, there = first == part, second == part
        if min(here.sum(), there.sum()) < LEAST_PART or max(here.mean(), there.mean()) > 0.5:
            continue
        worse = wrong[:half][here].mean() - wrong[:half][~here].mean() >= WORSE
        if worse and surest_loss(wrong[half:], there) > loss:
            best, loss = part, surest_loss(wrong[half:], there)
    if best < 0:
        return None
    return _Worst(mixture, best, loss, _valley(points, first == best, second == best))


def _valley(points: np.ndarray, here: np.ndarray, there: np.ndarray) -> float:
    """How far the density falls between a part and the rest, 0 to 1, in the second half, on the line along which the
    two lie apart most in the first (Fisher 1936)."""
    half = len(here)
    first, second = points[:half], points[half:]
    within = np.cov((first - np.where(here[:, None], first[here].mean(axis=0), first[~here].mean(axis=0))).T)
    away = first[here].mean(axis=0) - first[~here].mean(axis=0)
    line = second @ np.linalg.solve(within + 0.1 * np.eye(len(within)) * np.trace(within) / len(within), away)
    width = 0.9 * max(float(np.std(line)), 1e-9) * len(line) ** -0.2  # Silverman 1986
    between = np.linspace(np.median(line[~there]), np.median(line[there]), 40)
    density = np.exp(-(((between[:, None] - line) / width) ** 2) / 2).mean(axis=1)
    return float(1 - density.min() / min(density[0], density[-1]))


def surest_loss(wrong: np.ndarray, inside: np.ndarray) -> float:
    """The favourable end of the 95% interval of accuracy outside minus inside (Agresti & Caffo 2000).

    wrong, inside: bool (n,).
    """
    rates, variance = [], 0.0
    for side in (inside, ~inside):
        n = side.sum() + 2
        rates.append((wrong[side].sum() + 1) / n)
        variance += rates[-1] * (1 - rates[-1]) / n
    return float(rates[0] - rates[1] - 1.96 * np.sqrt(variance))


def _fitted(points: np.ndarray, wrong: np.ndarray, rng: np.random.Generator) -> _Mixture:
    """A mixture of what images look like and of whether the model fails on them, by expectation-maximisation.

    Domino (Eyuboglu 2022) within one class; small parts borrow from the whole.
    """
    n, errors = len(points), wrong.astype(np.float64)
    parts = int(np.clip(n // IMAGES_A_PART, 2, PARTS))
    start = KMeans(parts, n_init=1, random_state=int(rng.integers(2**31)))
    belongs = np.eye(parts)[start.fit_predict(np.column_stack([points, WEIGHT / 2 * errors]))]
    whole = points.var(axis=0)
    for _ in range(ROUNDS):
        sizes = belongs.sum(axis=0)[:, None] + 1e-9
        means = belongs.T @ points / sizes
        spread = np.maximum(belongs.T @ points**2 - sizes * means**2, 0)
        mixture = _Mixture(sizes[:, 0] / n, means, (spread + 5 * whole) / (sizes + 5))
        rates = (belongs.T @ errors + 2 * errors.mean()) / (sizes[:, 0] + 2)
        error = np.where(wrong[:, None], np.log(rates + 1e-9), np.log(1 - rates + 1e-9))
        told = mixture.densities(points) + WEIGHT * error
        belongs = np.exp(told - logsumexp(told, axis=1, keepdims=True))
    return mixture


def _beyond_twins(
    seen: _Worst,
    points: np.ndarray,
    margin: np.ndarray,
    wrong: np.ndarray,
    half: int,
    family: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """The p-values of the loss and of the valley among those of the worst parts of classes drawn from one Gaussian.

    It has the covariance of the points and the margin, and the model fails on as many, those of the least margin.
    """
    both = np.column_stack([points, margin])
    shape = both.mean(axis=0), np.cov(both.T)
    null: list[tuple[float, float]] = []
    while len(null) < min(MOST_TWINS, permutations_for(family, TWINS)):
        for twin in rng.multivariate_normal(*shape, size=(CHUNK, len(both)), method="eigh"):
            fails = twin[:, -1] <= np.quantile(twin[:, -1], wrong.mean())
            worst = _worst(twin[:, :-1], fails, half, rng)
            null.append((worst.loss, worst.valley) if worst else (-1.0, -1.0))
        if max(np.sum(np.array(null) >= (seen.loss, seen.valley), axis=0)) >= SETTLED:
            break
    losses, valleys = np.array(null).T
    return permutation_p(seen.loss, losses), permutation_p(seen.valley, valleys)
