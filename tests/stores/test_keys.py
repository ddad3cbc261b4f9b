"""Key files: made once, readable by their owner only, never half read."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from debar.model.problem import DebarError
from debar.register.signatures import verify_signature
from debar.stores.keys import (
    Ed25519Signer,
    create_key,
    create_register_secrets,
    load_register_secrets,
    load_signer,
    random_salts,
    secrets_path,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2017, 10, 26, 12, tzinfo=UTC)


def test_a_key_is_read_as_it_was_made(tmp_path: Path) -> None:
    """A new key's file must hold its name, both halves and its time, and give the same key back."""
    path = tmp_path / "ana.key"
    made = create_key("ana", path, now=NOW)
    assert load_signer(path) == made
    document = json.loads(path.read_text())
    assert sorted(document) == ["created_at", "name", "private", "public"]
    assert ("2017-10-26T12:00:00Z", made.public_key.hex()) == (document["created_at"], document["public"])
    assert verify_signature(made.public_key, b"message", load_signer(path).sign(b"message"))


def test_the_published_key_pair() -> None:
    """A known seed must give the public key and the signature of RFC 8032's first test."""
    signer = Ed25519Signer(
        "test", bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert signer.public_key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex()[:32] == "e5564300c360ac729086e2cc806e828a"


def test_a_private_key_is_never_shown(tmp_path: Path) -> None:
    """Neither a signer nor a register's secrets may show a secret when printed."""
    made = create_register_secrets(tmp_path / "r.db", origin="o.example", now=NOW)
    shown = repr(made)
    assert made.log_signer.private.hex() not in shown
    assert repr(made.log_signer.private) not in shown
    assert repr(made.hash_key.secret) not in shown


def test_only_the_owner_may_read_a_key(tmp_path: Path) -> None:
    """A new key file must be private, also under a lax umask; one that others can read must be refused."""
    path = tmp_path / "ana.key"
    before = os.umask(0)
    try:
        create_key("ana", path, now=NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(DebarError, match="DBR-S030") as caught:
            load_signer(path)
        assert f"mode {mode:04o}" in str(caught.value)
        assert "chmod 600" in caught.value.hint


def test_a_key_overwrites_nothing(tmp_path: Path) -> None:
    """Making a key where a file is must be refused and leave it."""
    path = tmp_path / "ana.key"
    made = create_key("ana", path, now=NOW)
    with pytest.raises(DebarError, match="DBR-S033"):
        create_key("eve", path, now=NOW)
    assert load_signer(path) == made


def test_a_key_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file and a missing folder must be errors of ours."""
    with pytest.raises(DebarError, match="DBR-S031"):
        load_signer(tmp_path / "none.key")
    with pytest.raises(DebarError, match="DBR-S031"):
        create_key("ana", tmp_path / "none" / "ana.key", now=NOW)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "not json", '{"name": "ana", "private": "00"}', '{"name": "", "private": "PRIVATE"}',
     '{"name": "ana", "private": "PRIVATE", "public": "PRIVATE"}', '{"name": "ana", "private": 5}'],
)  # fmt: skip
def test_a_file_that_is_no_key(tmp_path: Path, text: str) -> None:
    """A file without a whole, consistent key must be refused, and nothing of it shown."""
    path = tmp_path / "ana.key"
    path.write_text(text.replace("PRIVATE", "ab" * 32))
    path.chmod(0o600)
    with pytest.raises(DebarError, match="DBR-S032") as caught:
        load_signer(path)
    assert "abab" not in str(caught.value)


def test_a_registers_secrets(tmp_path: Path) -> None:
    """The hashing key and the log's key must be beside the register under its name, and come back."""
    register = tmp_path / "debar.db"
    made = create_register_secrets(register, origin="ads.example.org/debar", now=NOW)
    assert made == load_register_secrets(register)
    assert secrets_path(register).name == "debar.db.key"
    assert (made.log_signer.name, len(made.hash_key.secret)) == ("ads.example.org/debar", 32)
    with pytest.raises(DebarError, match="DBR-S033"):
        create_register_secrets(register, origin="ads.example.org/debar", now=NOW)


@pytest.mark.parametrize(
    "change",
    [{"hash_key": None}, {"log_key": None}, {"log_key": {}}, {"hash_key": {"key_id": "", "secret": "ab" * 32}},
     {"hash_key": {"key_id": "k1", "secret": "ab"}}],
)  # fmt: skip
def test_secrets_that_are_not_whole(tmp_path: Path, change: dict[str, object]) -> None:
    """A secret file with a part missing must be refused."""
    register = tmp_path / "debar.db"
    create_register_secrets(register, origin="o.example", now=NOW)
    path = secrets_path(register)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DebarError, match="DBR-S032"):
        load_register_secrets(register)


def test_salts_are_fresh() -> None:
    """Salts must have 32 bytes and never repeat."""
    made = random_salts(100)
    assert {len(salt) for salt in made} == {32}
    assert len(set(made)) == 100
