"""What each place of an image looks like to the middle of the network, where edges and textures still have places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from biasaudit.images.pixels import PixelStore
from biasaudit.model.backbone import Backbone

DIMENSIONS = 64
SAMPLE = 6000
"""Places from which the whitening is learnt."""
BATCH = 32


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """Whitened descriptors of unit length, so that a product of two is how alike they are, beyond what all share."""

    size: int
    """Side in pixels of the images that it takes."""
    network: Backbone | None
    """Whose maps they are, float32 (n, side + 1, side + 1, channels); None on the way to a worker."""
    whitening: PCA
    side: int
    """Places along one side: one fewer than the map has, since a place takes in a square of two by two."""

    def of(self, rgb: np.ndarray) -> np.ndarray:
        """uint8 (n, size, size, 3) -> float32 (n, side * side, DIMENSIONS), rows of unit length."""
        assert self.network is not None
        around = _neighbourhoods(self.network.features(rgb))
        flat = self.whitening.transform(around.reshape(-1, around.shape[-1]))
        flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
        return flat.reshape(len(rgb), self.side**2, -1).astype(np.float32)

    def box(self, place: int) -> tuple[float, float, float, float]:
        """Left, upper, right and lower edge of a place, as shares of the picture's sides."""
        row, column = divmod(int(place), self.side)
        cells = self.side + 1
        return column / cells, row / cells, (column + 2) / cells, (row + 2) / cells

    @property
    def boxes(self) -> np.ndarray:
        """float (places, 4): the same of every place."""
        return np.array([self.box(place) for place in range(self.side**2)])


def learn(backbone: Backbone, store: PixelStore, rows: np.ndarray, rng: np.random.Generator) -> LocalFeatures | None:
    """Whitening from images at `rows` of the store, int (n,); None where the network has no map of a middle size."""
    half = backbone.middle()
    if half is None:
        return None
    found = []
    share = max(1, SAMPLE // max(1, len(rows)))
    for batch in store.batches(rows, BATCH):
        around = _neighbourhoods(half.features(batch))
        flat = around.reshape(len(batch), -1, around.shape[-1])
        found += [image[rng.choice(len(image), min(share, len(image)), replace=False)] for image in flat]
    sample = np.concatenate(found)
    dimensions = min(DIMENSIONS, *sample.shape)
    whitening = PCA(dimensions, whiten=True, svd_solver="randomized", random_state=0).fit(sample)
    return LocalFeatures(backbone.size, half, whitening, around.shape[1])


def _neighbourhoods(maps: np.ndarray) -> np.ndarray:
    """Each place with its right, lower and diagonal neighbour: (n, h, w, c) -> (n, h - 1, w - 1, 4 c)."""
    return np.concatenate([maps[:, :-1, :-1], maps[:, 1:, :-1], maps[:, :-1, 1:], maps[:, 1:, 1:]], axis=-1)
