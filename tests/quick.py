"""What a test of something else leaves out: the cues that take most of a scan's time."""

SLOW_CUES = (
    "ruler",
    "watermark",
    "gel_border",
    "hair",
    "ink_marking",
    "colour_patch",
    "gel_bubble",
    "text",
    "dark_corner",
)
