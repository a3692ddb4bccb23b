"""PyTorch's file format before 1.6, five pickles and then the numbers, read without PyTorch and running no code."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import IO, Any

import numpy as np

TORCH_MAGIC = 0x1950A86A20F9469CFC6C


def read_torch(stream: IO[bytes]) -> dict[str, np.ndarray]:
    """Read a state dict saved by PyTorch before 1.6, running no code from the file.

    The file holds a magic number, a protocol version, a description of the machine, the tensors' names,
    shapes and strides, the order of the storages, and then for each storage its length and its raw numbers.

    Args:
        stream: the open file, seekable.

    Returns:
        Name -> array, float32 or int64, views where the file has them so.

    Raises:
        pickle.UnpicklingError: the file asks for anything besides tensors in an OrderedDict.
        ValueError: the file is of another format, or cut short.
    """
    n_bytes = stream.seek(0, 2)
    stream.seek(0)
    if _TensorsOnly(stream, n_bytes).load() != TORCH_MAGIC:
        raise ValueError("not a file of PyTorch's older format")
    _version, _machine = (_TensorsOnly(stream, n_bytes).load() for _ in range(2))
    reader = _TensorsOnly(stream, n_bytes)
    weights = reader.load()
    for key in _TensorsOnly(stream, n_bytes).load():
        storage = reader.storages[key]
        length = int.from_bytes(stream.read(8), "little")
        numbers = stream.read(storage.nbytes)
        if length != storage.size or len(numbers) != storage.nbytes:
            raise ValueError("the file is cut short")
        storage[:] = np.frombuffer(numbers, storage.dtype)
    return dict(weights)


class _TensorsOnly(pickle.Unpickler):
    """An unpickler that can make NumPy arrays in an OrderedDict and nothing else."""

    def __init__(self, stream: IO[bytes], n_bytes: int) -> None:
        super().__init__(stream)
        self.n_bytes = n_bytes
        self.storages: dict[str, np.ndarray] = {}

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            "collections.OrderedDict": OrderedDict,
            "torch._utils._rebuild_tensor_v2": _tensor,
            "torch.FloatStorage": np.dtype("<f4"),
            "torch.LongStorage": np.dtype("<i8"),
        }
        if f"{module}.{name}" not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return allowed[f"{module}.{name}"]

    def persistent_load(self, pid: Any) -> np.ndarray:
        """The storage that `pid` names, still empty: its numbers follow at the end of the file."""
        _kind, dtype, key, _device, length, _view = pid
        if not isinstance(dtype, np.dtype) or not 0 <= length * dtype.itemsize <= self.n_bytes:
            raise pickle.UnpicklingError("a storage is larger than the file")
        return self.storages.setdefault(key, np.zeros(length, dtype))


def _tensor(storage: np.ndarray, offset: int, shape: tuple, strides: tuple, *_: Any) -> np.ndarray:
    """A view of `storage`. NumPy's constructor refuses a shape that reaches outside the storage."""
    width = storage.itemsize
    return np.ndarray(shape, storage.dtype, storage, offset * width, tuple(stride * width for stride in strides))
