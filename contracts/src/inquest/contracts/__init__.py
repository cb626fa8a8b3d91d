"""Messages, subjects and topology that the services share."""
