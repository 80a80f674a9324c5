"""Runs a script while every connection to elsewhere is refused and written down: `python offline.py LOG SCRIPT`."""

import runpy
import sys
from ipaddress import ip_address
from pathlib import Path

HERE = ("", "localhost", "0.0.0.0", "::")


def is_here(host: object) -> bool:
    """Tell whether a host is this machine itself."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in HERE:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def guard(log: Path) -> None:
    """Refuse, from now on, to look up or reach another machine; note each attempt."""

    def refuse(event: str, arguments: tuple) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1] if len(arguments) > 1 else None
            host = address[0] if isinstance(address, tuple) else None
        elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            host = arguments[0]
        else:
            return
        if not is_here(host):
            with log.open("a") as file:
                file.write(f"{event} {host}\n")
            raise OSError(f"no connections to elsewhere: {host}")

    sys.addaudithook(refuse)


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
    sys.argv = sys.argv[2:]
    sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
    runpy.run_path(sys.argv[0], run_name="__main__")
