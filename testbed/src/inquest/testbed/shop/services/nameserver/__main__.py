"""Run the process `nameserver`."""

from services.nameserver.app import main

main()
