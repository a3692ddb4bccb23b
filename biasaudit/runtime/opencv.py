"""Whether one OpenCV is installed, or several that overwrite each other."""

from __future__ import annotations

import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution

OURS = "opencv-python-headless"
"""The build that a server without a screen can import; the others need libraries of a desktop."""
BUILDS = (OURS, "opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")
"""The wheels that OpenCV publishes. Each writes the folder `cv2`, and their page says to install only one."""


def tell_of_a_second_opencv() -> None:
    """Say on stderr where several OpenCV wheels are installed, and how to keep one; imports none of them."""
    found = [name for name in BUILDS if _writes_cv2(name)]
    if len(found) < 2:
        return
    pip = f"{shlex.quote(sys.executable)} -m pip"
    print(
        f"biasaudit: {' and '.join(found)} are installed and write the same folder cv2: the last installed wins, and "
        f"removing one breaks the other. To keep one: {pip} uninstall -y {' '.join(found)} && {pip} install {OURS}",
        file=sys.stderr,
        flush=True,
    )


def _writes_cv2(name: str) -> bool:
    """Whether this wheel is installed with files of its own: conda lists names that hold none."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        return False
    return any(file.parts[0] == "cv2" for file in files)
