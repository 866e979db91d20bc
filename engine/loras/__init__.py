"""The operator's LoRA files: which there are, whether they fit, and what is in them. Torch-free."""
