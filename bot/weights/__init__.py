"""The weights of models on this machine: fetched, checked, chosen. For `zdraw model`."""
