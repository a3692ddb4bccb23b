"""`KERAS_BACKEND=... python -m tests.attribution.on_backend WEIGHTS OUT`: maps of the three networks, as npz.

WEIGHTS is written where it is not there yet, and read where it is.
"""

import sys
from pathlib import Path

import numpy as np

from biasaudit.attribution.grad_cam import grad_cam
from biasaudit.attribution.integrated_gradients import integrated_gradients
from biasaudit.model.gradients import score_gradients
from tests.attribution.networks import BUILDERS, CLASSES, drawn, pictures


def main(weights: Path, out: Path) -> None:
    networks = {name: build() for name, build in BUILDERS.items()}
    if not weights.exists():
        kept = {
            f"{name} {number:03}": weight
            for name, network in networks.items()
            for number, weight in enumerate(drawn(network).get_weights())
        }
        np.savez(weights, **kept)
    saved = np.load(weights)
    found = {}
    images, codes = pictures(5), np.arange(5) % CLASSES
    for name, network in networks.items():
        network.set_weights([saved[key] for key in sorted(saved.files) if key.startswith(f"{name} ")])
        gradients = score_gradients(network, batch=3)  # 5 images: a full batch and a part of one
        found[f"{name} scores"], found[f"{name} gradients"] = gradients(images, codes)
        found[f"{name} integrated gradients"] = integrated_gradients(gradients, images[:1], codes[:1])
        found[f"{name} Grad-CAM"] = grad_cam(network)(images, codes)
    np.savez(out, **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
