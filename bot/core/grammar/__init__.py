"""How bot/core/draw_syntax.py tells options from a prompt, part by part."""
