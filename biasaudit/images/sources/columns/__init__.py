"""What columns and the names of files tell: the label, the part of a split, and what the user names."""
