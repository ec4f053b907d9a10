"""TLS without OpenSSL: contexts can be made and set up, connections cannot be made."""

import os

from _stand_in import constants

# Values of OpenSSL 3.
constants(
    globals(),
    """
    SSLv23=2 TLS=2 TLSv1=3 TLSv1_1=4 TLSv1_2=5 TLS_CLIENT=16 TLS_SERVER=17
    """,
    "PROTOCOL_",
)
constants(
    globals(),
    """
    NO_SSLv2=0 SINGLE_DH_USE=0 SINGLE_ECDH_USE=0 IGNORE_UNEXPECTED_EOF=128 NO_TICKET=16384 NO_COMPRESSION=131072
    ENABLE_MIDDLEBOX_COMPAT=1048576 CIPHER_SERVER_PREFERENCE=4194304 NO_SSLv3=33554432 NO_TLSv1=67108864
    NO_TLSv1_2=134217728 NO_TLSv1_1=268435456 NO_TLSv1_3=536870912 NO_RENEGOTIATION=1073741824 ALL=2147483728
    """,
    "OP_",
)
constants(
    globals(),
    """
    CLOSE_NOTIFY=0 UNEXPECTED_MESSAGE=10 BAD_RECORD_MAC=20 RECORD_OVERFLOW=22 DECOMPRESSION_FAILURE=30 HANDSHAKE_FAILURE=40
    BAD_CERTIFICATE=42 UNSUPPORTED_CERTIFICATE=43 CERTIFICATE_REVOKED=44 CERTIFICATE_EXPIRED=45 CERTIFICATE_UNKNOWN=46
    ILLEGAL_PARAMETER=47 UNKNOWN_CA=48 ACCESS_DENIED=49 DECODE_ERROR=50 DECRYPT_ERROR=51 PROTOCOL_VERSION=70
    INSUFFICIENT_SECURITY=71 INTERNAL_ERROR=80 USER_CANCELLED=90 NO_RENEGOTIATION=100 UNSUPPORTED_EXTENSION=110
    CERTIFICATE_UNOBTAINABLE=111 UNRECOGNIZED_NAME=112 BAD_CERTIFICATE_STATUS_RESPONSE=113 BAD_CERTIFICATE_HASH_VALUE=114
    UNKNOWN_PSK_IDENTITY=115
    """,
    "ALERT_DESCRIPTION_",
)
constants(
    globals(),
    """
    SSL=1 WANT_READ=2 WANT_WRITE=3 WANT_X509_LOOKUP=4 SYSCALL=5 ZERO_RETURN=6 WANT_CONNECT=7 EOF=8 INVALID_ERROR_CODE=10
    """,
    "SSL_ERROR_",
)
constants(
    globals(),
    """
    DEFAULT=0 CRL_CHECK_LEAF=4 CRL_CHECK_CHAIN=12 X509_STRICT=32 ALLOW_PROXY_CERTS=64 X509_TRUSTED_FIRST=32768
    X509_PARTIAL_CHAIN=524288
    """,
    "VERIFY_",
)
constants(
    globals(),
    """
    NONE=0 OPTIONAL=1 REQUIRED=2
    """,
    "CERT_",
)
constants(
    globals(),
    """
    MINIMUM_SUPPORTED=-2 MAXIMUM_SUPPORTED=-1 SSLv3=768 TLSv1=769 TLSv1_1=770 TLSv1_2=771 TLSv1_3=772
    """,
    "PROTO_",
)
constants(
    globals(),
    """
    ALWAYS_CHECK_SUBJECT=1 NO_WILDCARDS=2 NO_PARTIAL_WILDCARDS=4 MULTI_LABEL_WILDCARDS=8 SINGLE_LABEL_SUBDOMAINS=16
    NEVER_CHECK_SUBJECT=32
    """,
    "HOSTFLAG_",
)
constants(
    globals(),
    """
    PEM=1 DER=2
    """,
    "ENCODING_",
)

HAS_SNI = HAS_ECDH = HAS_ALPN = HAS_TLSv1 = HAS_TLSv1_1 = HAS_TLSv1_2 = HAS_TLSv1_3 = HAS_TLS_UNIQUE = True
HAS_NPN = HAS_PSK = HAS_SSLv2 = HAS_SSLv3 = False
OPENSSL_VERSION = "OpenSSL 3.0.0 (not in the sandbox)"
OPENSSL_VERSION_NUMBER = 0x30000000
OPENSSL_VERSION_INFO = _OPENSSL_API_VERSION = (3, 0, 0, 0, 0)
_DEFAULT_CIPHERS = "@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"

_NO_TLS = "the sandbox has no sockets and no TLS; use http"


class SSLError(OSError):
    def __str__(self):
        return str(self.strerror or (self.args[0] if self.args else ""))


class SSLZeroReturnError(SSLError):
    pass


class SSLWantReadError(SSLError):
    pass


class SSLWantWriteError(SSLError):
    pass


class SSLSyscallError(SSLError):
    pass


