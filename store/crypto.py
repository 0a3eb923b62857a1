"""Keys and sealed values. Every key comes from the one secret of the settings by HKDF (RFC 5869); AES-256-GCM seals the values.

A sealed value is ``format ‖ nonce ‖ ciphertext and tag``; format 1 is plain, 2 was compressed first. Its associated data name
the table and the row: copied to another row it does not open. Nonces are random: 96 bits serve for some 2^32 values a key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import UserError

#: Smaller values gain nothing from compression; the quickest level takes a quarter of the usual one's time for a twentieth more.
_WORTH_COMPRESSING, _LEVEL = 400, 1
#: A sealed value may not unfold to more than this, in bytes, whatever it claims.
_LARGEST = 256 * 1024 * 1024
#: The window (as a power of two) and zlib's measure of memory for values up to so many bytes: by default zlib clears a quarter of a
#: megabyte first, which takes ten times as long as the work on a text of some lines.
_SMALL, _WINDOW, _MEMORY = 16 * 1024, 13, 5
_NONCE = 12
#: Bytes at the beginning of a sealed value by which no other is the same: its format and its nonce.
HEAD = 1 + _NONCE
SHORTEST_SECRET = 16


def _compressed(plain: bytes) -> bytes:
    if len(plain) > _SMALL:
        return zlib.compress(plain, _LEVEL)
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY)
    return packing.compress(plain) + packing.flush()


class Mac:
    """HMAC-SHA256 (RFC 2104) by one key of at most 64 bytes: what depends on the key alone is worked out once. Safe from any thread.

    ``hmac.digest`` has OpenSSL look for its algorithm and take in the key anew each time, which takes three quarters of its time.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) > 64:
            raise ValueError("a key longer than SHA-256's block")
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def hex(self, text: bytes) -> str:
        """The mac of the text, in hexadecimal."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()


class Unreadable(UserError):
    """A sealed value that does not open: changed, moved to another row, or written with another key."""


@dataclass(frozen=True)
class Keys:
    """The keys of one installation, 32 bytes each.

    ``journal`` chains the journal, ``token`` signs what leaves the house (case tokens, links), ``encryption`` seals values,
    ``lookup`` makes the hashes by which people and threads are found, ``spool`` is for the files.
    """

    journal: bytes
    token: bytes
    encryption: bytes
    lookup: bytes
    spool: bytes

    def __repr__(self) -> str:
        return "Keys(…)"

    @classmethod
    def derive(cls, secret: str) -> Keys:
        """From SECRET_KEY. Raises UserError when it is too short to be a secret."""
        if len(secret.strip()) < SHORTEST_SECRET:
            raise UserError(
                f"la clé secrète est vide ou trop courte (au moins {SHORTEST_SECRET} caractères)",
                where="SECRET_KEY",
                todo="mettez dans .env une longue valeur aléatoire, par exemple celle que donne : openssl rand -base64 32",
            )

        def one(purpose: str) -> bytes:
            # ``info`` parts the keys (RFC 5869, 3.2); a fixed salt is what it asks for when there is no room for a random one.
            return HKDF(hashes.SHA256(), 32, b"guichet 3", purpose.encode()).derive(secret.strip().encode())

        return cls(*(one(purpose) for purpose in ("journal", "token", "encryption", "lookup", "spool")))

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.encryption)

    @cached_property
    def chain(self) -> Mac:
        """By the journal's key."""
        return Mac(self.journal)

    @cached_property
    def _known(self) -> Mac:
        return Mac(self.lookup)

    @property
    def check(self) -> str:
        """What the store keeps to recognise the key, without telling anything of it."""
        return hmac.new(self.lookup, b"check", hashlib.sha256).hexdigest()

    def seal(self, table: str, row: str, plain: bytes) -> bytes:
        """The bytes, compressed where that gains, encrypted, and bound to that row."""
        form = b"\x01"
        if len(plain) >= _WORTH_COMPRESSING:
            smaller = _compressed(plain)
            if len(smaller) < len(plain):
                form, plain = b"\x02", smaller
        nonce = os.urandom(_NONCE)
        return form + nonce + self._cipher.encrypt(nonce, plain, form + f"{table}\n{row}".encode())

    def unseal(self, table: str, row: str, sealed: bytes) -> bytes:
        """What ``seal`` was given. Raises Unreadable."""
        form = bytes(sealed[:1])
        try:
            if form not in (b"\x01", b"\x02"):
                raise InvalidTag
            plain = self._cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], form + f"{table}\n{row}".encode())
        except (InvalidTag, ValueError):
            raise Unreadable(
                f"la donnée de la table {table}, ligne {row}, ne s'ouvre pas : modifiée, ou écrite avec une autre clé",
                where="base de données",
                todo="lancez « audit », puis restaurez la dernière sauvegarde saine",
            ) from None
        if form == b"\x01":
            return plain
        unfolding = zlib.decompressobj()
        whole = unfolding.decompress(plain, _LARGEST)
        if unfolding.unconsumed_tail:
            raise Unreadable(f"la donnée de la table {table}, ligne {row}, est démesurée", where="base de données")
        return whole

    def hash(self, purpose: str, value: str) -> str:
        """The keyed hash by which the value is looked up; ``purpose`` keeps hashes of different things apart."""
        return self._known.hex(f"{purpose}\n{value}".encode("utf-8", "surrogatepass"))

    def person(self, address: str) -> str:
        """The hash of an email address or a phone number, however it is spelt; '' for ''."""
        plain = "".join(address.split()).casefold()
        return self.hash("person", plain) if plain else ""

    def thread(self, identity: str) -> str:
        """The hash of an identity by which later messages find their case."""
        return self.hash("thread", identity.strip())
