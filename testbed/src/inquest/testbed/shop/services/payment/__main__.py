"""Run the process `payment`."""

from services.payment.app import main

main()
