"""What the folders tell: which of them are classes or parts of a split, and where that is in doubt."""
