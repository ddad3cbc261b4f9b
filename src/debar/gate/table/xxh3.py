"""XXH3 of many short texts at once, in numpy.

Law: the same 64 bits as the xxhash library gives for each, or the text is left to that library: texts of 1 to
64 bytes are hashed here, longer ones there.
Source: the XXH3 specification and its default secret, https://github.com/Cyan4973/xxHash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from xxhash import xxh3_64_intdigest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]

_MASK: Final = 2**64 - 1
_SECRET: Final = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
)
"""The first 64 bytes: what texts of 64 bytes and fewer need."""

_SHORT_MAX: Final = 64
_PAD: Final = bytes(16)


def hashes_of(texts: Sequence[str], seed: int) -> Words:
    """Return the XXH3 of each text's UTF-8 under a seed.

    Raises:
        TypeError: One is not a text.
        UnicodeEncodeError: One is no Unicode.
    """
    joined = "".join(texts)
    if joined.isascii():
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    else:
        lengths = np.fromiter((len(text.encode()) for text in texts), np.int64, len(texts))
    data = joined.encode() + _PAD
    starts = np.cumsum(lengths) - lengths
    made = np.empty(len(texts), np.uint64)
    for low, high, short in _SHORT:
        at = _within(lengths, low, high)
        if at is not None:
            made[at] = short(data, starts[at], lengths[at], seed)
    for place in np.flatnonzero((lengths > _SHORT_MAX) | (lengths == 0)):
        start = starts[place]
        made[place] = xxh3_64_intdigest(data[start : start + lengths[place]], seed)
    return made


def _within(lengths: Places, low: int, high: int) -> Any:  # noqa: ANN401 - a slice or the places of an index
    """Return where the lengths are in a range: a slice where all are, which copies nothing; None: nowhere."""
    chosen = (lengths >= low) & (lengths <= high)
    if chosen.all():
        return slice(None)
    return np.flatnonzero(chosen) if chosen.any() else None


def _upto_3(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    at = np.frombuffer(data, np.uint8)
    first, middle, last = (at[starts + place].astype(np.uint64) for place in (0, lengths >> 1, lengths - 1))
    mixed = first << _u(16) | middle << _u(24) | last | lengths.astype(np.uint64) << _u(8)
    made = mixed ^ _u((_secret(0, 4) ^ _secret(4, 4)) + seed)
    made = (made ^ made >> _u(33)) * _u(0xC2B2AE3D27D4EB4F)
    made = (made ^ made >> _u(29)) * _u(0x165667B19E3779F9)
    shifted: Words = made ^ made >> _u(32)
    return shifted


def _upto_8(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    at = _words(data, "<u4")
    swapped = int.from_bytes((seed & 0xFFFFFFFF).to_bytes(4, "little"), "big")
    flip = (_secret(8) ^ _secret(16)) - (seed ^ swapped << 32)
    made = at[starts + lengths - 4].astype(np.uint64) + (at[starts].astype(np.uint64) << _u(32))
    made = made ^ _u(flip)
    made = made ^ _rotated(made, 49) ^ _rotated(made, 24)
    made = made * _u(0x9FB21C651E98DF25)
    made = (made ^ (made >> _u(35)) + lengths.astype(np.uint64)) * _u(0x9FB21C651E98DF25)
    shifted: Words = made ^ made >> _u(28)
    return shifted


def _upto_16(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    at = _words(data, "<u8")
    low = at[starts] ^ _u((_secret(24) ^ _secret(32)) + seed)
    high = at[starts + lengths - 8] ^ _u((_secret(40) ^ _secret(48)) - seed)
    return _avalanched(lengths.astype(np.uint64) + low.byteswap() + high + _folded_product(low, high))


def _upto_32(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    return _avalanched(_mixed_32(data, starts, lengths, seed))


def _upto_64(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    inner = _mixed(data, starts + 16, 32, seed) + _mixed(data, starts + lengths - 32, 48, seed)
    return _avalanched(_mixed_32(data, starts, lengths, seed) + inner)


_SHORT: Final = (
    (1, 3, _upto_3), (4, 8, _upto_8), (9, 16, _upto_16), (17, 32, _upto_32), (33, _SHORT_MAX, _upto_64),
)  # fmt: skip


def _mixed_32(data: bytes, starts: Places, lengths: Places, seed: int) -> Words:
    """Return the length with the first and the last 16 bytes."""
    made = lengths.astype(np.uint64) * _u(0x9E3779B185EBCA87)
    return made + _mixed(data, starts, 0, seed) + _mixed(data, starts + lengths - 16, 16, seed)


def _mixed(data: bytes, starts: Places, secret: int, seed: int) -> Words:
    """Return 16 bytes mixed with 16 bytes of the secret."""
    at = _words(data, "<u8")
    low = at[starts] ^ _u(_secret(secret) + seed)
    return _folded_product(low, at[starts + 8] ^ _u(_secret(secret + 8) - seed))


def _avalanched(made: Words) -> Words:
    made = (made ^ made >> _u(37)) * _u(0x165667919E3779F9)
    shifted: Words = made ^ made >> _u(32)
    return shifted


def _folded_product(one: Words, other: Words) -> Words:
    """Return the upper half of the 128-bit product, folded into the lower by XOR."""
    half, lower = _u(32), _u(0xFFFFFFFF)
    one_low, one_high, other_low, other_high = one & lower, one >> half, other & lower, other >> half
    cross = one_high * other_low
    carried = (one_low * other_low >> half) + (cross & lower) + one_low * other_high
    folded: Words = one * other ^ (cross >> half) + (carried >> half) + one_high * other_high
    return folded


def _words(data: bytes, dtype: str) -> Any:  # noqa: ANN401 - a view of overlapping words
    """Return the words that start at each byte."""
    width = np.dtype(dtype).itemsize
    return np.ndarray((len(data) - width + 1,), dtype, data, strides=(1,))


def _rotated(words: Words, bits: int) -> Words:
    return words << _u(bits) | words >> _u(64 - bits)


def _secret(start: int, width: int = 8) -> int:
    return int.from_bytes(_SECRET[start : start + width], "little")


def _u(number: int) -> np.uint64:
    return np.uint64(number & _MASK)