class SSLEOFError(SSLError):
    pass


class SSLCertVerificationError(SSLError, ValueError):
    pass


class SSLSession:
    def __init__(self):
        raise TypeError("cannot create '_ssl.SSLSession' instances")


class Certificate(SSLSession):
    pass


class MemoryBIO:
    """Bytes on their way: the one part that needs no TLS."""

    def __init__(self):
        self._bytes = bytearray()
        self._ended = False

    def read(self, size=-1):
        size = len(self._bytes) if size is None or size < 0 else size
        data = bytes(self._bytes[:size])
        del self._bytes[:size]
        return data

    def write(self, data):
        if self._ended:
            raise SSLError("cannot write() after write_eof()")
        self._bytes += data
        return len(memoryview(data).cast("B"))

    def write_eof(self):
        self._ended = True

    @property
    def pending(self):
        return len(self._bytes)

    @property
    def eof(self):
        return self._ended and not self._bytes


def _setting(name):
    """Kept, and asked for by nobody. A property: ssl.SSLContext calls it as one."""

    def get(self):
        return self._settings[name]

    def set(self, value):
        self._settings[name] = value

    return property(get, set)


class _SSLContext:
    options = _setting("options")
    verify_flags = _setting("verify_flags")
    minimum_version = _setting("minimum_version")
    maximum_version = _setting("maximum_version")
    post_handshake_auth = _setting("post_handshake_auth")
    sni_callback = _setting("sni_callback")
    keylog_filename = _setting("keylog_filename")
    num_tickets = _setting("num_tickets")
    _msg_callback = _setting("_msg_callback")
    security_level = 2

    def __new__(cls, protocol, /):
        if protocol not in (PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, PROTOCOL_TLSv1, PROTOCOL_TLSv1_1, PROTOCOL_TLSv1_2):
            raise ValueError("invalid or unsupported protocol version")
        self = super().__new__(cls)
        client = protocol == PROTOCOL_TLS_CLIENT
        self._protocol = protocol
        self._mode = CERT_REQUIRED if client else CERT_NONE
        self._check = client
        self._host_flags = HOSTFLAG_NO_PARTIAL_WILDCARDS
        self._settings = {
            "options": OP_ALL | OP_NO_SSLv3 | OP_CIPHER_SERVER_PREFERENCE | OP_NO_COMPRESSION | OP_ENABLE_MIDDLEBOX_COMPAT,
            "verify_flags": VERIFY_X509_TRUSTED_FIRST,
            "minimum_version": PROTO_TLSv1_2,
            "maximum_version": PROTO_MAXIMUM_SUPPORTED,
            "post_handshake_auth": False,
            "sni_callback": None,
            "keylog_filename": None,
            "num_tickets": 2,
            "_msg_callback": None,
        }
        return self

    @property
    def protocol(self):
        return self._protocol

    @property
    def verify_mode(self):
        return self._mode

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode not in (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED):
            raise ValueError("invalid value for verify_mode")
        if mode == CERT_NONE and self._check:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._mode = mode

    @property
    def check_hostname(self):
        return self._check

    @check_hostname.setter
    def check_hostname(self, check):
        self._check = bool(check)
        if self._check and self._mode == CERT_NONE:
            self._mode = CERT_REQUIRED

    # What is only asked when a connection is made.

    def set_ciphers(self, ciphers, /):
        pass

    def set_ecdh_curve(self, name, /):
        pass

    def _set_alpn_protocols(self, protocols, /):
        pass

    def set_default_verify_paths(self):
        pass

    def load_dh_params(self, path, /):
        os.stat(path)

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        raise SSLError(_NO_TLS)

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        for path in (cafile, capath):
            if path is not None:
                os.stat(path)

    def cert_store_stats(self):
        return {"x509": 0, "crl": 0, "x509_ca": 0}

    def get_ca_certs(self, binary_form=False):
        return []

    def get_ciphers(self):
        return []

    def session_stats(self):
        return dict.fromkeys(
            "number connect connect_good connect_renegotiate accept accept_good accept_renegotiate hits misses timeouts "
            "cache_full".split(),
            0,
        )

    def _wrap_socket(self, *args, **kwargs):
        raise SSLError(_NO_TLS)

    _wrap_bio = _wrap_socket


_OBJECTS = (
    (129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1"),
    (130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2"),
)


def txt2obj(txt, name=False):
    for item in _OBJECTS:
        if txt == item[3] or (name and txt in item[1:3]):
            return item
    raise ValueError(f"unknown object {txt!r:.100}")


def nid2obj(nid, /):
    for item in _OBJECTS:
        if nid == item[0]:
            return item
    raise ValueError(f"unknown NID {nid}")


def get_default_verify_paths():
    return ("SSL_CERT_FILE", "/usr/lib/ssl/cert.pem", "SSL_CERT_DIR", "/usr/lib/ssl/certs")


def RAND_status():
    return True


def RAND_add(string, entropy, /):
    pass


def RAND_bytes(n, /):
    return os.urandom(n)
