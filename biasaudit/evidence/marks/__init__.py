"""Marks in pictures: where they are, and how many bear them."""
