"""Run the process `recommend`."""

from services.recommend.app import main

main()
