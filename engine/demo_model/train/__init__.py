"""The recipe that made the demo model: `python -m engine.demo_model.train`."""
