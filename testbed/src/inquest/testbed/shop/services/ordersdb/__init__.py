"""The process `ordersdb`."""
