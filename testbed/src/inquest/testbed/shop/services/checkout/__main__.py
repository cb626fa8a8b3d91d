"""Run the process `checkout`."""

from services.checkout.app import main

main()
