"""What Discord answers instead of a result.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
"""

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: HTTP status, Discord's own code, and where in the body the fault is."""

    def __init__(
        self, status: int, code: int, message: str, *, errors: Json | None = None, **more: Any
    ) -> None:
        super().__init__(f"{status} ({code}): {message}")
        self.status = status
        self.code = code
        self.body: Json = {"message": message, "code": code, **more}
        if errors is not None:
            self.body["errors"] = errors


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def cannot_read_history() -> ApiError:
    return ApiError(403, 160002, "Cannot reply without permission to read message history")


def cannot_send_to_user() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")


def somebody_elses() -> ApiError:
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def unknown_application() -> ApiError:
    return ApiError(404, 10002, "Unknown Application")


def unknown_channel() -> ApiError:
    return ApiError(404, 10003, "Unknown Channel")


def unknown_message() -> ApiError:
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    return ApiError(404, 10062, "Unknown interaction")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def too_many_follow_ups() -> ApiError:
    reason = "This interaction has hit the maximum number of follow up messages"
    return ApiError(400, 40094, reason)


def invalid_token() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def too_large() -> ApiError:
    return ApiError(413, 40005, "Request entity too large")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


def not_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")


def invalid_form(field: str, reason: str, code: str = "BASE_TYPE_BAD_LENGTH") -> ApiError:
    """`field` with dots, as in "components.0.components.1.custom_id"."""
    errors: Json = {"_errors": [{"code": code, "message": reason}]}
    for name in reversed(field.split(".")):
        errors = {name: errors}
    return ApiError(400, 50035, "Invalid Form Body", errors=errors)
