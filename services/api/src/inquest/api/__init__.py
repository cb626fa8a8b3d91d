"""HTTP and gRPC facade for people and scripts."""
