"""Run a scene on an Internet of its own: a fresh network namespace where public addresses are this machine's.

The product runs there unmodified: it connects to 93.184.216.34 port 443 as it would on the Internet, and reaches a
server that the scene bound to that address. A scene is a module with ``main(**arguments)``, whose result is JSON::

    found = run_isolated("net.relay_scene", {"seconds": 5}, timeout_s=60)

Inside: ``lo`` is up and has the addresses of :data:`ADDRESSES`; whatever else is connected to leaves through an uplink
that leads nowhere, where ``net.wire`` sees it; every port can be bound; ``/etc/resolv.conf`` names
:data:`MACHINE_RESOLVER` only. Only util-linux is needed: no root, no iproute2.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import ipaddress
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from typing import Any, Final

from required import ROOT, skip_or_fail

#: Public addresses that a scene's servers can have.
SITE: Final = "93.184.216.34"
OTHER_SITE: Final = "93.184.215.14"
SITE_V6: Final = "2606:2800:220:1::1"
#: Addresses that nothing of the product may ever connect to.
METADATA: Final = "169.254.169.254"
PRIVATE: Final = "10.0.0.1"
PRIVATE_V6: Final = "fd00::1"
#: Whom ``/etc/resolv.conf`` names: a program that asks the machine's resolver, rather than the product's, asks it.
MACHINE_RESOLVER: Final = "127.0.0.53"
ADDRESSES: Final = (SITE, OTHER_SITE, SITE_V6, METADATA, PRIVATE, PRIVATE_V6)

_UPLINK: Final = "uplink0"
_UPLINK_ADDRESS: Final = "192.168.77.2"
_MARK: Final = "scene result: "

# linux/sockios.h, linux/if.h, linux/if_tun.h, linux/route.h, linux/mount.h
_SIOCADDRT, _SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR = 0x890B, 0x8913, 0x8914, 0x8916
_SIOCSIFNETMASK, _SIOCGIFINDEX, _TUNSETIFF = 0x891C, 0x8933, 0x400454CA
_IFF_UP, _IFF_TUN, _IFF_NO_PI, _RTF_UP, _MS_BIND = 1, 0x0001, 0x1000, 1, 4096


def run_isolated(scene: str, arguments: dict[str, object] | None = None, *, timeout_s: float) -> Any:
    """Run a scene, and return what its ``main`` returned; skip where namespaces are missing.

    Args:
        scene: Name of a module that imports from ``tests``, such as ``net.relay_scene``.
        arguments: What its ``main`` is called with; JSON.
        timeout_s: After which it is killed, and the test is red.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        skip_or_fail("namespaces", "unshare (util-linux) is not installed")
    command = [str(unshare), "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        skip_or_fail("namespaces", "this machine forbids user and network namespaces")
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "TMPDIR": home,
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")]),
        }
        done = subprocess.run(
            [*command, sys.executable, "-m", "net.namespaces", scene, json.dumps(arguments or {})],
            env=environment,
            cwd=home,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
    results = [line.removeprefix(_MARK) for line in done.stdout.splitlines() if line.startswith(_MARK)]
    assert done.returncode == 0, f"{scene} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    return json.loads(results[-1])


def has_uplink() -> bool:
    """Tell whether this namespace has an uplink: some containers have no ``/dev/net/tun``."""
    return _UPLINK in {name for _, name in socket.if_nameindex()}


def _main() -> None:
    """Prepare the namespace that this process is alone in, and play the scene."""
    _raise_interface("lo")
    for number, address in enumerate(a for a in ADDRESSES if ":" not in a):
        _add_v4(f"lo:{number}", address, "255.255.255.255")
    for address in (a for a in ADDRESSES if ":" in a):
        _add_v6("lo", address)
    uplink = _open_uplink()
    _name_resolver(MACHINE_RESOLVER)
    scene, arguments = sys.argv[1:]
    result = importlib.import_module(scene).main(**json.loads(arguments))
    sys.stdout.write(f"\n{_MARK}{json.dumps(result)}\n")
    sys.stdout.flush()
    if uplink is not None:
        os.close(uplink)


def _raise_interface(name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sh22x", name.encode(), 0))
        flags = struct.unpack("16sh22x", asked)[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh22x", name.encode(), flags | _IFF_UP))


def _sockaddr(address: str) -> bytes:
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


def _add_v4(name: str, address: str, mask: str) -> None:
    """Give an interface, or one of its aliases (``lo:1``), an address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, mask)):
            fcntl.ioctl(control, request, struct.pack("16s16s8x", name.encode(), _sockaddr(value)))


def _add_v6(name: str, address: str) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        asked = fcntl.ioctl(control, _SIOCGIFINDEX, struct.pack("16si20x", name.encode(), 0))
        index = struct.unpack("16si20x", asked)[1]
        packed = ipaddress.IPv6Address(address).packed
        fcntl.ioctl(control, _SIOCSIFADDR, struct.pack("=16sIi", packed, 128, index))


def _open_uplink() -> int | None:
    """Make an interface that leads nowhere the way to everywhere; a program then believes that it is online."""
    try:
        device = os.open("/dev/net/tun", os.O_RDWR)
    except OSError:
        return None
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", _UPLINK.encode(), _IFF_TUN | _IFF_NO_PI))
    _add_v4(_UPLINK, _UPLINK_ADDRESS, "255.255.255.0")
    _raise_interface(_UPLINK)
    name = ctypes.create_string_buffer(_UPLINK.encode())
    everywhere, flags = _sockaddr("0.0.0.0"), _RTF_UP  # noqa: S104 - a route, nothing is bound
    # struct rtentry: destination, gateway and mask between paddings, then the name of the interface.
    route = struct.pack(
        "@L16s16s16sHhLPhPLLH", 0, everywhere, bytes(16), everywhere, flags, 0, 0, 0, 0, ctypes.addressof(name), 0, 0, 0
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCADDRT, route)
    return device


def _name_resolver(address: str) -> None:
    """Cover ``/etc/resolv.conf``, in this mount namespace only."""
    with tempfile.NamedTemporaryFile("w", delete=False, encoding="ascii") as file:
        file.write(f"nameserver {address}\noptions timeout:1 attempts:1\n")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(file.name.encode(), b"/etc/resolv.conf", None, ctypes.c_ulong(_MS_BIND), None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "/etc/resolv.conf")


if __name__ == "__main__":
    _main()
