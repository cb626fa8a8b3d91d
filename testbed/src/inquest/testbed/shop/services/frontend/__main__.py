"""Run the process `frontend`."""

from services.frontend.app import main

main()
