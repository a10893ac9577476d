"""What answers tell about the people who gave them: pure statistics, without a database."""
