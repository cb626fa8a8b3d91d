"""What every provider has to do, as checks that run against a live source as well as in the tests."""
