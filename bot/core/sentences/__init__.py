"""The sentences themselves, as tables of (Chinese, English)."""
