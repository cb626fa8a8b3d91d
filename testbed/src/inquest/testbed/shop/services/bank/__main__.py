"""Run the process `bank`."""

from services.bank.app import main

main()
