"""`zdraw doctor`: looks at everything that zdraw needs, and changes nothing."""
