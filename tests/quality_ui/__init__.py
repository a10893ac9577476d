"""Browser tests of the pages about people's work."""
