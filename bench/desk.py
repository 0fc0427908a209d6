"""`./run bench desk`: search, customer page, tray, case page, completing a step, at an operator's size.

One advisor without a pause, and twenty who think five seconds, against granian over loopback; the
database is made once and kept (bench/_volume.py). The floor is the sign-in page of the same server.
"""

from bench._desk import main

if __name__ == "__main__":
    main("desk", steps=True)
