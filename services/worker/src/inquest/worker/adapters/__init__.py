"""The edge: the gateway, the evidence stream and the threads that analyse."""
