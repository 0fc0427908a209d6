"""What we measure, and beside whom. `./run bench NAME [--json]` runs `bench/NAME.py`."""
