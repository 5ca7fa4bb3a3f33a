"""What lies in an archive, taken member by member within bounds."""
