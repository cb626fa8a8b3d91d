"""Run the process `ordersdb`."""

from services.ordersdb.app import main

main()
