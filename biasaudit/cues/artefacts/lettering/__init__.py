"""Lettering laid over a picture: how to find it and how to draw it. Shared by text, date stamp and watermark."""
