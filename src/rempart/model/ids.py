"""Identifiers: a type each, so that mixing them is a type error."""

from typing import NewType

#: Names a media item that its owner gave: its path in a one-shot scan.
AssetId = NewType("AssetId", str)

#: Names a media item that may be a copy: its path in a one-shot scan.
SuspectId = NewType("SuspectId", str)
