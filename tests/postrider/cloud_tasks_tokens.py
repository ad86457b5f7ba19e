"""ID tokens as Google puts them into the Authorization header of a task's request, signed with a key of the
stand-in's own, and what an issuer publishes about itself: its configuration and its keys."""

import base64
import functools
import hashlib
import json
import subprocess
import time

from .google_tokens import DIGEST_INFO


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class SigningKey:
    """RSA 2048, exponent 65537."""

    def __init__(self):
        pem = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
                             check=True, capture_output=True, timeout=60).stdout
        raw = subprocess.run(["openssl", "rsa", "-traditional", "-outform", "DER"], input=pem, check=True,
                             capture_output=True, timeout=60).stdout
        # RSAPrivateKey (RFC 8017, A.1.2): version, n, e, d, ...
        _, self.modulus, self.exponent, self._private = _integers(raw, 4)
        self.id = hashlib.sha256(raw).hexdigest()[:40]

    def sign(self, text):
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        size = (self.modulus.bit_length() + 7) // 8
        digest = DIGEST_INFO + hashlib.sha256(text).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        return pow(int.from_bytes(padded, "big"), self._private, self.modulus).to_bytes(size, "big")

    def published(self):
        def number(value):
            return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))

        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id, "n": number(self.modulus),
                "e": number(self.exponent)}


def _integers(raw, count):
    """The first integers of a DER sequence."""
    def length_at(place):
        first = raw[place]
        if first < 0x80:
            return first, place + 1
        width = first & 0x7f
        return int.from_bytes(raw[place + 1:place + 1 + width], "big"), place + 1 + width

    _, place = length_at(1)
    found = []
    for _ in range(count):
        length, place = length_at(place + 1)
        found.append(int.from_bytes(raw[place:place + length], "big"))
        place += length
    return found


@functools.cache
def key(number):
    """The same for all stand-ins of a process, for keys take long to make."""
    del number
    return SigningKey()


class IdTokens:
    """`changes`: claims that tokens get instead of the true ones (None: left out). `skew`: seconds that the issuer's
    clock is ahead of the real one, by which tokens are dated, since whoever verifies them has no other."""

    LIFE = 3600

    def __init__(self, issuer):
        self.issuer = issuer
        self.changes, self.skew = {}, 0
        self.max_age = 3600  # of the published keys
        self.is_signed_by_stranger = False
        self._numbers = [0]  # of the keys that are published; the last one signs
        self._made = {}

    def rotate(self, is_old_kept=True):
        """Signs with another key from now on; Google publishes the old one for some days more."""
        new = self._numbers[-1] + 1
        self._numbers = [*self._numbers, new] if is_old_kept else [new]

    def token(self, email, audience):
        """Signing takes long, so a token serves for a minute, as Google's serve for longer."""
        now = int(time.time() + self.skew)
        made = (email, audience, now // 60, repr(self.changes), self._numbers[-1], self.is_signed_by_stranger)
        if made not in self._made:
            self._made[made] = self._new(email, audience, now)
        return self._made[made]

    def _new(self, email, audience, now):
        subject = str(int.from_bytes(hashlib.sha256(email.encode()).digest()[:8], "big")).rjust(21, "1")
        claims = {"aud": audience, "azp": subject, "email": email, "email_verified": True, "exp": now + self.LIFE,
                  "iat": now, "iss": self.issuer, "sub": subject} | self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        own = key(self._numbers[-1])
        head = {"alg": "RS256", "kid": own.id, "typ": "JWT"}
        text = ".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        signer = key(-1) if self.is_signed_by_stranger else own
        return f"{text}.{encoded(signer.sign(text.encode()))}"

    def configuration(self):
        return {"issuer": self.issuer, "jwks_uri": self.issuer + "/oauth2/v3/certs",
                "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"]}

    def key_set(self):
        return {"keys": [key(number).published() for number in self._numbers]}
