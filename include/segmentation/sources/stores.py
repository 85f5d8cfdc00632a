"""The file systems of addresses: Airflow's where a provider brings one, else fsspec's with Airflow's connection."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from segmentation.common.errors import UserError
from segmentation.common.quoting import quoted
from segmentation.config.allowed import allowed_hosts

S3 = ("s3", "s3a")
WEB = ("https", "http")
# The schemes that are taken, and the provider that brings them. Others, such as file or memory, are none of a user's.
_GOOGLE, _AZURE = "apache-airflow-providers-google", "apache-airflow-providers-microsoft-azure[adlfs]"
PROVIDERS = {"gs": _GOOGLE, "gcs": _GOOGLE} | dict.fromkeys(("abfs", "abfss", "adl", "az", "wasb"), _AZURE)
SECONDS = 60
# What the error says where a host is of this machine or of an inner network.
INNER = "an address of the inner network"


def is_web(scheme: str) -> bool:
    """Whether a scheme is that of web servers, which list nothing."""
    return scheme in WEB


class Stores:
    """The file systems that a param's addresses need, each made once."""

    def __init__(
        self, param: str, find_connection: Callable[[str], Any], find_store: Callable[[str, str | None], Any]
    ) -> None:
        self._param, self._find_connection, self._find_store = param, find_connection, find_store
        self._made: dict[tuple[str, str | None], Any] = {}

    def at(self, scheme: str, connection: str | None) -> Any:
        """The file system of a scheme, with the connection of that id. Raises UserError where there is none."""
        key = (scheme, connection or None)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, scheme: str, connection: str | None) -> Any:
        if is_web(scheme):
            return self._web(connection)
        if scheme not in (*S3, *PROVIDERS):
            raise UserError(
                f"Param {self._param}: {quoted(f'{scheme}://')} is not allowed. Allowed: s3, gs, abfs, https."
            )
        if connection:
            self._find_connection(connection)  # says what is missing
        found = self._find_store(scheme, connection)
        if found is not None:
            return found
        if scheme in S3:
            return _s3(self._find_connection(connection) if connection else None)
        raise UserError(
            f"Param {self._param}: {quoted(f'{scheme}://')} needs the package {PROVIDERS[scheme]}. Install it here."
        )

    def _web(self, connection: str | None) -> Any:
        import aiohttp
        from fsspec.implementations.http import HTTPFileSystem

        given = self._find_connection(connection) if connection else None
        auth = aiohttp.BasicAuth(given.login, given.password or "") if given and given.login else None

        async def client(**words: Any) -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(socket_factory=_outer_socket)
            limits = aiohttp.ClientTimeout(total=None, sock_connect=SECONDS, sock_read=SECONDS)
            return aiohttp.ClientSession(connector=connector, timeout=limits, auth=auth, **words)

        return HTTPFileSystem(get_client=client, skip_instance_cache=True, use_listings_cache=False)


def _s3(connection: Any) -> Any:
    """S3 by an Airflow connection of the type aws, or by what the environment says."""
    from s3fs import S3FileSystem

    extra = dict(connection.extra_dejson or {}) if connection else {}
    client = {
        name: extra[name] for name in ("endpoint_url", "region_name", "verify") if extra.get(name) not in (None, "")
    }
    if connection and connection.host and "endpoint_url" not in client:
        client["endpoint_url"] = connection.host
    return S3FileSystem(
        key=(connection.login or None) if connection else None,
        secret=(connection.password or None) if connection else None,
        token=extra.get("aws_session_token"),
        anon=bool(extra.get("anon")),
        client_kwargs=client,
        config_kwargs={"connect_timeout": SECONDS, "read_timeout": SECONDS, **(extra.get("config_kwargs") or {})},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


def _outer_socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket to an address of the outer network, or of a host that an operator has named.

    It sees what a name or a redirect really leads to.
    """
    family, kind, protocol, _, to = info
    at = ipaddress.ip_address(to[0].partition("%")[0])
    at = getattr(at, "ipv4_mapped", None) or at
    if not at.is_global and str(at) not in _inner_allowed():
        raise OSError(INNER)
    return socket.socket(family=family, type=kind, proto=protocol)


def _inner_allowed() -> set[str]:
    """The addresses of the hosts that an operator has named."""
    found: set[str] = set()
    for host in allowed_hosts():
        try:
            found |= {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
        except OSError:
            continue
    return found
