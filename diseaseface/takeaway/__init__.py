"""What is taken away: files of a result that stand on their own, each marked as synthetic."""
