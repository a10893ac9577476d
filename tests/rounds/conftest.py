"""Rounds start from the same small platform as the flow tests."""

from tests.flow.conftest import small_platform

__all__ = ["small_platform"]
