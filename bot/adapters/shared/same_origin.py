"""Whether a request comes of a page of this machine, for servers that listen to it alone.

Listening on loopback does not keep the web out: the browser beside it carries requests of any
page that is open in it, and a name that its owner points at 127.0.0.1 passes for the same site.
"""

from starlette.datastructures import Headers

#: What a browser on this machine calls it; with any port, for those who come through a tunnel.
OUR_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def is_ours(headers: Headers) -> bool:
    """Whether a request is for this machine, and of no other site's page."""
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in OUR_NAMES and host not in OUR_NAMES:
        return False
    return is_of_its_own_page(headers)


def is_of_its_own_page(headers: Headers) -> bool:
    """Whether a request is of no other site's page, whatever this one is called."""
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host", "")
