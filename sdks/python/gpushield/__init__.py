"""Client of GPUShield's API. `Client(base_url, token)` has a method an operation."""

from ._operations import Operations as Client
from ._transport import ApiError, sign_events

__all__ = ["ApiError", "Client", "sign_events"]
