"""What those who keep order may do, one command a module; who may is asked of staff.py."""
