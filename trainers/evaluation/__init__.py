"""What a checkpoint is worth: metrics, baselines, test sets and the table that holds them side by side."""
