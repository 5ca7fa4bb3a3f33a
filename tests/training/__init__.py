"""Training's own parts, on networks and texts small enough for every run of the tests."""
