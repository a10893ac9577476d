"""One whole turn of the wheel without a browser: steps, their times, and the table at the end."""
