"""How bodies are packed for the way: zstd, small ones with a dictionary that both ends have.

The frame itself says which dictionary it needs. Nothing is unpacked beyond the limits, with a dictionary or without.
"""

from __future__ import annotations

import functools
from pathlib import Path

import zstandard

from sync.wire import limits

FOLDER = Path(__file__).parent / "dictionaries"
"""What was released stays as it is for ever; a further dictionary comes with a further version of the protocol."""
NUMBER = 1
"""The dictionary that this version packs with."""
SMALL = 16 << 10
"""Up to so many bytes a body gains by the dictionary; a larger one soon has better words of its own."""

# Most of a body are hexadecimal digits and signatures: short likenesses among them are chance, and cost more than they
# save. Measured at bodies of 700 KB: with 7 fewer bytes in a hundred than level 3, and no slower.
_QUICK = zstandard.ZstdCompressionParameters(
    strategy=zstandard.STRATEGY_DFAST,
    window_log=20,
    chain_log=16,
    hash_log=17,
    search_log=2,
    min_match=7,
    target_length=8,
    write_checksum=True,
)
_THOROUGH = zstandard.ZstdCompressionParameters(
    strategy=zstandard.STRATEGY_LAZY2,
    window_log=20,
    chain_log=16,
    hash_log=17,
    search_log=3,
    min_match=6,
    target_length=32,
    write_checksum=True,
)


class TooLarge(ValueError):
    """A body that is, or becomes when unpacked, larger than the limits allow."""


def pack(body: bytes, *, thorough: bool = False) -> bytes:
    """A body as it is sent, with its length in the frame. `thorough`: fewer bytes for more work, as on a laptop."""
    if len(body) <= SMALL:
        packer = zstandard.ZstdCompressor(level=9, dict_data=_dictionary(NUMBER), write_checksum=True)
    else:
        packer = zstandard.ZstdCompressor(compression_params=_THOROUGH if thorough else _QUICK)
    return packer.compress(body)


def unpack(packed: bytes, most: int = limits.UNPACKED) -> bytes:
    """The body of what was sent. Raises TooLarge before more than `most` bytes are made; ValueError for no body."""
    most = min(most, max(limits.RATIO * len(packed), 1 << 16))
    try:
        if zstandard.frame_content_size(packed) > most:
            raise TooLarge
        known = _known().get(zstandard.get_frame_parameters(packed).dict_id)
        reader = zstandard.ZstdDecompressor(dict_data=known, max_window_size=limits.UNPACKED).stream_reader(packed)
        body = reader.read(most + 1)
    except zstandard.ZstdError as error:
        raise ValueError("not packed as agreed") from error
    if len(body) > most:
        raise TooLarge
    return bytes(body)


@functools.cache
def _known() -> dict[int, zstandard.ZstdCompressionDict]:
    """Every dictionary that there ever was, by the id that stands in a frame."""
    found = [_dictionary(int(place.stem)) for place in FOLDER.glob("*.zdict")]
    return {one.dict_id(): one for one in found}


@functools.cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    made = zstandard.ZstdCompressionDict((FOLDER / f"{number}.zdict").read_bytes())
    made.precompute_compress(level=9)
    return made
