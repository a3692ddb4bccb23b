import numpy as np

from biasaudit.attribution.partition import partition

IMAGE = np.random.default_rng(0).integers(80, 120, (48, 48, 3), dtype=np.uint8)
IMAGE[30:42, 6:18] = (250, 250, 20)


def test_the_area_that_the_score_comes_from_stands_out_and_of_a_blind_model_nothing():
    asked = []

    def by_the_mark(rgb):
        asked.append(len(rgb))
        yellow = (rgb[..., 0].astype(float) - rgb[..., 2] > 150).mean(axis=(1, 2))
        return np.column_stack([-yellow, yellow])

    heat = partition(by_the_mark, IMAGE, 1)
    assert heat.shape == (48, 48)
    assert heat[30:42, 6:18].sum() > 0.5 * np.maximum(heat, 0).sum() > 0  # a sixteenth of the picture
    assert sum(asked) <= 330
    assert partition(by_the_mark, IMAGE, 0)[30:42, 6:18].sum() < 0
    assert np.allclose(partition(lambda rgb: np.zeros((len(rgb), 2)), IMAGE, 1), 0)
