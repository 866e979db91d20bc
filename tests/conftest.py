"""What holds for all tests."""

from hypothesis import settings

# How long an example takes says something about the machine alone.
settings.register_profile("zdraw", deadline=None)
settings.load_profile("zdraw")
