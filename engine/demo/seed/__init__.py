"""What a fresh platform starts with."""
