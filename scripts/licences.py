"""List the licence of everything that is locked, and of the native libraries bundled in the wheels; fail on a bad one.

Users install the core lock: nothing in it may be under the GPL or the AGPL, the LGPL only where this file says why.
What is under the GPL all the same is in one table, with the extra that somebody has to ask for by name.
A package or a bundled library that the tables do not know is a failure too: someone must look.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent

#: SPDX identifiers that anyone may use, change and redistribute without opening the program that uses them.
PERMISSIVE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD",
        "BSL-1.0",
        "CC0-1.0",
        "FTL",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "HPND",
        "IJG",
        "ISC",
        "LGPL-2.1-or-later WITH GCC-exception-2.0",
        "libtiff",
        "MIT",
        "MIT-CMU",
        "BSD-3-Clause-Attribution",
        "OLDAP-2.8",
        "PostgreSQL",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Python-2.0",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
        "libpng-2.0",
        "bzip2-1.0.6",
    }
)

#: The LGPL lets a program load a library that its user can exchange; docs/decisions/0002 says why each is worth it.
LGPL_ACCEPTED = {
    "opencv-python-headless": "features and geometry; brings FFmpeg as shared libraries, which nothing here calls",
    "pi-heif": "HEIC, what telephones make; loaded as shared libraries; Rempart works without it",
    "psycopg": "PostgreSQL, an extra: the core works without it",
    "psycopg-binary": "as psycopg; it brings libpq and the shared libraries that libpq needs",
}

#: Packages whose wheels hold GPL parts, and the only locks that may hold them: extras that nothing else asks for, and
#: the tools of developers. docs/decisions/0002 says what it means for whoever passes such an installation on.
GPL_ASKED_FOR = {"av": ("video.lock", "dev.lock")}

#: Packages whose metadata does not carry an SPDX expression: looked up in their own licence files.
DECLARED = {
    "annotated-types": "MIT",
    "aiosmtplib": "MIT",
    "asgiref": "BSD-3-Clause",
    # Its own code is BSD; its library links x264 and x265 whatever avcodec_license() says: the wheel as a whole is GPL.
    "av": "BSD-3-Clause AND LGPL-3.0-or-later AND GPL-2.0-or-later",
    "colorama": "BSD-3-Clause",
    "feedparser": "BSD-2-Clause",
    "flatbuffers": "Apache-2.0",
    # Its library holds crates of Rust; the wheel carries no notices of theirs.
    "c2pa-python": "MIT OR Apache-2.0",
    "certifi": "MPL-2.0",
    "charset-normalizer": "MIT",
    "cython": "Apache-2.0",
    "dacite": "MIT",
    "faiss-cpu": "MIT",
    # Only for Python in a browser; never installed on a machine.
    "httpx2-jsfetch": "BSD-3-Clause",
    "idna": "BSD-3-Clause",
    "python-dateutil": "BSD-3-Clause",
    "requests": "Apache-2.0",
    "threatexchange": "BSD-3-Clause",
    "types-python-dateutil": "Apache-2.0",
    "urllib3": "MIT",
    "weighted-levenshtein": "MIT",
    "pdqhash": "MIT",
    "wheel": "MIT",
    "iniconfig": "MIT",
    "llvmlite": "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    "mdurl": "MIT",
    "mergedeep": "MIT",
    # What is linked into its library is in its ThirdPartyNotices.txt: Eigen is under the MPL, the rest as permissive.
    "onnxruntime": "MIT AND Apache-2.0 AND BSD-3-Clause AND BSD-2-Clause AND BSL-1.0 AND MPL-2.0 AND Zlib",
    "numba": "BSD-2-Clause",
    "opencv-python-headless": "Apache-2.0 AND LGPL-2.1-or-later",
    "pi-heif": "BSD-3-Clause AND LGPL-3.0-or-later",
    "protobuf": "BSD-3-Clause",
    # Its wheel lists the crates of Rust that are linked into its module (SBOM); mimalloc, an allocator, is among them.
    "rensa": "MIT AND Apache-2.0 AND Unicode-3.0",
    # lexbor is linked into its module; the wheel carries no notice of it.
    "selectolax": "MIT AND Apache-2.0",
    "pytest-socket": "MIT",
    "tzdata": "Apache-2.0",
    "pyrage": "MIT",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "watchdog": "Apache-2.0",
    "simplejpeg": "MIT AND IJG AND BSD-3-Clause AND Zlib",
}

#: Native libraries inside wheels, by their file name without version and digest.
BUNDLED = {
    "libaom": "BSD-2-Clause",
    "libasound": "LGPL-2.1-or-later",
    "libavcodec": "LGPL-2.1-or-later",
    "libavdevice": "LGPL-2.1-or-later",
    "libavfilter": "LGPL-2.1-or-later",
    "libavformat": "LGPL-2.1-or-later",
    "libavif": "BSD-2-Clause",
    "libavutil": "LGPL-2.1-or-later",
    "libbrotlicommon": "MIT",
    "libbrotlidec": "MIT",
    "libcom_err": "MIT",
    "libcrypt": "LGPL-2.1-or-later",
    "libcrypto": "Apache-2.0",
    "libdav1d": "BSD-2-Clause",
    "libde": "LGPL-3.0-or-later",
    "libdrm": "MIT",
    "libfreetype": "FTL",
    "libgcc_s": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgmp": "LGPL-3.0-or-later",
    "libgnutls": "LGPL-2.1-or-later",
    "libgssapi_krb5": "MIT",
    "libharfbuzz": "MIT",
    "libheif": "LGPL-3.0-or-later",
    "libhogweed": "LGPL-3.0-or-later",
    "libjpeg": "IJG",
    "libk5crypto": "MIT",
    "libkeyutils": "LGPL-2.1-or-later",
    "libkrb5": "MIT",
    "libkrb5support": "MIT",
    "liblber": "OLDAP-2.8",
    "liblcms2": "MIT",
    "libldap": "OLDAP-2.8",
    "liblzma": "0BSD",
    "libmp3lame": "LGPL-2.0-or-later",
    "libnettle": "LGPL-3.0-or-later",
    "libopenblasp": "BSD-3-Clause",
    "libopencore": "Apache-2.0",
    "libopenjp": "BSD-2-Clause",
    "libopus": "BSD-3-Clause",
    "libpng": "libpng-2.0",
    "libpq": "PostgreSQL",
    "libquadmath": "LGPL-2.1-or-later WITH GCC-exception-2.0",
    "libsasl2": "BSD-3-Clause-Attribution",
    "libscipy_openblas": "BSD-3-Clause",
    "libsharpyuv": "BSD-3-Clause",
    "libssl": "Apache-2.0",
    "libstdc++": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libSvtAv1Enc": "BSD-3-Clause",
    "libswresample": "LGPL-2.1-or-later",
    "libswscale": "LGPL-2.1-or-later",
    "libtiff": "libtiff",
    "libturbojpeg": "IJG",
    "libunistring": "LGPL-3.0-or-later",
    "libvpl": "MIT",
    "libvpx": "BSD-3-Clause",
    "libwebp": "BSD-3-Clause",
    "libwebpdemux": "BSD-3-Clause",
    "libwebpmux": "BSD-3-Clause",
    "libx264": "GPL-2.0-or-later",
    "libx265": "GPL-2.0-or-later",
    "libXau": "MIT",
    "libxcb": "MIT",
    "libz": "Zlib",
    "libzstd": "BSD-3-Clause",
}

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


@dataclass(frozen=True)
class Finding:
    """One package or bundled library, its licence, and what is wrong with it."""

    name: str
    licence: str
    problem: str


def locked(lock: Path) -> list[str]:
    """Return the names in a lock, normalised."""
    return sorted({m.group(1).lower() for m in re.finditer(r"^([A-Za-z0-9_.-]+)==", lock.read_text(), re.MULTILINE)})


def licence_of(name: str, metadata: importlib.metadata.PackageMetadata) -> str:
    """Return a package's SPDX expression: from our table, its metadata, or its classifiers; empty if unknown."""
    if name in DECLARED:
        return DECLARED[name]
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    named = [c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    found = [c for c in named if c != "OSI Approved"]
    return " AND ".join(sorted({CLASSIFIERS.get(c, f"unknown classifier {c!r}") for c in found}))


def problem_with(expression: str, name: str, lock: str = "core.lock") -> str:
    """Say why an expression is not acceptable in a lock; empty if it is. An OR is accepted by its best side."""
    for part in re.split(r"\s+AND\s+", expression.replace("(", "").replace(")", "")):
        choices = [choice.strip() for choice in re.split(r"\s+OR\s+", part)]
        if any(choice in PERMISSIVE for choice in choices):
            continue
        if all(choice.startswith("LGPL") for choice in choices) and name in LGPL_ACCEPTED:
            continue
        if all(choice.startswith(("LGPL", "GPL")) for choice in choices) and lock in GPL_ASKED_FOR.get(name, ()):
            continue
        return f"{part or 'unknown licence'} is not on the list of scripts/licences.py"
    return ""


def bundled(distribution: importlib.metadata.Distribution) -> list[str]:
    """Return the file names of the native libraries that a wheel brings along (not its own extension modules)."""
    paths = [PurePosixPath(str(f)) for f in distribution.files or []]
    return sorted({p.name for p in paths if any(part.endswith((".libs", ".dylibs")) for part in p.parts)})


def bundled_licence(library: str) -> str:
    """Return the licence of a bundled library by its name up to its version or digest; empty if unknown."""
    stem = re.split(r"[-.]", library, maxsplit=1)[0].rstrip("0123456789_") or library
    return BUNDLED.get(stem, BUNDLED.get(re.split(r"[-.]", library, maxsplit=1)[0], ""))


def examine(lock: Path) -> list[Finding]:
    """Look at every package of a lock: by its metadata where it is installed, else by our table."""
    findings = []
    for name in locked(lock):
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # for another platform, or a judge
            licence = DECLARED.get(name, "")
            findings.append(Finding(f"{name} (not installed here)", licence, problem_with(licence, name, lock.name)))
            continue
        licence = licence_of(name, distribution.metadata)
        findings.append(Finding(f"{name} {distribution.version}", licence, problem_with(licence, name, lock.name)))
        for library in bundled(distribution):
            spdx = bundled_licence(library)
            findings.append(Finding(f"  {name}: {library}", spdx, problem_with(spdx, name, lock.name)))
    return findings


def main() -> int:
    """Print the list and return 1 if something in it is not acceptable."""
    status = 0
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        print(f"{lock.name}")
        for finding in examine(lock):
            print(f"  {finding.name}: {finding.licence or '?'}{f'   <- {finding.problem}' if finding.problem else ''}")
            status |= bool(finding.problem)
    return status


if __name__ == "__main__":
    sys.exit(main())
