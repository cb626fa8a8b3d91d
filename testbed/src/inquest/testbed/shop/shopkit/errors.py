"""What goes wrong between services, with the status that the caller is told."""


class ServiceError(Exception):
    """An error with an HTTP status; the text is logged and sent to the caller."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
