"""The networks an audit can look through: a table of architectures, one file each, or a user's own file.

`choose` settles the name before anything slow is imported; `load` builds the network.
"""

from __future__ import annotations

import difflib

from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.model.backbone import Backbone
from biasaudit.model.backbones import own
from biasaudit.model.backbones.applications import APPLICATIONS
from biasaudit.model.backbones.lite0 import LITE0
from biasaudit.model.backbones.small_cnn import SMALL_CNN
from biasaudit.model.model_file import checked_file

ARCHITECTURES = (LITE0, SMALL_CNN, *APPLICATIONS)
"""`auto` takes the first of them that can be built here without a download."""
BY_NAME = {each.name: each for each in ARCHITECTURES}
AUTO = "auto"


def choose(name: str, *, trust_model: bool = False) -> str:
    """The backbone that `name` stands for: `auto` resolved, capitals put right, a file's path as given.

    Imports no TensorFlow.

    Raises:
        UsageError: nothing is called that, or it is a model file that may not or cannot be loaded.
        EnvironmentFault: it was asked for by name and cannot be built here, as where its weights are not installed.
    """
    if own.names_a_file(name):
        return checked_file(name, trust_model=trust_model)
    known = {each.casefold(): each for each in (AUTO, *BY_NAME)}
    found = known.get(name.casefold())
    if found is None:
        raise UsageError(_unknown(name, known))
    if found == AUTO:
        return next(each.name for each in ARCHITECTURES if each.offline and not each.why_not())
    if why_not := BY_NAME[found].why_not():
        raise EnvironmentFault(why_not)
    return found


def load(name: str, *, trust_model: bool = False, seed: int = 0) -> Backbone:
    """Build the backbone that `choose` settles on.

    Args:
        name: `auto`, `efficientnet_lite0`, `small_cnn`, a name in keras.applications, or the path of a
            `.keras` file. A user's model gets images as floats from 0 to 255, as Keras's own models with
            preprocessing inside do. One that was trained on images already divided by 255 needs a Rescaling
            layer first: whether it has one cannot be told for certain, so nothing is guessed.
        trust_model: the user knows that loading a model file can run code.
        seed: of small_cnn's initial weights.

    Raises:
        UsageError: as `choose`, or a user's model that is no image model with one input.
        EnvironmentFault: pretrained weights could not be read or downloaded.
    """
    name = choose(name, trust_model=trust_model)
    return own.load_own(name) if own.names_a_file(name) else BY_NAME[name].build(seed)


def _unknown(name: str, known: dict[str, str]) -> str:
    close = [known[each] for each in difflib.get_close_matches(name.casefold(), known, n=3)]
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    offline = ", ".join(each.name for each in ARCHITECTURES if each.offline)
    return (
        f"No backbone is called {name!r}.{guess} There are {AUTO}, {offline}, the models of "
        "keras.applications (such as MobileNetV2), and the path of a .keras file."
    )
