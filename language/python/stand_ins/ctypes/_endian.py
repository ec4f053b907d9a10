"""Structures of a fixed byte order."""

from ctypes import BigEndianStructure, BigEndianUnion, LittleEndianStructure, LittleEndianUnion
