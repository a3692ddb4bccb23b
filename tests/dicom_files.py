"""DICOM files made here: as small as they can be, with everything planted that must never come out again."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

ROOT = "1.2.826.0.1.3680043.9.7777"
SECRETS: dict[str, Any] = {
    "PatientName": "Quibbleworth^Jane",
    "PatientID": "PID-8842091",
    "PatientBirthDate": "19370412",
    "PatientAddress": "17 Larkspur Crescent",
    "PatientComments": "told by Dr Okonjo-Vane",
    "OtherPatientIDs": "MRN-55120",
    "StudyDate": "20190523",
    "SeriesTime": "142233",
    "AcquisitionDateTime": "20190524093015",
    "AccessionNumber": "ACC-99317",
    "InstitutionName": "St Elsewhere Hospital",
    "StationName": "XR-ROOM-0417",
    "ReferringPhysicianName": "Grimshaw^Theodora",
    "OperatorsName": "Pemberton^Ruth",
    "DeviceSerialNumber": "SN-4471182",
    "StudyDescription": "follow-up of Jane",
    "ImageComments": "Quibbleworth left lung",
    "StudyInstanceUID": f"{ROOT}.1.4455",
    "SeriesInstanceUID": f"{ROOT}.2.4455",
    "SOPInstanceUID": f"{ROOT}.3.4455",
}
"""Keyword -> a value that tells on somebody."""
PRIVATE = "private note on Quibbleworth"


def words_of(secrets: dict[str, Any] = SECRETS) -> list[str]:
    """Every text that must not be found, and the parts of it that would do."""
    whole = [str(value) for value in (*secrets.values(), PRIVATE)]
    return sorted({*whole, *(part for text in whole for part in text.split("^")), "Okonjo", "Larkspur", "Elsewhere"})


def dataset(pixels: np.ndarray, *, bits: int | None = None, **tags: Any) -> Dataset:
    """A data set of integers (rows, columns), (rows, columns, 3), or (frames, rows, columns), with `SECRETS`."""
    colours = pixels.ndim == 3 and pixels.shape[2] == 3
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = SECRETS["SOPInstanceUID"]
    made.SOPClassUID = SecondaryCaptureImageStorage
    for keyword, value in SECRETS.items():
        setattr(made, keyword, value)
    made.private_block(0x0011, "Quibbleworth", create=True).add_new(0x01, "LO", PRIVATE)
    nested = Dataset()
    nested.PatientName, nested.PatientID = SECRETS["PatientName"], SECRETS["PatientID"]
    made.ReferencedPatientSequence = [nested]
    made.Rows, made.Columns = pixels.shape[-3:-1] if colours else pixels.shape[-2:]
    made.SamplesPerPixel = 3 if colours else 1
    made.PhotometricInterpretation = "RGB" if colours else "MONOCHROME2"
    if colours:
        made.PlanarConfiguration = 0
    if pixels.ndim == 3 and not colours:
        made.NumberOfFrames = len(pixels)
    made.BitsAllocated = 8 * pixels.dtype.itemsize
    made.BitsStored = bits or made.BitsAllocated
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes() + b"\0" * (pixels.nbytes % 2)
    made["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def saved(path: Path, made: Dataset) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path, enforce_file_format=True)
    return path


def packed(made: Dataset, syntax: str, *frames: bytes) -> Dataset:
    """The data set with its pixels in a compressed transfer syntax."""
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(list(frames))
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    return made


def lut(values: list[int], first: int, bits: int, kind: str = "US") -> Dataset:
    """An item of a modality or VOI LUT sequence; kind: how its entries are written, as US or OW."""
    made = Dataset()
    made.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(values), first, bits])
    made.add_new("LUTData", kind, values if kind == "US" else struct.pack(f"<{len(values)}H", *values))
    return made
