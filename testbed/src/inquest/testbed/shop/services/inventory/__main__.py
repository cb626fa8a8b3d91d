"""Run the process `inventory`."""

from services.inventory.app import main

main()
