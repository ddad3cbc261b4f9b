"""A key and a few accounts for tests that read a platform."""

from __future__ import annotations

from debar.evidence.keying import HashKey

KEY = HashKey(key_id="test", secret=b"a key for the tests, 32 bytes ..")
ACCOUNTS = "account_id,name\na1,Quiet Harbour Media\na2,Paper Lantern Studio\n"
