"""RFC 3161 timestamps over heads: the query to send to an authority, and the check of what it answered.

The query is the fixed DER of a request for SHA-256 with the authority's certificate and no nonce. The check is the library
`rfc3161-client` (extra `court`); `openssl ts -verify` does the same without us.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography import x509

from fairlead.errors import BadInput, NodeError, ProofFailed

# RFC 3161 section 2.4.1: SEQUENCE { version 1, messageImprint { sha256, digest }, certReq TRUE }
QUERY_HEAD: Final = bytes.fromhex("30390201013031300d060960864801650304020105000420")
QUERY_TAIL: Final = bytes.fromhex("0101ff")
RESPONSE_MAX: Final = 1_000_000


def query(stamped: bytes) -> bytes:
    """The DER of the request to send to an authority (application/timestamp-query)."""
    return QUERY_HEAD + hashlib.sha256(stamped).digest() + QUERY_TAIL


def check(response: bytes, stamped: bytes, roots: bytes) -> str:
    """The instant the authority says these bytes were there, as ISO 8601 UTC. `roots`: PEM of the certificates the reader trusts.

    Raises BadInput for what is no response or no certificate, ProofFailed when it does not hold, NodeError without the library.
    """
    try:
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
    except ModuleNotFoundError as error:
        do = "install fairlead[court], or check it with openssl ts -verify"
        raise NodeError("timestamps cannot be checked here", why=str(error), do=do) from error
    if len(response) > RESPONSE_MAX:
        raise BadInput("a timestamp is too long", why=f"more than {RESPONSE_MAX} bytes")
    try:
        trusted = x509.load_pem_x509_certificates(roots)
    except ValueError as error:
        raise BadInput("the file holds no certificates", why=str(error), do="give them as PEM") from error
    try:
        decoded = decode_timestamp_response(response)
        builder = VerifierBuilder()
        for one in trusted:
            builder = builder.add_root_certificate(one)
        builder.build().verify(decoded, hashlib.sha256(stamped).digest())
        return str(decoded.tst_info.gen_time.isoformat())
    except VerificationError as error:
        raise ProofFailed("a timestamp does not hold", why=str(error)) from error
    except ValueError as error:
        raise BadInput("these bytes are no timestamp response", why=str(error)) from error
