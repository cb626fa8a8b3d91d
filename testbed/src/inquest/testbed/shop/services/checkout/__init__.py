"""The process `checkout`."""
