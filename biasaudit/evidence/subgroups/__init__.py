"""Who is in the data, who is tied to the label, and for whom does the model fail."""
