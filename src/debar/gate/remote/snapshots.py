"""A gate that is far behind fetches a table, checks every byte of it, and answers from it.

Law: what does not have the offered digest and length is thrown away.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from debar.gate.remote.connection import READ_BYTES, read_head, refused_by

if TYPE_CHECKING:
    from debar.gate.protocol.messages import Offer
    from debar.gate.protocol.standing import Standing
    from debar.gate.remote.connection import Link


def fetch(link: Link, offer: Offer, folder: Path | None) -> tuple[Standing, str]:
    """Fetch a table; return what stands by it, and the digest of its bytes.

    Args:
        link: Where the register or relay is.
        offer: What it offered.
        folder: Where the table's file shall be: memory-mapped, so a disk that is fast; None for the system's
            temporary one.

    Raises:
        OSError: The connection broke.
        DebarError: It is not given out, or is no table.
    """
    from debar.gate.table.reading import Table
    from debar.gate.table.standing import TableStanding

    with tempfile.TemporaryDirectory(prefix="debar-gate-", dir=folder) as made:
        path = Path(made) / "table"
        sha256 = download(link, offer, path)
        table = Table(path)  # it keeps its mapping when the file's name is gone
        table.verify()
        return TableStanding(table), sha256


def download(link: Link, offer: Offer, path: Path) -> str:
    """Fetch what was offered into a file; return the digest of its bytes.

    Raises:
        OSError: The connection broke, or ended early.
        DebarError: It is not given out.
    """
    digest = hashlib.sha256()
    connection = link.open()
    try:
        request = f"GET {offer.where} HTTP/1.1\r\nhost: {link.host}\r\nconnection: close\r\n"
        connection.sendall(f"{request}{link.authorization()}\r\n".encode())
        head, data = read_head(connection)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise refused_by(link, head)
        left = offer.length
        with path.open("wb") as file:
            while data and left > 0:
                file.write(data)
                digest.update(data)
                left -= len(data)
                data = connection.recv(READ_BYTES) if left > 0 else b""
    finally:
        connection.close()
    if left:
        raise ConnectionError("the table ended early")
    return digest.hexdigest()
