"""Run the process `catalog`."""

from services.catalog.app import main

main()
