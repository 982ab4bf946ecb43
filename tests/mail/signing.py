"""Keys with which tests sign mail, and the records that prove them."""

from email.policy import SMTP

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
_PUBLIC = _KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
RECORD = "v=DKIM1; k=rsa; p=" + "".join(_PUBLIC.decode().splitlines()[1:-1])


def signed(mail, domain="uni.example", **options) -> bytes:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
    return dkim.sign(raw, b"s1", domain.encode(), PRIVATE, **options) + raw
